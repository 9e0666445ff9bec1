"""What canais counts, for Prometheus."""

from __future__ import annotations

from kernel.metrics import Metricas


class MetricasDeCanais:
    """The port `Metricas`, and the counter of webhooks."""

    def __init__(self, metricas: Metricas) -> None:
        self._requisicoes = metricas.contador("canais_requisicoes", "Requisições aos provedores.", ("provedor", "desfecho"))
        self._estados = metricas.contador("canais_envios", "Envios que chegaram a cada estado.", ("canal", "estado"))
        self._custo = metricas.contador("canais_custo", "Custo das mensagens, na moeda do provedor.", ("canal", "moeda"))
        self._alertas = metricas.contador("canais_falhas_alertadas", "Falhas que alguém deve olhar.", ("provedor", "codigo"))
        self._webhooks = metricas.contador("canais_webhooks", "Webhooks recebidos.", ("provedor", "tipo"))

    def requisicoes(self, provedor: str, desfecho: str, n: int) -> None:
        self._requisicoes.labels(provedor, desfecho).inc(n)

    def estado(self, canal: str, estado: str, n: int) -> None:
        self._estados.labels(canal, estado).inc(n)

    def custo(self, canal: str, moeda: str, micros: int) -> None:
        self._custo.labels(canal, moeda).inc(micros / 1_000_000)

    def alerta(self, provedor: str, codigo: str) -> None:
        self._alertas.labels(provedor, codigo).inc()

    def webhook(self, provedor: str, tipo: str) -> None:
        self._webhooks.labels(provedor, tipo).inc()
