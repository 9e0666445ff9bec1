"""The API Pix as its clients see it: `/pix/oauth/token`, `/pix/v2/cobv/{txid}`, `/pix/v2/webhook/{chave}`, charges' payloads.

The payload is plain JSON: a real provider's is the same inside a signed JWS.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from starlette.types import Receive, Scope, Send

from simulador.adapters.inbound.asgi import cabecalho, deixar_sem_resposta, ler_corpo, responder
from simulador.application.avisos import Contas
from simulador.application.cobrar_pix import CobrarPix, RespostaPix, problema
from simulador.application.registro import Registro
from simulador.application.registro_pix import RegistroPix
from simulador.domain.decisao import Decisao, decidir
from simulador.domain.sorteio import Sorteio

CAMINHOS: Final = ("/pix/oauth/", "/pix/v2/", "/pix/qr/")
_PROBLEMA: Final = b"application/problem+json"
_VALIDADE_S: Final = 3600
_COBV: Final = re.compile(r"/pix/v2/cobv/([^/]+)")
_WEBHOOK: Final = re.compile(r"/pix/v2/webhook/([^/]+)")
_PAYLOAD: Final = re.compile(r"/pix/qr/v2/cobv/([^/]+)")
_SERVIDOR: Final = re.compile(r"[A-Za-z0-9._:\[\]-]{1,77}")
_LEITURAS: Final = frozenset({"GET"})
_ESCOPOS: Final = frozenset({"cobv.read", "cobv.write", "webhook.read", "webhook.write"})

_NAO_ENCONTRADO: Final = problema(404, "NaoEncontrado", "O recurso não foi encontrado.")
_SEM_METODO: Final = problema(405, "RequisicaoInvalida", "O método não existe neste endereço.")
_SEM_TOKEN: Final = problema(401, "AcessoNegado", "O token de acesso falta, expirou ou não é conhecido.")
_SEM_ESCOPO: Final = problema(403, "AcessoNegado", "O token de acesso não tem o escopo necessário.")
_EXCESSO: Final = problema(429, "RequisicaoInvalida", "Pedidos demais em pouco tempo.")
_INDISPONIVEL: Final = problema(503, "ServicoIndisponivel", "O serviço não está disponível no momento.")


class PortaPix:
    """Authenticates, translates, calls the use case, translates back; faults come by the behaviour of the channel `pix`."""

    def __init__(
        self,
        contas: Contas,
        mensagens: Registro,
        registro: RegistroPix,
        cobrar: CobrarPix,
        *,
        novo_token: Callable[[], str],
        tempo: Callable[[], float],
    ) -> None:
        self._contas = contas
        self._mensagens = mensagens
        self._registro = registro
        self._cobrar = cobrar
        self._novo_token = novo_token
        self._tempo = tempo
        # a restart forgets them, as a revocation would: clients ask for another
        self._tokens: dict[str, tuple[float, frozenset[str]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        corpo = await ler_corpo(receive)
        caminho, metodo = scope["path"], scope["method"]
        if caminho == "/pix/oauth/token":
            await _enviar(send, self._token(metodo, cabecalho(scope, b"authorization"), corpo))
        elif achado := _PAYLOAD.fullmatch(caminho):
            dia = _consulta(scope).get("DPP")
            await _enviar(send, self._cobrar.payload(achado[1], dia) if metodo in _LEITURAS else _SEM_METODO)
        elif achado := _WEBHOOK.fullmatch(caminho):
            recusa = self._recusa(scope, "webhook")
            await _enviar(send, recusa or self._webhook(metodo, achado[1], corpo))
        elif achado := _COBV.fullmatch(caminho):
            await self._cobv(achado[1], corpo, scope, receive, send)
        else:
            await _enviar(send, _NAO_ENCONTRADO)

    async def _cobv(self, txid: str, corpo: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        if recusa := self._recusa(scope, "cobv"):
            await _enviar(send, recusa)
            return
        geral = self._mensagens.comportamento
        c = geral.canais["pix"]
        match decidir(c, Sorteio(geral.semente, "pix", self._registro.contar_pedido())):
            case Decisao.RECUSA_429:
                await _enviar(send, _EXCESSO, ((b"retry-after", b"1"),))
            case Decisao.RECUSA_5XX:
                await _enviar(send, _INDISPONIVEL)
            case Decisao.SEM_CORPO_RECUSA:
                await responder(send, 502, b"", tipo=b"text/html")
            case Decisao.SEM_CORPO_ACEITA:
                self._atender(txid, corpo, scope)
                await responder(send, 502, b"", tipo=b"text/html")
            case Decisao.TIMEOUT_ANTES:
                await deixar_sem_resposta(receive, send, c.timeout_s)
            case Decisao.TIMEOUT_DEPOIS:
                self._atender(txid, corpo, scope)
                await deixar_sem_resposta(receive, send, c.timeout_s)
            case _:
                await _enviar(send, self._atender(txid, corpo, scope))

    def _atender(self, txid: str, corpo: bytes, scope: Scope) -> RespostaPix:
        match scope["method"]:
            case "PUT":
                return self._cobrar.criar(txid, _json(corpo), _servidor(scope))
            case "PATCH":
                return self._cobrar.revisar(txid, _json(corpo))
            case "GET":
                return self._cobrar.consultar(txid, _consulta(scope).get("revisao"))
            case _:
                return _SEM_METODO

    def _webhook(self, metodo: str, chave: str, corpo: bytes) -> RespostaPix:
        match metodo:
            case "PUT":
                return self._cobrar.cadastrar_webhook(chave, _json(corpo))
            case "GET":
                return self._cobrar.ver_webhook(chave)
            case "DELETE":
                return self._cobrar.remover_webhook(chave)
            case _:
                return _SEM_METODO

    def _token(self, metodo: str, credencial: bytes, corpo: bytes) -> RespostaPix:
        """Client credentials. Source: RFC 6749, 4.4 and 5."""
        if metodo != "POST":
            return _SEM_METODO
        contas = self._contas
        esperada = base64.b64encode(f"{contas.pix_client_id}:{contas.pix_client_secret}".encode())
        if not contas.pix_client_secret or not hmac.compare_digest(credencial, b"Basic " + esperada):
            return RespostaPix(401, {"error": "invalid_client"})
        campos = parse_qs(corpo.decode("latin-1"))
        if campos.get("grant_type") != ["client_credentials"]:
            return RespostaPix(400, {"error": "unsupported_grant_type"})
        escopos = frozenset(" ".join(campos.get("scope", [" ".join(_ESCOPOS)])).split()) & _ESCOPOS
        token = self._novo_token()
        agora = self._tempo()
        self._tokens = {t: dado for t, dado in self._tokens.items() if dado[0] > agora}
        self._tokens[token] = (agora + _VALIDADE_S, escopos)
        dados = {"access_token": token, "token_type": "Bearer", "expires_in": _VALIDADE_S, "scope": " ".join(sorted(escopos))}
        return RespostaPix(200, dados)

    def _recusa(self, scope: Scope, recurso: str) -> RespostaPix | None:
        ate_s, escopos = self._tokens.get(
            cabecalho(scope, b"authorization").decode("latin-1").removeprefix("Bearer "), (0.0, frozenset())
        )
        if ate_s <= self._tempo():
            return _SEM_TOKEN
        escopo = f"{recurso}.{'read' if scope['method'] in _LEITURAS else 'write'}"
        return None if escopo in escopos else _SEM_ESCOPO


async def _enviar(send: Send, resposta: RespostaPix, outros: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    corpo = b"" if resposta.corpo is None else orjson.dumps(resposta.corpo)
    tipo = _PROBLEMA if resposta.problema else b"application/json"
    await responder(send, resposta.status, corpo, tipo=tipo, outros=outros)


def _json(corpo: bytes) -> Any:
    try:
        return orjson.loads(corpo)
    except orjson.JSONDecodeError:
        return None


def _consulta(scope: Scope) -> dict[str, str]:
    return {
        nome: valores[-1] for nome, valores in parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).items()
    }


def _servidor(scope: Scope) -> str:
    """The address under which the client knows this server: a location has no scheme."""
    servidor = cabecalho(scope, b"host").decode("latin-1")
    return servidor if _SERVIDOR.fullmatch(servidor) else "localhost"
