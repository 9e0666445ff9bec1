"""The simulator's own control, without a token: behaviour, what was sent, what people write, the count, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
from fastapi import APIRouter, Query, Request
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.responses import HTMLResponse, Response

from simulador.application.acertar_relogio import AcertarRelogio
from simulador.application.comportar import Comportar
from simulador.application.conferir_webhook import ConferirWebhook
from simulador.application.escrever import Escrever
from simulador.application.registro import Registro
from simulador.application.registro_pix import RegistroPix
from simulador.domain.comportamento import descrever_comportamento
from simulador.domain.mensagem import Mensagem, chave_de_endereco
from simulador.errors import EntradaInvalida

_PAGINA = """<!doctype html>
<html lang="pt-BR">
<meta charset="utf-8">
<title>Simulador de provedores</title>
<h1>Simulador de provedores</h1>
<p>Este endereço faz as vezes da Twilio, da Meta e de um provedor de Pix na máquina de quem desenvolve: nenhuma mensagem sai
daqui para ninguém, e nenhum dinheiro se move.</p>
<p>Pedidos aceitos: {aceitos}. Recusados: {recusados}. Recibos ainda por enviar: {devidos}.</p>
<ul>
<li><a href="contagem">Contagem completa</a></li>
<li><a href="mensagens">Últimas mensagens</a></li>
<li><a href="ligacoes">Últimas ligações</a></li>
<li><a href="pix/cobrancas">Cobranças Pix</a></li>
<li><a href="comportamento">Comportamento em vigor</a></li>
<li><a href="docs">Documentação</a></li>
</ul>
</html>
"""
_SOBRE_O_COMPORTAMENTO = """
Por canal (`sms`, `whatsapp`, `messenger`, `voz`, `pix`); taxas de 0 a 1. Cada mudança recomeça os sorteios: com a mesma
`semente`, o n-ésimo pedido de um canal tem sempre o mesmo destino.

| campo | o que faz |
|---|---|
| `taxa_429` | recusa, com `Retry-After` |
| `taxa_5xx` | erro com o corpo do provedor; nunca aceita |
| `taxa_502_sem_corpo` | 502 sem corpo; metade é aceita |
| `timeout_antes`, `timeout_depois` | a conexão cai sem resposta depois de `timeout_s` segundos (padrão 30); só o segundo aceita |
| `falha` | `{"código": taxa}`: recusa ou falha de entrega, conforme o código; na voz também `busy`, `no-answer` e `failed` |
| `entregue`, `lido` | parte entregue (do que não falhou), e parte lida do que foi entregue; SMS não tem leitura |
| `atendida` | parte das ligações que é atendida |
| `latencia_ms` | espera, `[de, até]`, antes de cada estado |
| `duplicar`, `reordenar`, `descartar` | parte dos recibos; o descartado não é devido |
| `teclas` | na voz: o que cada `<Gather>` ouve, na ordem |
| `modelos` | no WhatsApp: os modelos que existem (padrão: todos) |
| `agrupar` | no Pix: parte dos avisos que espera o próximo e vai junto |

No `pix` valem as respostas aos pedidos sobre cobranças, `latencia_ms`, `timeout_s`, `duplicar`, `reordenar`, `descartar` e
`agrupar`, que são dos avisos de pagamento.
"""
_EXEMPLO = {
    "semente": 1,
    "canais": {"sms": {"taxa_429": 0.05, "entregue": 0.95, "falha": {"30003": 0.02}, "latencia_ms": [50, 500]}},
}


def _corpo(exemplo: dict[str, Any]) -> dict[str, Any]:
    conteudo = {"application/json": {"schema": {"type": "object", "example": exemplo}}}
    return {"requestBody": {"required": True, "content": conteudo}}


def _json(dados: object, status: int = 200) -> Response:
    return Response(orjson.dumps(dados), status, media_type="application/json")


async def _ler(request: Request) -> object:
    try:
        lido: object = orjson.loads(await request.body())
    except orjson.JSONDecodeError as erro:
        raise EntradaInvalida(("", "o corpo não é um JSON válido")) from erro
    return lido


def _iso(em: float) -> str:
    return datetime.fromtimestamp(em, UTC).isoformat(timespec="milliseconds")


def _endereco(canal: str, endereco: str) -> str:
    chave = chave_de_endereco(endereco)
    return chave if canal == "messenger" or not chave.isdigit() or len(chave) > 15 else f"+{chave}"


def _item(m: Mensagem) -> dict[str, Any]:
    recibos = []
    for passo, em, chegou in zip(m.passos, m.instantes, m.chegou, strict=True):
        if em is None:
            continue
        # `entregue` and `chegou` are one fact under two names: our webhook answered 2xx
        recibo: dict[str, Any] = {"estado": passo.estado, "em": _iso(em), "entregue": chegou, "chegou": chegou}
        if passo.codigo:
            recibo["codigo"] = passo.codigo
        if passo.vezes == 0:
            recibo["descartado"] = True
        recibos.append(recibo)
    item = {
        "id": m.id,
        "envio": m.envio,
        "de": m.de.removeprefix("whatsapp:") if m.sentido == "saida" else _endereco(m.canal, m.de),
        "para": _endereco(m.canal, m.para) if m.sentido == "saida" else m.para.removeprefix("whatsapp:"),
        "canal": m.canal,
        "texto": m.texto,
        "em": _iso(m.em),
        "sentido": m.sentido,
        "provedor": m.provedor,
        "estado": m.estado,
        "recibos": recibos,
    }
    if m.canal == "voz":
        item |= {"duracao_s": m.extras.get("duracao", 0), "ouvido": m.extras.get("ouvido", []), "erro": m.extras.get("erro")}
    return item


def _listar(registro: Registro, para: str | None, cursor: str | None, limite: int, *, voz: bool) -> dict[str, Any]:
    """All of one person's, oldest first; without a person, a page of everything, newest first."""
    if para:
        return {"itens": [_item(m) for m in registro.para(para, voz=voz)], "proximo": None}
    if cursor is not None and not cursor.isdigit():
        raise EntradaInvalida(("cursor", "use o valor de `proximo` da página anterior"))
    antes = int(cursor) if cursor else None
    todas = (m for m in reversed(registro.mensagens.values()) if (m.canal == "voz") == voz and (antes is None or m.ordem < antes))
    achadas = list(islice(todas, limite + 1))
    itens = achadas[:limite]
    return {"itens": [_item(m) for m in itens], "proximo": str(itens[-1].ordem) if len(achadas) > limite else None}


