"""What a file is, or a line of it, that is no return file of collections: said in a sentence, so that the right one is sent."""

from __future__ import annotations

from typing import Final, NoReturn

from parcelamento.domain.retorno import TAMANHO, RetornoRecusado

_CONTROLES: Final = dict.fromkeys((*range(32), *range(127, 160)))

_INICIOS: Final = (
    ("PK\x03\x04", "O arquivo está compactado (ZIP): envie o arquivo de texto que está dentro."),
    ("\x1f\x8b", "O arquivo está compactado (GZIP): envie o arquivo de texto que está dentro."),
    ("%PDF", "O arquivo é um PDF, e não um retorno do banco."),
    ("\xff\xfe", "O arquivo está em UTF-16: envie-o como o banco o gravou."),
    ("\xfe\xff", "O arquivo está em UTF-16: envie-o como o banco o gravou."),
)
_TAMANHOS: Final = {
    240: "O arquivo parece CNAB 240, de cobrança, e não de arrecadação (FEBRABAN 150).",
    400: "O arquivo parece CNAB 400, de cobrança, e não de arrecadação (FEBRABAN 150).",
}
_DEBITO_AUTOMATICO: Final = frozenset("BCDEFHIJKLTX")


def recusar_primeira_linha(linha: str) -> None:
    """Passes 150 characters that begin with A. Raises RetornoRecusado, saying what else it seems to be."""
    if len(linha) == TAMANHO and linha[0] == "A" and not _tem_controles(linha):
        return
    for inicio, motivo in _INICIOS:
        if linha.startswith(inicio):
            raise RetornoRecusado(motivo)
    if _tem_controles(linha):
        raise RetornoRecusado("O arquivo é binário, e não um retorno do banco em texto.")
    if len(linha.rstrip()) in _TAMANHOS or len(linha) in _TAMANHOS:
        raise RetornoRecusado(_TAMANHOS.get(len(linha)) or _TAMANHOS[len(linha.rstrip())], linha=1)
    if not linha.strip():
        raise RetornoRecusado("O arquivo está vazio, ou começa por uma linha em branco.")
    if linha[0] != "A":
        raise RetornoRecusado("O arquivo não começa pelo registro A: não é um retorno FEBRABAN 150.", linha=1)
    _recusar_tamanho(linha, 1)


def recusar_registro(linha: str, numero: int) -> None:
    """Passes a whole record Z. Raises RetornoRecusado for any other but G, and for what is not 150 long."""
    if len(linha) != TAMANHO:
        _recusar_tamanho(linha, numero)
    tipo = linha[0]
    if tipo == "Z":
        return
    if tipo == "A":
        raise RetornoRecusado("Há um segundo registro A: envie um arquivo por vez.", linha=numero)
    if tipo in _DEBITO_AUTOMATICO:
        raise RetornoRecusado(f"O registro {tipo} é de débito automático, e não de arrecadação.", linha=numero)
    visto = tipo if tipo.isprintable() and not tipo.isspace() else "sem letra"
    raise RetornoRecusado(f"O registro não é A, G nem Z ({visto}).", linha=numero)


def _recusar_tamanho(linha: str, numero: int) -> NoReturn:
    if not linha.strip():
        raise RetornoRecusado("Há uma linha em branco antes do registro Z.", linha=numero)
    if numero > 1 and _tem_controles(linha):
        raise RetornoRecusado("A linha tem caracteres de controle: o arquivo está danificado.", linha=numero)
    dica = ": o arquivo está truncado ou foi alterado" if len(linha) < TAMANHO else ""
    raise RetornoRecusado(f"A linha tem {len(linha)} bytes, e um registro tem {TAMANHO}{dica}.", linha=numero)


def _tem_controles(linha: str) -> bool:
    return len(linha.translate(_CONTROLES)) != len(linha)
