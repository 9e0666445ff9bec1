"""Moving the clock: from due instant to due instant, never while something is under way."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from kernel.clock import RelogioFixo
from kernel.pendencias import NaoSossega, Pendencias, avancar

_INICIO = datetime(2026, 1, 5, 12, tzinfo=UTC)


@dataclass
class _Agenda:
    """Work due at given instants, each of which needs some rounds to be done."""

    nome: str
    devidos: list[datetime]
    rondas: int = 2
    feitos: list[datetime] = field(default_factory=list)
    _faltam: int = 0

    async def pendencias(self, agora: datetime) -> Pendencias:
        if not self._faltam and self.devidos and self.devidos[0] <= agora:
            self.feitos.append(agora)
            self.devidos.pop(0)
            self._faltam = self.rondas
        if self._faltam:
            self._faltam -= 1
            return Pendencias(ociosa=False, motivo="trabalhando")
        return Pendencias(ociosa=True, proximo=min(self.devidos, default=None))


def _depois(horas: int) -> datetime:
    return _INICIO + timedelta(hours=horas)


async def test_cada_instante_devido_e_visitado_na_sua_hora() -> None:
    relogio = RelogioFixo(_INICIO)
    uma, outra = _Agenda("uma", [_depois(1), _depois(5)]), _Agenda("outra", [_depois(3), _depois(30)])

    async def mover(para: datetime) -> None:
        relogio.ir_para(para)

    passos = await avancar([uma, outra], relogio, mover, _depois(24))
    perto = timedelta(seconds=1)
    assert [abs(feito - _depois(h)) < perto for feito, h in zip(uma.feitos, (1, 5), strict=True)] == [True, True]
    assert [abs(feito - _depois(3)) < perto for feito in outra.feitos] == [True]
    assert outra.devidos == [_depois(30)]
    assert relogio.agora() == _depois(24)
    assert passos == 4


async def test_o_que_nao_termina_e_dito_pelo_nome() -> None:
    relogio = RelogioFixo(_INICIO)
    presa = _Agenda("canais", [_INICIO], rondas=10**9)

    async def mover(para: datetime) -> None:
        relogio.ir_para(para)

    with pytest.raises(NaoSossega, match=r"canais: trabalhando"):
        await avancar([presa], relogio, mover, _depois(1), limite_s=0.2)
    assert relogio.agora() == _INICIO
