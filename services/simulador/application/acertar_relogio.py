"""Tells a simulator that runs apart what time it is on the platform's virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from simulador.application.registro import Registro
from simulador.errors import EntradaInvalida, RelogioAlheio


class AcertarRelogio:
    """Puts the shown clock at an instant, from where it ticks on. base: the clock underneath. alheio: it is the embedder's."""

    def __init__(self, registro: Registro, *, base: Callable[[], datetime], alheio: bool) -> None:
        self._registro = registro
        self._base = base
        self._alheio = alheio

    def __call__(self, dados: object) -> datetime:
        """`{"agora": "<ISO 8601 with its zone>"}`. Raises EntradaInvalida, RelogioAlheio."""
        if self._alheio:
            raise RelogioAlheio("o relógio é o da plataforma que contém este simulador")
        texto = dados.get("agora") if isinstance(dados, dict) else None
        try:
            instante = datetime.fromisoformat(texto) if isinstance(texto, str) else None
        except ValueError:
            instante = None
        if instante is None or instante.tzinfo is None:
            raise EntradaInvalida(("agora", "deve ser um instante ISO 8601 com fuso, como 2026-11-23T09:00:00-03:00"))
        self._registro.acertar_relogio((instante - self._base()).total_seconds())
        return instante
