"""How fast a provider may be asked: its own limit as a token bucket, and pauses that it asks for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from canais.domain.resposta import Aceito, Desfecho, NaoEntrou

_PAUSA_MINIMA_S: Final = 0.1
_PAUSA_MAXIMA_S: Final = 30.0


class Balde:
    """At most `taxa_por_s` requests a second on average, in bursts of at most one second's worth. Times: machine seconds."""

    def __init__(self, taxa_por_s: float | None) -> None:
        self.taxa_por_s = taxa_por_s
        self._fichas = 1.0 if taxa_por_s is None else max(1.0, taxa_por_s)
        self._lido_em: float | None = None

    def mudar(self, taxa_por_s: float | None) -> None:
        """Another limit, from now on."""
        if taxa_por_s != self.taxa_por_s:
            self.__init__(taxa_por_s)  # type: ignore[misc]

    def disponiveis(self, maximo: int, agora_s: float) -> int:
        """How many of `maximo` may leave now."""
        if self.taxa_por_s is None:
            return maximo
        if self._lido_em is not None:
            self._fichas = min(max(1.0, self.taxa_por_s), self._fichas + (agora_s - self._lido_em) * self.taxa_por_s)
        self._lido_em = agora_s
        return min(maximo, int(self._fichas))

    def gastar(self, n: int) -> None:
        """Takes the tokens of `n` requests."""
        if self.taxa_por_s is not None:
            self._fichas -= n

    def falta_s(self) -> float:
        """Seconds until one more may leave."""
        if self.taxa_por_s is None or self._fichas >= 1:
            return 0.0
        return (1 - self._fichas) / self.taxa_por_s


class Pausa:
    """Until when a provider's queue waits. A 429 says how long; without that, the waits double while refusals go on."""

    def __init__(self) -> None:
        self.ate: datetime | None = None
        self._seguidas = 0

    def ativa(self, agora: datetime) -> bool:
        return self.ate is not None and agora < self.ate

    def apurar(self, desfechos: list[Desfecho], agora: datetime) -> timedelta:
        """Learns from a turn's answers. Answers how long what was not looked at waits."""
        recusas = [d for d in desfechos if isinstance(d, NaoEntrou)]
        if not recusas:
            if any(isinstance(d, Aceito) for d in desfechos):
                self._seguidas = 0
            return timedelta(0)
        pedidas = [d.retry_after_s for d in recusas if d.retry_after_s is not None]
        propria = min(_PAUSA_MAXIMA_S, _PAUSA_MINIMA_S * 2 ** min(self._seguidas, 10))
        if all(isinstance(d, NaoEntrou) for d in desfechos):
            self._seguidas += 1
        pausa = timedelta(seconds=max(pedidas) if pedidas else propria)
        self.ate = max(self.ate or agora, agora + pausa)
        return pausa
