"""A Twilio that only accepts: as little work as a server can do, so that what is measured is the client's side.

`python -m tests.support.provedor_rapido PORTA`; `GET /contagem` answers how many requests and the instants of the first and
the last (monotonic seconds); `GET /zerar` forgets them.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import cast

import uvloop

_CORPO = json.dumps(
    {
        "account_sid": "AC" + "0" * 32,
        "api_version": "2010-04-01",
        "body": "Teste",
        "date_created": "Mon, 05 Jan 2026 12:00:00 +0000",
        "date_sent": None,
        "date_updated": "Mon, 05 Jan 2026 12:00:00 +0000",
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": "+15005550006",
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": "SM" + "0" * 32,
        "status": "queued",
        "subresource_uris": {"media": "/2010-04-01/Accounts/AC/Messages/SM/Media.json"},
        "to": "+5582999990000",
        "uri": "/2010-04-01/Accounts/AC/Messages/SM.json",
    }
).encode()
_CABECA, _CAUDA = _CORPO.split(b"SM" + b"0" * 32)[0], _CORPO.split(b"SM" + b"0" * 32, 1)[1]


class _Contagem:
    aceitos = 0
    primeiro_s = 0.0
    ultimo_s = 0.0


def _http(status: bytes, corpo: bytes) -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (status, len(corpo), corpo)


class _Protocolo(asyncio.Protocol):
    """HTTP/1.1 with Content-Length and keep-alive, nothing else."""

    def __init__(self, contagem: _Contagem) -> None:
        self._contagem = contagem
        self._resto = b""
        self._transporte: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes
        self._transporte = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._resto += data
        while (fim := self._resto.find(b"\r\n\r\n")) >= 0:
            cabecalho = self._resto[:fim]
            tamanho = 0
            inicio = cabecalho.lower().find(b"content-length:")
            if inicio >= 0:
                tamanho = int(cabecalho[inicio + 15 :].split(b"\r\n", 1)[0])
            total = fim + 4 + tamanho
            if len(self._resto) < total:
                return
            self._resto = self._resto[total:]
            assert self._transporte is not None
            self._transporte.write(self._responder(cabecalho))

    def _responder(self, cabecalho: bytes) -> bytes:
        contagem = self._contagem
        if cabecalho.startswith(b"POST"):
            contagem.ultimo_s = time.monotonic()
            if not contagem.aceitos:
                contagem.primeiro_s = contagem.ultimo_s
            contagem.aceitos += 1
            return _http(b"201 Created", b"%bSM%032x%b" % (_CABECA, contagem.aceitos, _CAUDA))
        if cabecalho.startswith(b"GET /zerar"):
            contagem.aceitos = 0
        dito = {"aceitos": contagem.aceitos, "primeiro_s": contagem.primeiro_s, "ultimo_s": contagem.ultimo_s}
        return _http(b"200 OK", json.dumps(dito).encode())


async def _servir(porta: int) -> None:
    contagem = _Contagem()
    servidor = await asyncio.get_running_loop().create_server(lambda: _Protocolo(contagem), "127.0.0.1", porta)
    async with servidor:
        await servidor.serve_forever()


if __name__ == "__main__":
    uvloop.run(_servir(int(sys.argv[1])))
