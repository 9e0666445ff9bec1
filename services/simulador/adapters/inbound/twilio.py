"""Twilio's API as its clients see it: `/2010-04-01/Accounts/{sid}/Messages…` and `…/Calls…`."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator
from urllib.parse import parse_qs, parse_qsl

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from simulador.adapters.inbound.asgi import cabecalho, deixar_sem_resposta, ler_corpo, responder
from simulador.adapters.inbound.twilio_recursos import pagina, recurso_ligacao, recurso_mensagem
from simulador.application.avisos import Contas
from simulador.application.receber_pedido import Pedido, ReceberPedido, Resultado
from simulador.application.registro import Registro
from simulador.domain.decisao import Decisao
from simulador.domain.erros_twilio import NA_HORA, erro_twilio
from simulador.domain.mensagem import Mensagem
from simulador.domain.regras_twilio import envio_do_retorno, validar_ligacao, validar_mensagem

PREFIXO = "/2010-04-01/Accounts/"
_TENTE_DEPOIS = ((b"retry-after", b"1"),)
# the event's name in StatusCallbackEvent → the steps that it covers
_EVENTOS_DE_LIGACAO = {
    "initiated": {"initiated"},
    "ringing": {"ringing"},
    "answered": {"in-progress"},
    "completed": {"completed", "busy", "no-answer", "failed", "canceled"},
}


def _json(dados: object, status: int = 200) -> Response:
    return Response(orjson.dumps(dados), status, media_type="application/json")


def _erro(codigo: str) -> Response:
    status, corpo = erro_twilio(codigo)
    return _json(corpo, status)


def ler_pedido_de_mensagem(corpo: str) -> Pedido:
    """The form of Messages.json."""
    pares = parse_qsl(corpo, keep_blank_values=True)
    form = dict(pares)
    whatsapp = form.get("To", "").startswith("whatsapp:")
    midias = sum(1 for nome, _ in pares if nome == "MediaUrl") if "MediaUrl" in form else 0
    retorno, servico = form.get("StatusCallback"), form.get("MessagingServiceSid")
    extras: dict[str, object] = {"servico": servico} if servico else {}
    if midias:
        extras["midias"] = midias
    if "ContentSid" in form:
        extras |= {"tipo": "template", "conteudo": form["ContentSid"], "variaveis": form.get("ContentVariables")}
    return Pedido(
        canal="whatsapp" if whatsapp else "sms",
        provedor="twilio",
        formato="twilio_whatsapp" if whatsapp else "twilio_sms",
        prefixo="MM" if midias else "SM",
        de=form.get("From", ""),
        para=form.get("To", ""),
        texto=form.get("Body") or form.get("ContentVariables") or "",
        envio=envio_do_retorno(retorno),
        retorno=retorno or None,
        inicial="accepted" if servico else "queued",
        na_hora=NA_HORA,
        recusa=validar_mensagem(form),
        codigo_de_saida="21610",
        extras=extras,
    )


def ler_pedido_de_ligacao(corpo: str) -> Pedido:
    """The form of Calls.json."""
    campos = parse_qs(corpo, keep_blank_values=True)
    form = {nome: valores[-1] for nome, valores in campos.items()}
    pedidos = [evento for valor in campos.get("StatusCallbackEvent", ["completed"]) for evento in valor.split()]
    eventos = frozenset().union(*(_EVENTOS_DE_LIGACAO.get(evento, set()) for evento in pedidos))
    retorno = form.get("StatusCallback")
    extras: dict[str, object] = {
        "url": form.get("Url"),
        "url_metodo": form.get("Method", "POST").upper(),
        "twiml": form.get("Twiml"),
        "retorno_metodo": form.get("StatusCallbackMethod", "POST").upper(),
    }
    if "MachineDetection" in form:
        extras["maquina"] = True
    return Pedido(
        canal="voz",
        provedor="twilio",
        formato="voz",
        prefixo="CA",
        de=form.get("From", ""),
        para=form.get("To", ""),
        texto="",
        envio=envio_do_retorno(retorno) or envio_do_retorno(form.get("Url")),
        retorno=retorno or None,
        inicial="queued",
        na_hora=NA_HORA,
        recusa=validar_ligacao(form),
        eventos=eventos,
        extras={nome: valor for nome, valor in extras.items() if valor is not None},
    )


class PortaTwilio:
    """Authenticates, translates, calls the use case, translates back."""

    def __init__(self, contas: Contas, registro: Registro, receber: ReceberPedido) -> None:
        self._sid = contas.twilio_sid
        self._base = f"{PREFIXO}{contas.twilio_sid}"
        credencial = base64.b64encode(f"{contas.twilio_sid}:{contas.twilio_token}".encode())
        self._credencial = b"Basic " + credencial
        self._registro = registro
        self._receber = receber

    async def criar(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST Messages.json or Calls.json: the hot route, raw ASGI."""
        corpo = await ler_corpo(receive)
        ligacao = scope["path"].endswith("/Calls.json")
        if not self._conhecido(scope["path"], cabecalho(scope, b"authorization")):
            self._receber.recusar_sem_olhar("voz" if ligacao else "sms")
            status, erro = erro_twilio("20003")
            await responder(send, status, orjson.dumps(erro))
            return
        texto = corpo.decode("utf-8", "replace")
        pedido = ler_pedido_de_ligacao(texto) if ligacao else ler_pedido_de_mensagem(texto)
        await self._responder(self._receber(pedido), receive, send)

    def rotas(self) -> list[Route]:
        """Everything but the two that `criar` answers."""
        sid = "/2010-04-01/Accounts/{sid}"
        return [
            Route(f"{sid}/Messages.json", self._listar_mensagens, methods=["GET"]),
            Route(f"{sid}/Calls.json", self._listar_ligacoes, methods=["GET"]),
            Route(f"{sid}/Messages/{{id}}.json", self._mensagem, methods=["GET", "POST", "DELETE"]),
            Route(f"{sid}/Calls/{{id}}.json", self._ligacao, methods=["GET", "POST"]),
        ]

    def _conhecido(self, caminho: str, credencial: bytes) -> bool:
        return caminho.startswith(f"{self._base}/") and hmac.compare_digest(credencial, self._credencial)

    async def _responder(self, resultado: Resultado, receive: Receive, send: Send) -> None:
        match resultado.decisao:
            case Decisao.ACEITA if resultado.mensagem is not None:
                await responder(send, 201, orjson.dumps(self._recurso(resultado.mensagem)))
            case Decisao.RECUSA_429:
                status, erro = erro_twilio("20429")
                await responder(send, status, orjson.dumps(erro), outros=_TENTE_DEPOIS)
            case Decisao.RECUSA_5XX:
                status, erro = erro_twilio("20503")
                await responder(send, status, orjson.dumps(erro))
            case Decisao.SEM_CORPO_ACEITA | Decisao.SEM_CORPO_RECUSA:
                await responder(send, 502, b"", tipo=b"text/html")
            case Decisao.RECUSA_CODIGO if resultado.codigo is not None:
                status, erro = erro_twilio(resultado.codigo)
                outros = _TENTE_DEPOIS if status == 429 else ()
                await responder(send, status, orjson.dumps(erro), outros=outros)
            case _:
                await deixar_sem_resposta(receive, send, resultado.timeout_s)

    def _recurso(self, m: Mensagem) -> dict[str, object]:
        return recurso_ligacao(m, self._sid) if m.canal == "voz" else recurso_mensagem(m, self._sid)

    def _do_twilio(self, parametros: dict[str, str], *, voz: bool) -> Iterator[Mensagem]:
        registro = self._registro
        para = parametros.get("To")
        for m in reversed(registro.para(para)) if para else reversed(registro.mensagens.values()):
            if m.provedor == "twilio" and (m.canal == "voz") == voz and (not para or _mesmo_canal(para, m)):
                yield m

    def _listar(self, request: Request, *, voz: bool) -> Response:
        if not self._autorizado(request):
            return _erro("20003")
        parametros = dict(request.query_params)
        nome, base = ("calls", "Calls") if voz else ("messages", "Messages")
        achadas = self._do_twilio(parametros, voz=voz)
        try:
            return _json(pagina(achadas, parametros, nome=nome, base=f"{self._base}/{base}.json", recurso=self._recurso))
        except ValueError:
            return _erro("20001")

    async def _listar_mensagens(self, request: Request) -> Response:
        return self._listar(request, voz=False)

    async def _listar_ligacoes(self, request: Request) -> Response:
        return self._listar(request, voz=True)

    def _achar(self, request: Request, *, voz: bool) -> Mensagem | Response:
        if not self._autorizado(request):
            return _erro("20003")
        m = self._registro.mensagens.get(request.path_params["id"])
        if m is None or m.removida or m.provedor != "twilio" or (m.canal == "voz") != voz:
            return _erro("20404")
        return m

    def _autorizado(self, request: Request) -> bool:
        return self._conhecido(request.url.path, request.headers.get("authorization", "").encode())

    async def _mensagem(self, request: Request) -> Response:
        """GET fetches; POST redacts (Body empty) or cancels (Status=canceled); DELETE removes."""
        m = self._achar(request, voz=False)
        if isinstance(m, Response):
            return m
        if request.method == "DELETE":
            self._registro.remover(m)
            return Response(status_code=204)
        if request.method == "POST":
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            recusa = self._alterar(m, form)
            if recusa is not None:
                return _erro(recusa)
        return _json(self._recurso(m))

    def _alterar(self, m: Mensagem, form: dict[str, str]) -> str | None:
        if form.get("Status") == "canceled":
            if m.estado not in {"queued", "accepted", "scheduled"}:
                return "30409"
            self._registro.interromper(m, "canceled")
        if "Body" in form:
            if form["Body"]:
                return "20001"
            self._registro.apagar_texto(m)
        return None

    async def _ligacao(self, request: Request) -> Response:
        """GET fetches; POST Status=canceled ends a call that is not answered yet, Status=completed one in progress."""
        m = self._achar(request, voz=True)
        if isinstance(m, Response):
            return m
        if request.method == "POST":
            form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            pedido, atual = form.get("Status"), m.estado
            if (pedido, atual) not in {
                *(("canceled", estado) for estado in ("queued", "initiated", "ringing")),
                *(("completed", estado) for estado in ("queued", "initiated", "ringing", "in-progress")),
            }:
                return _erro("21220")
            self._registro.interromper(m, str(pedido))
        return _json(self._recurso(m))


def _mesmo_canal(para: str, m: Mensagem) -> bool:
    """`To=+55…` does not find what went to whatsapp:+55…, nor the reverse."""
    return m.canal == "voz" or para.strip().startswith("whatsapp:") == m.para.startswith("whatsapp:")
