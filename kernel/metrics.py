"""Prometheus metrics of a process: one registry, made by whoever composes the process and shared by its rooms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

TIPO_DE_CONTEUDO = CONTENT_TYPE_LATEST

# Upper bounds in seconds, from a cached read to a request that somebody gives up on.
FAIXAS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

_Medida = TypeVar("_Medida", Counter, Gauge, Histogram)


class MetricaEmConflito(ValueError):
    """Two declarations of one name differ in kind or labels."""


class Metricas:
    """What a process counts. Declaring the same metric again gives the one that is there, so rooms may share names.

    Labels must have few values: never a taxpayer, a phone, a document or a concrete path.
    """

    def __init__(self) -> None:
        self.registro = CollectorRegistry()
        self._feitas: dict[str, tuple[Counter | Gauge | Histogram, tuple[str, ...]]] = {}
        ProcessCollector(registry=self.registro)
        PlatformCollector(registry=self.registro)

    def contador(self, nome: str, ajuda: str, rotulos: Sequence[str] = ()) -> Counter:
        """A counter; `_total` is added to its name. Raises `MetricaEmConflito`."""
        return self._ja_feita(Counter, nome, rotulos) or self._guardar(
            nome, rotulos, Counter(nome, ajuda, rotulos, registry=self.registro)
        )

    def medidor(self, nome: str, ajuda: str, rotulos: Sequence[str] = ()) -> Gauge:
        """A gauge: goes up and down. Raises `MetricaEmConflito`."""
        return self._ja_feita(Gauge, nome, rotulos) or self._guardar(
            nome, rotulos, Gauge(nome, ajuda, rotulos, registry=self.registro)
        )

    def histograma(self, nome: str, ajuda: str, rotulos: Sequence[str] = (), *, faixas: Sequence[float] = FAIXAS_S) -> Histogram:
        """A histogram whose buckets end at `faixas`. Raises `MetricaEmConflito`."""
        return self._ja_feita(Histogram, nome, rotulos) or self._guardar(
            nome, rotulos, Histogram(nome, ajuda, rotulos, registry=self.registro, buckets=tuple(faixas))
        )

    def expor(self) -> bytes:
        """Everything in the Prometheus text format; its media type is `TIPO_DE_CONTEUDO`."""
        return generate_latest(self.registro)

    def _ja_feita(self, tipo: type[_Medida], nome: str, rotulos: Sequence[str]) -> _Medida | None:
        if nome not in self._feitas:
            return None
        medida, conhecidos = self._feitas[nome]
        if not isinstance(medida, tipo) or conhecidos != tuple(rotulos):
            raise MetricaEmConflito(f"a métrica {nome} já existe com outro tipo ou outros rótulos")
        return medida

    def _guardar(self, nome: str, rotulos: Sequence[str], medida: _Medida) -> _Medida:
        self._feitas[nome] = (medida, tuple(rotulos))
        return medida
