"""The product as its users run it: real processes on free ports, spoken to over HTTP, killed when a test says so."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

RAIZ = Path(__file__).resolve().parents[2]
TOKEN = "token-dos-testes-de-ponta-a-ponta"
SEGREDOS: Mapping[str, str] = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "segredo-de-teste-twilio",
    "TWILIO_SMS_DE": "+15005550006",
    "TWILIO_VOZ_DE": "+15005550006",
    "TWILIO_WHATSAPP_DE": "+15005550006",
    "META_TOKEN": "token-de-teste-meta",
    "META_APP_SECRET": "segredo-de-teste-meta",
    "META_VERIFY_TOKEN": "verificacao-de-teste",
    "WHATSAPP_PHONE_NUMBER_ID": "100000000000001",
    "MESSENGER_PAGE_ID": "200000000000002",
    "PIX_CLIENT_ID": "cliente-pix-de-teste",
    "PIX_CLIENT_SECRET": "segredo-de-teste-pix",
    "PIX_CHAVE": "pix@sefaz.exemplo",
    "PIX_WEBHOOK_SEGREDO": "segredo-do-webhook-de-teste",
}


_ENTREGUES: set[int] = set()
# below the range from which the system takes ports for connections: those would come between the choice and its use;
# each of several test processes has ports of its own
_PROCESSOS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_ESTE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_FAIXA = range(15_000 + _ESTE * (16_000 // _PROCESSOS), 15_000 + (_ESTE + 1) * (16_000 // _PROCESSOS))


def porta_livre() -> int:
    """A port whose next one is free too (the simulator's), never given before by this process."""
    while True:
        porta = random.choice(_FAIXA)
        if {porta - 1, porta, porta + 1} & _ENTREGUES:
            continue
        with socket.socket() as uma, socket.socket() as outra, contextlib.suppress(OSError):
            uma.bind(("127.0.0.1", porta))
            outra.bind(("127.0.0.1", porta + 1))
            _ENTREGUES.update({porta, porta + 1})
            return porta


@dataclass
class Processo:
    """One `python -m …` with its output in a file."""

    argumentos: Sequence[str]
    ambiente: Mapping[str, str]
    registro: Path
    pronto: str | None = None
    _popen: subprocess.Popen[bytes] | None = None

    def iniciar(self) -> None:
        assert self._popen is None or self._popen.poll() is not None, "já em execução"
        with self.registro.open("ab") as saida:
            self._popen = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-m", *self.argumentos],
                env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8", **self.ambiente},
                stdout=saida,
                stderr=subprocess.STDOUT,
                cwd=RAIZ,
                start_new_session=True,
            )

    @property
    def vivo(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def matar(self) -> None:
        """SIGKILL: no chance to say goodbye."""
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait(30)

    def parar(self, sinal: signal.Signals = signal.SIGTERM, limite_s: float = 60) -> int:
        """Asks it to stop; the exit code."""
        if self._popen is None:
            return 0
        if self._popen.poll() is None:
            self._popen.send_signal(sinal)
        try:
            return self._popen.wait(limite_s)
        except subprocess.TimeoutExpired:
            self.matar()
            raise AssertionError(f"{self.argumentos} não parou em {limite_s} s:\n{self.fim_do_registro()}") from None

    def esperar(self, limite_s: float = 120) -> int:
        """Waits for it to end by itself; the exit code."""
        assert self._popen is not None
        return self._popen.wait(limite_s)

    def fim_do_registro(self, caracteres: int = 4000) -> str:
        return self.registro.read_text(errors="replace")[-caracteres:] if self.registro.exists() else ""


@dataclass
class Instalacao:
    """Some processes behind one address. `api` speaks to it as an operator, `simulador` to the providers' side."""

    pasta: Path
    porta: int
    processos: dict[str, Processo]
    api: httpx.AsyncClient
    simulador: httpx.AsyncClient
    enderecos: dict[str, str] = field(default_factory=dict)

    def iniciar(self, *nomes: str) -> None:
        for nome in nomes or tuple(self.processos):
            self.processos[nome].iniciar()

    async def pronta(self, limite_s: float = 90) -> None:
        """Waits until every process that serves HTTP answers that it is ready."""
        fim = time.monotonic() + limite_s
        for nome, endereco in self.enderecos.items():
            while True:
                if not self.processos[nome].vivo:
                    raise AssertionError(f"{nome} terminou sozinho:\n{self.processos[nome].fim_do_registro()}")
                with contextlib.suppress(httpx.HTTPError):
                    if (await self.api.get(f"{endereco}/saude/pronto")).status_code == 200:
                        break
                if time.monotonic() > fim:
                    raise AssertionError(f"{nome} não ficou pronto:\n{self.processos[nome].fim_do_registro()}")
                await asyncio.sleep(0.1)

    async def parar(self) -> None:
        """Stops what still runs, the ones started last first. The loop goes on meanwhile: a wire may run in it."""
        for processo in reversed(list(self.processos.values())):
            if processo.vivo:
                await asyncio.to_thread(processo.parar)

    # what users do

    async def carregar(self, tipo: str, linhas: Iterable[str]) -> dict[str, Any]:
        """Loads a file by the API, and waits for its end."""
        raiz = "/v1/contatos/cargas" if tipo == "contatos" else "/v1/cargas"
        corpo = "\n".join(linhas).encode()
        resposta = await self.api.post(raiz, data={"tipo": tipo}, files={"arquivo": (f"{tipo}.csv", corpo, "text/csv")})
        assert resposta.status_code == 202, resposta.text
        return await self.ate_acabar(f"{raiz}/{resposta.json()['id']}")

    async def ciclo(self, data: str) -> dict[str, Any]:
        resposta = await self.api.post("/v1/ciclos", json={"data": data})
        assert resposta.status_code == 202, resposta.text
        return await self.ate_acabar(f"/v1/ciclos/{resposta.json()['id']}")

    async def ate_acabar(self, caminho: str, limite_s: float = 120) -> dict[str, Any]:
        async with asyncio.timeout(limite_s):
            while True:
                situacao: dict[str, Any] = (await self.api.get(caminho)).raise_for_status().json()
                if situacao["estado"] in {"concluida", "concluido", "falhou"}:
                    return situacao
                await asyncio.sleep(0.1)

    async def avancar(self, **quanto: Any) -> dict[str, Any]:
        resposta = await self.api.post("/v1/relogio/avancar", json=quanto, timeout=600)
        assert resposta.status_code == 200, resposta.text
        situacao: dict[str, Any] = resposta.json()
        return situacao

    async def agora(self) -> datetime:
        return datetime.fromisoformat((await self.api.get("/v1/relogio")).raise_for_status().json()["agora"])

    async def sossegar(self) -> None:
        """Waits until nothing is under way in any room; a minute passes on the clock."""
        await self.avancar(ate=(await self.agora() + timedelta(minutes=1)).isoformat())

    async def todos(self, caminho: str, **filtros: str) -> list[dict[str, Any]]:
        """Every item of a list, page by page."""
        itens: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            parametros = {**filtros, "limite": "500", **({"cursor": cursor} if cursor else {})}
            pagina = (await self.api.get(caminho, params=parametros)).raise_for_status().json()
            itens += pagina["itens"]
            cursor = pagina["proximo"]
            if cursor is None:
                return itens


def _clientes(porta: int) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    cabecalhos = {"Authorization": f"Bearer {TOKEN}"}
    return (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{porta}", headers=cabecalhos, timeout=60),
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{porta + 1}", timeout=60),
    )


@asynccontextmanager
async def instalacao_embutida(
    pasta: Path, *, relogio: str, simulador_a_parte: bool = False, **ajustes: str
) -> AsyncIterator[Instalacao]:
    """`python -m plataforma`, as `make run` starts it; with the simulator in it, or as a process of its own."""
    porta = porta_livre()
    comuns = {
        **SEGREDOS,
        "PORTA": str(porta),
        "DADOS": str(pasta / "dados"),
        "EXEMPLO": "0",
        "REGUA_TOKEN": TOKEN,
        "RELOGIO": relogio,
        **ajustes,
    }
    processos = {}
    enderecos = {}
    if simulador_a_parte:
        no_simulador = {**comuns, "DADOS": str(pasta / "simulador")}
        processos["simulador"] = Processo(["simulador", "servir"], no_simulador, pasta / "simulador.log")
        enderecos["simulador"] = f"http://127.0.0.1:{porta + 1}"
        comuns["URL_SIMULADOR"] = enderecos["simulador"]
    processos["plataforma"] = Processo(["plataforma"], comuns, pasta / "plataforma.log")
    enderecos["plataforma"] = f"http://127.0.0.1:{porta}"
    api, simulador = _clientes(porta)
    async with api, simulador:
        instalacao = Instalacao(pasta, porta, processos, api, simulador, enderecos)
        instalacao.iniciar()
        try:
            await instalacao.pronta()
            yield instalacao
        finally:
            await instalacao.parar()


# the first that begins a path takes it; the others are the régua's
_DAS_SALAS = {
    "parcelamento-api": (
        *("/v1/parcelamentos", "/v1/documentos", "/v1/retornos", "/v1/normas", "/v1/encargos"),
        *("/v1/relatorios/parcelamentos", "/webhooks/pix"),
    ),
    "canais-api": ("/v1/contatos", "/v1/envios", "/v1/modelos", "/v1/provedores", "/webhooks"),
}


class _PorCaminho(httpx.AsyncBaseTransport):
    """What the proxy of a production installation does: one address, rooms by path."""

    def __init__(self, portas: Mapping[str, int]) -> None:
        self._portas = portas
        self._rede = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "instalacao":
            caminho = request.url.path
            sala = next((sala for sala, comecos in _DAS_SALAS.items() if caminho.startswith(comecos)), "regua-api")
            request.url = request.url.copy_with(host="127.0.0.1", port=self._portas[sala])
        return await self._rede.handle_async_request(request)

    async def aclose(self) -> None:
        await self._rede.aclose()


@asynccontextmanager
async def instalacao_separada(
    pasta: Path, *, relogio: str, banco_url: str, kafka_bootstrap: str, **ajustes: str
) -> AsyncIterator[Instalacao]:
    """Each room's api, worker and relay as processes of their own, on a given Postgres and Kafka, as in production."""
    papeis = [f"{sala}-{papel}" for sala in ("regua", "canais", "parcelamento") for papel in ("api", "worker", "relay")]
    portas = {nome: porta_livre() for nome in ("simulador", *papeis)}
    simulador = f"http://127.0.0.1:{portas['simulador'] + 1}"
    comuns = {
        **SEGREDOS,
        "DADOS": str(pasta / "dados"),
        "BANCO_URL": banco_url,
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "REGUA_TOKEN": TOKEN,
        "RELOGIO": relogio,
        "URL_SIMULADOR": simulador,
        "URL_REGUA": f"http://127.0.0.1:{portas['regua-api']}",
        "URL_CANAIS": f"http://127.0.0.1:{portas['canais-api']}",
        "URL_PARCELAMENTO": f"http://127.0.0.1:{portas['parcelamento-api']}",
        "URL_PUBLICA": f"http://127.0.0.1:{portas['canais-api']}",
        "TOKEN_INTERNO": "token-entre-as-salas-dos-testes",
        "TWILIO_BASE_URL": simulador,
        "META_BASE_URL": simulador,
        "PIX_BASE_URL": f"{simulador}/pix",
        **ajustes,
    }
    migracao = Processo(["plataforma", "migrate"], comuns, pasta / "migracao.log")
    migracao.iniciar()
    assert await asyncio.to_thread(migracao.esperar) == 0, migracao.fim_do_registro()
    processos = {
        "simulador": Processo(
            ["simulador", "servir"],
            {**comuns, "PORTA": str(portas["simulador"]), "DADOS": str(pasta / "simulador")},
            pasta / "simulador.log",
        )
    }
    for nome, porta in portas.items():
        if nome != "simulador":
            # in production both are behind one address; here each room's webhooks are at its own
            publica = {"URL_PUBLICA": comuns["URL_PARCELAMENTO"]} if nome.startswith("parcelamento") else {}
            processos[nome] = Processo(nome.split("-"), {**comuns, **publica, "PORTA": str(porta)}, pasta / f"{nome}.log")
    enderecos = {nome: f"http://127.0.0.1:{porta + (nome == 'simulador')}" for nome, porta in portas.items()}
    cabecalhos = {"Authorization": f"Bearer {TOKEN}"}
    rede = _PorCaminho(portas)
    api = httpx.AsyncClient(base_url="http://instalacao", headers=cabecalhos, timeout=60, transport=rede)
    async with api, httpx.AsyncClient(base_url=simulador, timeout=60) as do_simulador:
        instalacao = Instalacao(pasta, portas["canais-api"], processos, api, do_simulador, enderecos)
        instalacao.iniciar()
        try:
            await instalacao.pronta()
            yield instalacao
        finally:
            await instalacao.parar()
