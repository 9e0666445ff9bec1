"""Webhooks of Twilio and Meta: checked against their signature, answered 2xx only once what they bring is durable."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response

from canais.adapters.inbound.leitura_meta import ler_lote
from canais.adapters.inbound.leitura_twilio import ler_mensagem, ler_recibo
from canais.application.ports import Transacoes
from canais.application.receber_mensagem import MensagemEntrante, receber_mensagem
from canais.application.recibos import CaixaDeRecibos
from kernel.clock import Relogio
from kernel.http.assinaturas import CABECALHO_META, CABECALHO_TWILIO, conferir_meta, conferir_twilio, ler_formulario

_TWIML_VAZIO: Final = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


@dataclass(frozen=True, slots=True)
class Segredos:
    """What signatures are checked with. Empty: that provider is not in use, and nothing of it is taken."""

    twilio_token: str
    meta_segredo: str
    meta_verificacao: str


class Webhooks:
    """Translates requests; each route calls one use case."""

    def __init__(
        self,
        *,
        segredos: Segredos,
        url_publica: str,
        caixa: CaixaDeRecibos,
        transacoes: Transacoes,
        relogio: Relogio,
        contar: Callable[[str, str], None],
    ) -> None:
        self._segredos = segredos
        self._url_publica = url_publica.rstrip("/")
        self._caixa = caixa
        self._transacoes = transacoes
        self._relogio = relogio
        self._contar = contar

    def rotas(self) -> APIRouter:
        """The routes; no token, the signature is their key."""
        rotas = APIRouter(prefix="/webhooks", tags=["webhooks"])
        rotas.add_api_route("/twilio/estado/{envio}", self.estado, methods=["POST"], summary="Recibo da Twilio")
        rotas.add_api_route("/twilio/entrada", self.entrada, methods=["POST"], summary="Mensagem recebida pela Twilio")
        rotas.add_api_route("/meta", self.verificar, methods=["GET"], summary="Verificação do webhook da Meta")
        rotas.add_api_route("/meta", self.meta, methods=["POST"], summary="Eventos da Meta")
        return rotas

    async def estado(self, envio: str, request: Request) -> Response:
        """Recibo de uma mensagem, assinado pela Twilio."""
        campos = await self._assinados(request)
        if campos is None:
            return self._recusar("twilio")
        try:
            recibo = ler_recibo(campos, UUID(envio), self._relogio.agora())
        except ValueError:
            self._contar("twilio", "endereco_desconhecido")
            return Response(status_code=404)
        self._contar("twilio", "recibo")
        if recibo is not None:
            await self._caixa.receber([recibo])
        return Response(status_code=200)

    async def entrada(self, request: Request) -> Response:
        """Mensagem de uma pessoa, assinada pela Twilio."""
        campos = await self._assinados(request)
        if campos is None:
            return self._recusar("twilio")
        self._contar("twilio", "mensagem")
        mensagem = ler_mensagem(campos, self._relogio.agora())
        if mensagem is not None:
            await self._receber([mensagem])
        return Response(_TWIML_VAZIO, media_type="text/xml")

    async def verificar(self, request: Request) -> Response:
        """Prova à Meta que este endereço é nosso."""
        consulta = request.query_params
        esperado, dado = self._segredos.meta_verificacao, consulta.get("hub.verify_token", "")
        certo = bool(esperado) and hmac.compare_digest(esperado.encode(), dado.encode("utf-8", "surrogatepass"))
        if not certo or consulta.get("hub.mode") != "subscribe":
            return self._recusar("meta")
        return Response(consulta.get("hub.challenge", ""), media_type="text/plain")

    async def meta(self, request: Request) -> Response:
        """Recibos e mensagens do WhatsApp, assinados pela Meta."""
        corpo = await request.body()
        segredo = self._segredos.meta_segredo
        if not segredo or not conferir_meta(segredo, corpo, request.headers.get(CABECALHO_META)):
            return self._recusar("meta")
        try:
            lido = orjson.loads(corpo)
        except orjson.JSONDecodeError:
            self._contar("meta", "ilegivel")
            return Response(status_code=400)
        lote = ler_lote(lido, self._relogio.agora())
        self._contar("meta", "recibo" if lote.recibos else "mensagem" if lote.mensagens else "outro")
        await self._caixa.receber(lote.recibos)
        if lote.mensagens:
            await self._receber(lote.mensagens)
        return Response(status_code=200)

    async def _receber(self, mensagens: list[MensagemEntrante]) -> None:
        async with self._transacoes.abrir() as uow:
            for mensagem in mensagens:
                await receber_mensagem(uow, mensagem)

    async def _assinados(self, request: Request) -> dict[str, str] | None:
        """The form's fields where Twilio signed them, else None. All fields count for the signature, also unknown ones."""
        campos = ler_formulario(await request.body())
        caminho = request.scope.get("raw_path", request.url.path.encode()).decode("latin-1")
        url = self._url_publica + caminho.partition("?")[0]
        if consulta := request.scope["query_string"].decode("latin-1"):
            url += f"?{consulta}"
        token = self._segredos.twilio_token
        if not token or not conferir_twilio(token, url, campos, request.headers.get(CABECALHO_TWILIO)):
            return None
        return dict(campos)

    def _recusar(self, provedor: str) -> Response:
        # no trace but the counter: what was sent is not known to come from anybody
        self._contar(provedor, "assinatura_recusada")
        return Response(status_code=403)
