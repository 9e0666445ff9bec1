"""A provider that does what a test tells it: Twilio's Messages and WhatsApp's messages, answer by answer."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

AGORA_RFC2822 = format_datetime(datetime(2026, 1, 5, 12, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Requisicao:
    metodo: str
    caminho: str
    consulta: dict[str, list[str]]
    cabecalhos: dict[str, str]
    corpo: bytes

    @property
    def campos(self) -> dict[str, str]:
        return {k: v[0] for k, v in parse_qs(self.corpo.decode(), keep_blank_values=True).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.corpo)

    @property
    def envio(self) -> str:
        """Our id, as the request carries it."""
        if "Messages.json" in self.caminho:
            return self.campos["StatusCallback"].rpartition("/")[2]
        return str(self.json["biz_opaque_callback_data"])


@dataclass(frozen=True, slots=True)
class Responde:
    status: int
    corpo: bytes
    cabecalhos: tuple[tuple[str, str], ...] = ()


class Cala:
    """Holds the request until the server stops or the client gives up."""


class Corta:
    """Cuts the connection once the request was read."""


Acao = Responde | Cala | Corta
Regra = Callable[[Requisicao], Acao]


def em_json(status: int, corpo: object, **cabecalhos: str) -> Responde:
    return Responde(
        status,
        json.dumps(corpo).encode(),
        tuple((k.replace("_", "-"), v) for k, v in {"content_type": "application/json", **cabecalhos}.items()),
    )


def erro_twilio(status: int, codigo: int, **cabecalhos: str) -> Responde:
    return em_json(status, {"code": codigo, "message": "x", "more_info": "", "status": status}, **cabecalhos)


def erro_meta(status: int, codigo: int, **cabecalhos: str) -> Responde:
    return em_json(status, {"error": {"message": "x", "type": "OAuthException", "code": codigo}}, **cabecalhos)


def recurso_twilio(sid: str, campos: dict[str, str], status: str = "queued") -> dict[str, Any]:
    return {
        "account_sid": "AC" + "0" * 32,
        "api_version": "2010-04-01",
        "body": campos.get("Body"),
        "date_created": AGORA_RFC2822,
        "date_sent": None,
        "date_updated": AGORA_RFC2822,
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": campos.get("From"),
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": sid,
        "status": status,
        "subresource_uris": {},
        "to": campos["To"],
        "uri": "",
    }


@dataclass
class ProvedorDeTeste:
    """`regra` decides each POST; `aceitas` is what was taken in, by our id. `listaveis`: what a GET by To finds."""

    url: str = ""
    regra: Regra | None = None
    pedidos: list[Requisicao] = field(default_factory=list)
    consultas: list[Requisicao] = field(default_factory=list)
    listaveis: list[dict[str, Any]] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def aceitar(self, r: Requisicao) -> Responde:
        numero = next(self._ids)
        if "Messages.json" in r.caminho:
            recurso = recurso_twilio(f"SM{numero:032x}", r.campos)
            self.listaveis.insert(0, recurso)
            return em_json(201, recurso)
        corpo = {"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": f"wamid.{numero}"}]}
        return em_json(200, corpo)

    def aceitas(self) -> list[str]:
        return [r.envio for r in self.pedidos]

    def responder(self, r: Requisicao) -> Acao:
        if r.metodo == "GET":
            self.consultas.append(r)
            if "/Messages/" in r.caminho:
                sid = r.caminho.rpartition("/")[2].removesuffix(".json")
                achada = next((m for m in self.listaveis if m["sid"] == sid), None)
                return em_json(200, achada) if achada else erro_twilio(404, 20404)
            para = r.consulta.get("To", [""])[0]
            achados = [m for m in self.listaveis if m["to"] == para]
            return em_json(200, {"messages": achados, "page": 0, "page_size": 50, "next_page_uri": None, "uri": ""})
        self.pedidos.append(r)
        return (self.regra or self.aceitar)(r)

    async def atender(self, leitor: asyncio.StreamReader, escritor: asyncio.StreamWriter) -> None:
        try:
            while True:
                acao = self.responder(await _ler(leitor))
                if isinstance(acao, Cala):
                    await leitor.read()  # until the client gives up
                    break
                if isinstance(acao, Corta):
                    break
                escritor.write(_escrever(acao))
                await escritor.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return  # the client left, or the loop ends; streams of Python 3.11 complain of a cancelled handler
        finally:
            escritor.close()


async def _ler(leitor: asyncio.StreamReader) -> Requisicao:
    cabeca = (await leitor.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    metodo, alvo, _ = cabeca[0].split(" ", 2)
    cabecalhos = {k.strip().lower(): v.strip() for k, _, v in (linha.partition(":") for linha in cabeca[1:] if linha)}
    corpo = await leitor.readexactly(int(cabecalhos.get("content-length", "0")))
    partes = urlsplit(alvo)
    return Requisicao(metodo, partes.path, parse_qs(partes.query), cabecalhos, corpo)


def _escrever(r: Responde) -> bytes:
    linhas = "".join(f"{k}: {v}\r\n" for k, v in r.cabecalhos)
    return f"HTTP/1.1 {r.status} X\r\n{linhas}content-length: {len(r.corpo)}\r\n\r\n".encode() + r.corpo


@asynccontextmanager
async def provedor_de_teste(regra: Regra | None = None) -> AsyncIterator[ProvedorDeTeste]:
    """Serves on a free port of this machine."""
    provedor = ProvedorDeTeste(regra=regra)
    servidor = await asyncio.start_server(provedor.atender, "127.0.0.1", 0)
    provedor.url = f"http://127.0.0.1:{servidor.sockets[0].getsockname()[1]}"
    try:
        yield provedor
    finally:
        servidor.close()
