"""Contact points of the synthetic base, with what real registries suffer from: shared, fixed, outdated and wrong numbers.

Brazil sets no range aside for fiction; these numbers are all `9 90dd-dddd`, `9 91dd-dddd` or `32dd-dddd` of DDD 82, and no
real provider's credentials go with this base.
"""

from __future__ import annotations

from random import Random

from simulador.domain.base_bloco import Bloco

DDD = "82"
# taxpayers who share one accountant's phone
CLIENTES_POR_CONTADOR = 8
INVALIDOS = ("não informado", "82 9999", "+5582000", "(00) 00000-0000", "82 9 9a01-2345", "0800 082 0000")
ESTRANGEIROS = ("es", "es", "es", "en")
# (share of taxpayers in 256ths, channel)
CANAIS_DE_TELEFONE = ((205, "whatsapp"), (225, "sms"), (205, "voz"))


def _celular(numero: int) -> str:
    """Nine digits from `9 90` on; distinct below a million."""
    return f"990{numero * 618_033 % 1_000_000:06d}"


def _contador(indice: int) -> str:
    return f"991{indice // CLIENTES_POR_CONTADOR * 314_159 % 1_000_000:06d}"


def _em_formato(nacional: str, sorte: int) -> str:
    """One number as registries write it: mostly E.164, at times masked or without country."""
    if sorte < 200:
        return f"+55{DDD}{nacional}"
    if sorte < 230:
        return f"({DDD}) {nacional[:-4]}-{nacional[-4:]}"
    return f"{DDD}{nacional}"


def telefone(indice: int, sorteio: Random, *, empresa: bool) -> str:
    """A phone as the registry holds it.

    Companies: 12% name their accountant's. Everyone: 2% nothing usable, 3% a landline, 4% a mobile from before the ninth
    digit, 1% the number of the taxpayer before them (a relative).
    """
    sorte = sorteio.getrandbits(8)
    formato = sorteio.getrandbits(8)
    if sorte < 5:
        return INVALIDOS[formato % len(INVALIDOS)]
    if sorte < 13:
        return _em_formato(f"32{indice * 618_033 % 1_000_000:06d}", formato)
    if sorte < 23:
        return _em_formato(_celular(indice)[1:], formato)
    if sorte < 26:
        return _em_formato(_celular(max(0, indice - 1)), formato)
    if empresa and sorte < 57:
        return _em_formato(_contador(indice), formato)
    return _em_formato(_celular(indice), formato)


def escrever_contatos(bloco: Bloco, id_: str, indice: int, postal: str, *, sorteio: Random, empresa: bool) -> None:
    """Up to five lines; one taxpayer in fifty has none (`sem_contato`). Consent 90%, verified 75%, pt-BR 98.4%."""
    bits = sorteio.getrandbits(56)
    if bits & 63 == 0:
        return
    idioma = ESTRANGEIROS[bits >> 8 & 3] if bits >> 10 & 127 < 2 else "pt-BR"
    fim = f";{idioma};{int(bits >> 18 & 255 < 192)};{int(bits >> 26 & 1023 < 922)}\n"
    numero = telefone(indice, sorteio, empresa=empresa)
    linhas = bloco.contatos
    for posicao, (parte, canal) in enumerate(CANAIS_DE_TELEFONE):
        if (bits >> (36 + 4 * posicao) & 255) < parte:
            linhas.append(f"{id_};{canal};{numero}{fim}")
    if bits & 7 < 5:
        linhas.append(f"{id_};email;{id_.lower()}@example.com{fim}")
    linhas.append(f"{id_};postal;{postal}{fim}")
