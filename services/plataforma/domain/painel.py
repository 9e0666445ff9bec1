"""The figures of the live summary, and their way into lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

ORDEM_DE_ESTADOS = (
    "pendente",
    "enviando",
    "incerto",
    "aceito",
    "enviado",
    "expirado",
    "falhou",
    "entregue",
    "lido",
    "suprimido",
)
# In short; a policy may word them at length.
_HIPOTESES: Mapping[str, str] = {
    "H1": "esquecimento involuntário",
    "H2": "sem condições de pagar",
    "H3": "dificuldade com a DAC",
    "H4": "inconformidade intencional",
    "H5": "erro na declaração",
    "H6": "erro persistente",
    "H7": "persistência em não pagar",
    "H8": "devedor contumaz",
}
SITUACOES = ("aguardando_entrada", "ativo", "cancelado", "quitado")
"""A plan's, from the first to the last."""
_FONTES: Mapping[str, str] = {"retorno": "retorno do banco", "pix": "Pix"}
FINAIS_RUINS = frozenset({"falhou", "expirado", "incerto"})


@dataclass(frozen=True, slots=True)
class Recolhido:
    """Payments confirmed: how many, and how much in all. One that pays several debts is confirmed for each."""

    quantos: int
    valor: Decimal


@dataclass(frozen=True, slots=True)
class Retrato:
    """What the events have told so far. Counts are of acionamentos (hipótese, rigidez) and of envios (canal, estado)."""

    agora: datetime
    por_hipotese: Mapping[str, int] = field(default_factory=dict)
    por_rigidez: Mapping[int, int] = field(default_factory=dict)
    por_canal: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    retidos: int = 0
    regularizadas: int = 0
    custos: Mapping[str, Decimal] = field(default_factory=dict)
    parcelamentos: Mapping[str, int] = field(default_factory=dict)
    """Plans by situação."""
    recolhidos: Mapping[str, Recolhido] = field(default_factory=dict)
    """By the source that told of them."""
    atraso: int = 0

    @property
    def acionamentos(self) -> int:
        return sum(self.por_hipotese.values())


def em_texto(retrato: Retrato) -> str:
    """The picture in one plain line, for a log or a terminal without colours."""
    return " | ".join(_partes(retrato))


def _partes(retrato: Retrato) -> Iterator[str]:
    yield f"{retrato.agora:%d/%m/%Y %H:%M}"
    yield f"acionamentos {retrato.acionamentos}"
    if retrato.por_hipotese:
        yield " ".join(f"{nome}:{n}" for nome, n in sorted(retrato.por_hipotese.items()))
    if retrato.por_rigidez:
        yield "rigidez " + " ".join(f"{grau}:{n}" for grau, n in sorted(retrato.por_rigidez.items()))
    for canal, estados in sorted(retrato.por_canal.items()):
        yield f"{canal} " + " ".join(f"{estado}:{estados[estado]}" for estado in ORDEM_DE_ESTADOS if estado in estados)
    for moeda, valor in sorted(retrato.custos.items()):
        yield f"custo {moeda} {em_moeda(valor)}"
    if retrato.regularizadas:
        yield f"regularizadas {retrato.regularizadas}"
    if retrato.retidos:
        yield f"controle {retrato.retidos}"
    if retrato.parcelamentos:
        yield "parcelamentos " + " ".join(f"{nome}:{retrato.parcelamentos[nome]}" for nome in situacoes_presentes(retrato))
    for fonte, recolhido in sorted(retrato.recolhidos.items()):
        yield f"pago por {fonte} {recolhido.quantos} R$ {em_moeda(recolhido.valor)}"
    if retrato.atraso:
        yield f"eventos por ler {retrato.atraso}"


def estados_presentes(retrato: Retrato) -> list[str]:
    """The states that some message is in, in order."""
    return [e for e in ORDEM_DE_ESTADOS if any(e in estados for estados in retrato.por_canal.values())]


def situacoes_presentes(retrato: Retrato) -> list[str]:
    """The situações that some plan is in, in order."""
    return [situacao for situacao in SITUACOES if situacao in retrato.parcelamentos]


def nome_da_fonte(fonte: str) -> str:
    """Where the news of a payment came from, in words."""
    return _FONTES.get(fonte, fonte)


def nome_da_situacao(situacao: str) -> str:
    """A plan's, in words."""
    return situacao.replace("_", " ")


def em_moeda(valor: Decimal) -> str:
    """Two decimals, as written in Brazil: `1.234,56`."""
    return f"{valor:,.2f}".translate(str.maketrans(",.", ".,"))


def nome_da_hipotese(hipotese: str) -> str:
    """The code with what it means."""
    nome = _HIPOTESES.get(hipotese)
    return f"{hipotese} {nome}" if nome else hipotese