def rotas_de_controle(
    registro: Registro,
    pix: RegistroPix,
    *,
    comportar: Comportar,
    escrever: Escrever,
    acertar_relogio: AcertarRelogio,
    conferir: ConferirWebhook,
) -> APIRouter:
    """The routes, and the page at `/`."""
    rotas = APIRouter(tags=["controle"])

    @rotas.get("/", include_in_schema=False)
    async def inicio() -> Response:
        numeros = {"aceitos": registro.aceitos, "recusados": registro.recusados, "devidos": registro.devidos + pix.devidos}
        return HTMLResponse(_PAGINA.format(**numeros))

    @rotas.get("/comportamento", summary="Como os provedores se comportam agora")
    async def ver_comportamento() -> Response:
        return _json(descrever_comportamento(registro.comportamento))

    @rotas.put(
        "/comportamento",
        summary="Muda o comportamento; o que fica de fora volta ao padrão",
        description=_SOBRE_O_COMPORTAMENTO,
        openapi_extra=_corpo(_EXEMPLO),
    )
    async def mudar_comportamento(request: Request) -> Response:
        return _json(descrever_comportamento(comportar(await _ler(request))))

    @rotas.get("/mensagens", summary="Mensagens enviadas a uma pessoa (ou as últimas de todas)")
    async def mensagens(para: str | None = None, cursor: str | None = None, limite: int = Query(100, ge=1, le=1000)) -> Response:
        return _json(_listar(registro, para, cursor, limite, voz=False))

    @rotas.post(
        "/mensagens",
        summary="A pessoa escreve: o webhook sai assinado",
        openapi_extra=_corpo({"de": "+5582999990000", "canal": "sms", "texto": "SAIR"}),
    )
    async def nova_mensagem(request: Request) -> Response:
        return _json(_item(escrever(await _ler(request))), 201)

    @rotas.get("/ligacoes", summary="Ligações feitas a uma pessoa (ou as últimas de todas)")
    async def ligacoes(para: str | None = None, cursor: str | None = None, limite: int = Query(100, ge=1, le=1000)) -> Response:
        return _json(_listar(registro, para, cursor, limite, voz=True))

    @rotas.get("/contagem", summary="A verdade sobre o que foi aceito e o que ainda é devido")
    async def contagem(por_envio: bool = True) -> Response:
        """`por_envio=0` leaves the long part out, for whoever only waits for the receipts."""
        contagem: dict[str, Any] = {
            "aceitos": registro.aceitos,
            "recusados": registro.recusados,
            "recibos_devidos": registro.devidos + pix.devidos,
        }
        return _json({**contagem, "por_envio": registro.por_envio} if por_envio else contagem)

    @rotas.put("/relogio", summary="Acerta o relógio que se mostra", openapi_extra=_corpo({"agora": "2026-11-23T12:00:00Z"}))
    async def relogio(request: Request) -> Response:
        return _json({"agora": acertar_relogio(await _ler(request)).isoformat()})

    @rotas.post("/webhooks/verificacao", summary="A Meta confere o endereço do webhook (hub.challenge)")
    async def verificacao() -> Response:
        return _json({"confere": await conferir()})

    return rotas


class ColetorDoSimulador:
    """What `/metrics` says of the simulator, read from its state at each scrape."""

    def __init__(self, registro: Registro, pix: RegistroPix) -> None:
        self._registro = registro
        self._pix = pix

    def collect(self) -> Iterator[Metric]:
        """Prometheus' collector interface."""
        registro = self._registro
        pedidos = CounterMetricFamily("simulador_pedidos", "Pedidos de envio recebidos", labels=["resultado"])
        pedidos.add_metric(["aceito"], registro.aceitos)
        pedidos.add_metric(["recusado"], registro.recusados)
        yield pedidos
        avisos = CounterMetricFamily("simulador_avisos", "Webhooks enviados por este processo", labels=["resultado"])
        for resultado in ("chegou", "nao_chegou"):
            avisos.add_metric([resultado], registro.avisos[resultado])
        yield avisos
        devidos = registro.devidos + self._pix.devidos
        yield GaugeMetricFamily("simulador_recibos_devidos", "Recibos e avisos de Pix ainda por enviar", devidos)
        yield GaugeMetricFamily("simulador_pix_cobrancas", "Cobranças Pix em memória", len(self._pix.cobrancas))
        yield GaugeMetricFamily("simulador_mensagens_em_memoria", "Mensagens em memória", len(registro.mensagens))
