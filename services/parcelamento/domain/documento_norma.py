"""What a state's payment documents are called, whose code they carry, and what they say: read from data and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from parcelamento.domain.brcode import BRCodeInvalido, estatico
from parcelamento.domain.febraban import Identificador
from parcelamento.domain.norma import NaoVerificado, Uf

TipoDeDocumento = Literal["parcela", "quitacao", "cota_unica"]

TIPOS: Final[tuple[TipoDeDocumento, ...]] = ("parcela", "quitacao", "cota_unica")
ROTULOS: Final = ("DARE", "DAR")

_EMPRESA: Final = re.compile(r"[0-9]{4}")
_CODIGO: Final = re.compile(r"[0-9]{1,6}")


class NormaDeDocumentosInvalida(ValueError):
    """`campos`: the path of each wrong field and why, in Portuguese."""

    def __init__(self, campos: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{campo}: {motivo}" for campo, motivo in campos))
        self.campos = tuple(campos)


@dataclass(frozen=True, slots=True)
class Recebedor:
    """Who receives a Pix, as the payer's bank shows it. `chave_pix` None: no static code can be made."""

    nome: str
    cidade: str
    chave_pix: str | None


@dataclass(frozen=True, slots=True)
class Receita:
    """Under which code the state books a payment of this tax."""

    tributo: str
    parcelado: bool
    divida_ativa: bool
    codigo: str
    fundamento: str


@dataclass(frozen=True, slots=True)
class NormaDeDocumentos:
    """One state's rules. `empresa`: FEBRABAN's code of the state; `fuso`: the time zone of what is printed.

    `nao_verificados` names the figures that no source confirms: an installation sets them before it collects.
    """

    uf: Uf
    estado: str
    orgao: str
    rotulo: str
    nome: str
    fundamento: str
    empresa: str
    identificador: Identificador
    recebedor: Recebedor
    fuso: str
    receitas: tuple[Receita, ...]
    mensagens: Mapping[TipoDeDocumento, tuple[str, ...]]
    nao_verificados: tuple[NaoVerificado, ...]

    def receita(self, tributo: str, *, parcelado: bool, divida_ativa: bool) -> str | None:
        """The code to book a payment under; None where the state's table is not known."""
        procurada = (tributo, parcelado, divida_ativa)
        return next((r.codigo for r in self.receitas if (r.tributo, r.parcelado, r.divida_ativa) == procurada), None)


def ler_norma_de_documentos(uf: Uf, documento: Mapping[str, Any]) -> NormaDeDocumentos:
    """The checked form of one state's entry. Raises NormaDeDocumentosInvalida with every wrong field."""
    erros = [(campo, motivo) for campo, motivo, vale in _CONFERENCIAS if not vale(_em(documento, campo))]
    erros += _erros_das_receitas(documento) + _erros_do_recebedor(documento)
    if erros:
        raise NormaDeDocumentosInvalida(erros)
    return _montar(uf, documento)


def _texto(valor: object) -> bool:
    return isinstance(valor, str) and bool(valor.strip())


def _padrao(padrao: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda valor: isinstance(valor, str) and padrao.fullmatch(valor) is not None


def _textos(valor: object) -> bool:
    return isinstance(valor, list) and all(_texto(item) for item in valor)


def _notas(valor: object) -> bool:
    return isinstance(valor, list) and all(
        isinstance(item, dict) and _texto(item.get("campo")) and _texto(item.get("nota")) for item in valor
    )


_CONFERENCIAS: Final[tuple[tuple[str, str, Callable[[object], bool]], ...]] = (
    *((campo, "falta o texto", _texto) for campo in ("estado", "orgao", "nome", "fundamento", "fuso")),
    ("rotulo", "é DARE ou DAR", lambda valor: valor in ROTULOS),
    ("empresa", "é o código FEBRABAN, de 4 algarismos", _padrao(_EMPRESA)),
    ("identificador", "é 6 (módulo 10) ou 8 (módulo 11)", lambda valor: type(valor) is int and valor in {6, 8}),
    *((f"mensagens.{tipo}", "é uma lista de textos", _textos) for tipo in TIPOS),
    ("receitas", "é uma lista", lambda valor: isinstance(valor, list)),
    ("nao_verificados", "é uma lista de campo e nota", _notas),
)


def _em(documento: Mapping[str, Any], caminho: str) -> object:
    valor: object = documento
    for parte in caminho.split("."):
        valor = valor.get(parte) if isinstance(valor, Mapping) else None
    return valor


def _erros_das_receitas(documento: Mapping[str, Any]) -> list[tuple[str, str]]:
    linhas = documento.get("receitas")
    if not isinstance(linhas, list):
        return []
    return [
        (f"receitas[{i}]", "tributo, parcelado, divida_ativa, codigo e fundamento")
        for i, r in enumerate(linhas)
        if not _receita_vale(r)
    ]


def _receita_vale(linha: object) -> bool:
    if not isinstance(linha, Mapping):
        return False
    marcas = all(isinstance(linha.get(campo), bool) for campo in ("parcelado", "divida_ativa"))
    return marcas and _texto(linha.get("tributo")) and _texto(linha.get("fundamento")) and _padrao(_CODIGO)(linha.get("codigo"))


def _erros_do_recebedor(documento: Mapping[str, Any]) -> list[tuple[str, str]]:
    recebedor = documento.get("recebedor")
    if not isinstance(recebedor, Mapping) or not all(_texto(recebedor.get(campo)) for campo in ("nome", "cidade")):
        return [("recebedor", "falta o nome ou a cidade")]
    chave = recebedor.get("chave_pix")
    if not isinstance(chave, str | None):
        return [("recebedor.chave_pix", "é um texto, ou nulo")]
    try:
        estatico(chave if chave is not None else "chave", recebedor["nome"], recebedor["cidade"], None, None)
    except BRCodeInvalido as erro:
        return [(f"recebedor.{'chave_pix' if erro.motivo == 'chave' else erro.motivo}", str(erro))]
    return []


def _montar(uf: Uf, documento: Mapping[str, Any]) -> NormaDeDocumentos:
    return NormaDeDocumentos(
        uf=uf,
        estado=documento["estado"],
        orgao=documento["orgao"],
        rotulo=documento["rotulo"],
        nome=documento["nome"],
        fundamento=documento["fundamento"],
        empresa=documento["empresa"],
        identificador=cast("Identificador", documento["identificador"]),
        recebedor=Recebedor(**{campo: documento["recebedor"].get(campo) for campo in ("nome", "cidade", "chave_pix")}),
        fuso=documento["fuso"],
        receitas=tuple(Receita(**linha) for linha in documento["receitas"]),
        mensagens={tipo: tuple(documento["mensagens"][tipo]) for tipo in TIPOS},
        nao_verificados=tuple(NaoVerificado(item["campo"], item["nota"]) for item in documento["nao_verificados"]),
    )
