"""What a file of contacts holds, how an address of each channel is read, and what other rooms are told of the changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from canais.application.eventos import contato_alterado
from canais.application.ports import ContatoMudado
from kernel.cargas.analise import Coluna, Colunas, Recusa, TipoDeCarga
from kernel.cargas.celulas import NULO, CelulaInvalida, escapar, escolha, identificador, opcional, sim_ou_nao, texto
from kernel.domain.documento import DocumentoInvalido, ler_documento
from kernel.domain.telefone import TelefoneInvalido, chave_wa, eh_bsuid, ler_telefone
from kernel.messaging.log import Saida

CANAIS_DE_CONTATO: Final = ("whatsapp", "sms", "messenger", "voz", "email", "postal")
CANAIS_CONTADOS: Final = frozenset({"whatsapp", "sms", "messenger", "voz"})
"""Those that other rooms are told of."""

_DE_CELULAR: Final = frozenset({"whatsapp", "sms"})
_PSID: Final = re.compile(r"[0-9]{5,32}")
_EMAIL: Final = re.compile(r"[^@\s;]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
_IDIOMA: Final = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_COMECO_DE_TELEFONE: Final = frozenset("+(0123456789")
_LEMBRADOS: Final = 8192


class Endereco(NamedTuple):
    """An address as it is kept. `chave`: what equals between its spellings. `situacao`: valido, invalido or ausente."""

    endereco: str | None
    chave: str | None
    situacao: str
    motivo: str | None


AUSENTE: Final = Endereco(None, None, "ausente", None)


def ler_endereco(canal: str, bruto: str) -> Endereco:
    """Reads an address of `canal`; blank is `ausente`, and a landline where only a mobile takes messages `invalido`.

    Raises `CelulaInvalida`, or `TelefoneInvalido`.
    """
    limpo = bruto.strip()
    if not limpo:
        return AUSENTE
    match canal:
        case "whatsapp" if eh_bsuid(limpo):
            return Endereco(limpo, limpo, "valido", None)
        case "whatsapp" | "sms" | "voz":
            return _telefone(canal, limpo)
        case "messenger":
            if _PSID.fullmatch(limpo) is None:
                raise CelulaInvalida("O endereço do Messenger tem só algarismos (PSID).")
            return Endereco(limpo, limpo, "valido", None)
        case "email":
            if _EMAIL.fullmatch(limpo) is None:
                raise CelulaInvalida("O e-mail não está em um formato aceito.")
            return Endereco(limpo, limpo.lower(), "valido", None)
        case _:
            return Endereco(limpo, None, "valido", None)


def _telefone(canal: str, limpo: str) -> Endereco:
    telefone = ler_telefone(limpo)
    fixo = canal in _DE_CELULAR and telefone.tipo == "fixo"
    return Endereco(telefone.e164, chave_wa(telefone.e164), "invalido" if fixo else "valido", "telefone_fixo" if fixo else None)


def contribuinte(celula: str) -> str:
    """An id that is not itself a CPF or CNPJ: canais knows no documents, and must not get to know one by this door."""
    limpo = identificador(celula)
    try:
        ler_documento(limpo.replace("_", ""))
    except DocumentoInvalido:
        return limpo
    raise CelulaInvalida("O identificador do contribuinte não pode ser um CPF ou CNPJ.")


def idioma(celula: str) -> str:
    """`pt-BR`, `es`."""
    limpo = celula.strip()
    if _IDIOMA.fullmatch(limpo) is None:
        raise CelulaInvalida("O idioma tem o formato pt ou pt-BR.")
    return limpo


class _Enderecos:
    """Reads the pair of channel and address; a person's three lines with one phone cost one reading."""

    def __init__(self) -> None:
        self._lidos: dict[tuple[str, str], Endereco] = {}

    def conferir(self, linha: tuple[str, ...]) -> Recusa | None:
        try:
            self.ler(linha[1], linha[2])
        except (CelulaInvalida, TelefoneInvalido) as erro:
            return Recusa("endereco", str(erro))
        return None

    def derivar(self, colunas: Colunas) -> Colunas:
        lidos = list(map(self.ler, colunas[1], colunas[2]))
        return [[NULO if parte is None else escapar(parte) for parte in coluna] for coluna in zip(*lidos, strict=True)]

    def ler(self, canal: str, copia: str) -> Endereco:
        # a mobile reads alike on both its channels; what begins otherwise may be an id that only one of them knows
        chave = ("celular" if canal in _DE_CELULAR and copia[:1] in _COMECO_DE_TELEFONE else canal, copia)
        lido = self._lidos.get(chave)
        if lido is None:
            if len(self._lidos) >= _LEMBRADOS:
                self._lidos.clear()
            lido = self._lidos[chave] = ler_endereco(canal, copia.replace("\\\\", "\\"))
        return lido


def tipo_contatos() -> TipoDeCarga:
    """The tipo `contatos`; it remembers addresses, so each worker has its own."""
    enderecos = _Enderecos()
    return TipoDeCarga(
        "contatos",
        (
            Coluna("contribuinte", contribuinte),
            Coluna("canal", escolha(CANAIS_DE_CONTATO)),
            Coluna("endereco", texto(300)),
            Coluna("idioma", opcional(idioma, vazio="pt-BR")),
            Coluna("verificado", sim_ou_nao),
            Coluna("consentimento", sim_ou_nao),
        ),
        conferir=enderecos.conferir,
        derivadas=("destino", "chave", "situacao", "motivo"),
        derivar=enderecos.derivar,
    )


def contatos_carregados(mudados: Iterable[ContatoMudado], carga: UUID, agora: datetime) -> list[Saida]:
    """One `contato.alterado` for each; one id for one contact in one load, however often its transaction is tried."""
    return [contato_alterado(c, agora, id_=uuid5(carga, f"{c.contribuinte}:{c.canal}")) for c in mudados]
