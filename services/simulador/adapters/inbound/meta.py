"""Meta's Graph API as its clients see it: `POST /v{n}.0/{phone_number_id|page|me}/messages`."""

from __future__ import annotations

import hmac
import secrets
from typing import Any
from urllib.parse import parse_qs

import orjson
from starlette.types import Receive, Scope, Send

from simulador.adapters.inbound.asgi import cabecalho, deixar_sem_resposta, ler_corpo, responder
from simulador.application.avisos import Contas
from simulador.application.receber_pedido import Pedido, ReceberPedido, Resultado
from simulador.application.registro import Registro
from simulador.domain.decisao import Decisao
from simulador.domain.erros_meta import NA_HORA, erro_meta
from simulador.domain.mensagem import Mensagem, chave_de_endereco
from simulador.domain.regras_meta import Leitura, ler_messenger, ler_whatsapp

_TENTE_DEPOIS = ((b"retry-after", b"1"),)


def caminho_de_envio(caminho: str) -> str | None:
    """The object's id in `/v{n}.0/{id}/messages`, or None where the path is another."""
    partes = caminho.split("/")
    if len(partes) != 4 or partes[3] != "messages" or not partes[1].startswith("v"):
        return None
    return partes[2]


def _resposta(m: Mensagem) -> dict[str, Any]:
    if m.canal == "messenger":
        return {"recipient_id": m.para, "message_id": m.id}
    pessoa = chave_de_endereco(m.para)
    contato = {"input": m.para, "wa_id": pessoa}
    mensagem = {"id": m.id, "message_status": "accepted"}
    return {"messaging_product": "whatsapp", "contacts": [contato], "messages": [mensagem]}


def _e_marca_de_leitura(corpo: object) -> bool:
    return isinstance(corpo, dict) and corpo.get("status") == "read" and bool(corpo.get("message_id"))


class PortaMeta:
    """Authenticates, translates, calls the use case, translates back."""

    def __init__(self, contas: Contas, registro: Registro, receber: ReceberPedido) -> None:
        self._contas = contas
        self._portador = b"Bearer " + contas.meta_token.encode()
        self._registro = registro
        self._receber = receber

    async def enviar(self, objeto: str, scope: Scope, receive: Receive, send: Send) -> None:
        """The hot route, raw ASGI. objeto: the phone number's id, the page's, or `me`."""
        dados = await ler_corpo(receive)
        contas = self._contas
        canal = "whatsapp" if objeto == contas.whatsapp_id else "messenger"
        if not self._autorizado(scope):
            await self._recusar(send, canal, "190")
            return
        if objeto not in {contas.whatsapp_id, contas.pagina_id, "me"}:
            await self._recusar(send, canal, "33")
            return
        try:
            corpo = orjson.loads(dados)
        except orjson.JSONDecodeError:
            corpo = None
        if canal == "whatsapp" and _e_marca_de_leitura(corpo):
            await responder(send, 200, b'{"success":true}')
            return
        leitura = ler_messenger(corpo) if canal == "messenger" else ler_whatsapp(corpo, self._modelos())
        resultado = self._receber(self._pedido(canal, leitura))
        await self._responder(resultado, leitura, receive, send)

    def _modelos(self) -> frozenset[str] | None:
        return self._registro.comportamento.canais["whatsapp"].modelos

    def _autorizado(self, scope: Scope) -> bool:
        portador = cabecalho(scope, b"authorization")
        if portador:
            return hmac.compare_digest(portador, self._portador)
        fichas = parse_qs(scope["query_string"].decode("latin-1")).get("access_token", [""])
        return hmac.compare_digest(fichas[0].encode(), self._contas.meta_token.encode())

    def _pedido(self, canal: str, leitura: Leitura) -> Pedido:
        messenger = canal == "messenger"
        return Pedido(
            canal=canal,
            provedor="meta",
            formato=canal,
            prefixo="m_" if messenger else "wamid.",
            de=self._contas.pagina_id if messenger else self._contas.whatsapp_id,
            para=leitura.para,
            texto=leitura.texto,
            envio=leitura.envio,
            retorno=self._contas.url_meta,
            inicial="accepted",
            # Messenger has no "failed" receipt: every failure is the answer to the request
            na_hora=None if messenger else NA_HORA,
            recusa=leitura.recusa[0] if leitura.recusa else None,
            extras={"tipo": leitura.tipo},
        )

    async def _recusar(self, send: Send, canal: str, codigo: str) -> None:
        self._receber.recusar_sem_olhar(canal)
        await self._responder_erro(send, codigo, None)

    async def _responder_erro(self, send: Send, codigo: str, detalhe: str | None) -> None:
        status, corpo = erro_meta(codigo, rastro=secrets.token_urlsafe(12), detalhe=detalhe)
        await responder(send, status, orjson.dumps(corpo), outros=_TENTE_DEPOIS if status == 429 else ())

    async def _responder(self, resultado: Resultado, leitura: Leitura, receive: Receive, send: Send) -> None:
        match resultado.decisao:
            case Decisao.ACEITA if resultado.mensagem is not None:
                await responder(send, 200, orjson.dumps(_resposta(resultado.mensagem)))
            case Decisao.RECUSA_429:
                await self._responder_erro(send, "130429", None)
            case Decisao.RECUSA_5XX:
                await self._responder_erro(send, "131016", None)
            case Decisao.SEM_CORPO_ACEITA | Decisao.SEM_CORPO_RECUSA:
                await responder(send, 502, b"", tipo=b"text/html")
            case Decisao.RECUSA_CODIGO if resultado.codigo is not None:
                await self._responder_erro(send, resultado.codigo, leitura.recusa[1] if leitura.recusa else None)
            case _:
                await deixar_sem_resposta(receive, send, resultado.timeout_s)
