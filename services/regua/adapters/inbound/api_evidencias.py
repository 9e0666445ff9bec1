"""How a classification is shown: the class, each fact beside its threshold, the next class, and plain sentences."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, Field

from regua.domain.evidencia import Classificacao, Quase


class Evidencia(BaseModel):
    fato: str
    descricao: str
    valor: str
    minimo: str
    atingido: bool


class Proxima(BaseModel):
    """A classe seguinte que teve ao menos uma condição, e o que lhe faltou."""

    hipotese: str
    nome: str
    presentes: list[Evidencia]
    faltou: list[Evidencia]

    @classmethod
    def de(cls, q: Quase) -> Proxima:
        return cls(
            hipotese=q.hipotese,
            nome=q.nome,
            presentes=[Evidencia(**asdict(e)) for e in q.presentes],
            faltou=[Evidencia(**asdict(e)) for e in q.faltou],
        )


class Classificada(BaseModel):
    hipotese: str
    nome_da_hipotese: str
    evidencias: list[Evidencia]
    proxima_hipotese: Proxima | None
    textos: list[str] = Field(description="As razões em frases, como vão para o contribuinte.")

    @staticmethod
    def campos(c: Classificacao) -> dict[str, Any]:
        """The fields of `c`."""
        return {
            "hipotese": c.hipotese,
            "nome_da_hipotese": c.nome,
            "evidencias": [Evidencia(**asdict(e)) for e in c.evidencias],
            "proxima_hipotese": None if c.proxima is None else Proxima.de(c.proxima),
            "textos": list(c.textos),
        }
