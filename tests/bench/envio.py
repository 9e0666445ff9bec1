"""The sending path of SMS, one worker process, beside the bare `twilio` client over the same transport, payload and stub.

The worker is the product's own (`python -m canais worker` as a coroutine of one process): consumer with inbox, claims,
requests, states, history, outbox, on a real database and the embedded log. The reference makes the same requests and keeps
nothing. Both run in turns against one stub, so that a noisy machine is noisy for both.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid5

import httpx
import psutil
import uvloop

from canais.adapters.outbound.transporte import abrir_cliente
from canais.adapters.outbound.twilio_mensagens import ConfigTwilio, abrir_twilio
from kernel.messaging.embutido import LogEmbutido
from kernel.persistence.banco import Banco, abrir_banco
from kernel.persistence.relogio import ancorar
from kernel.persistence.servidor import servidor_embutido
from plataforma.inject import migrar_tudo
from schemas.acionamento import AcionamentoEmitido
from schemas.evento import para_saida
from schemas.topicos import carregar_topicos
from tests.bench.medida import Medida
from tests.support.instalacao import RAIZ, SEGREDOS, porta_livre

_VAGAS = 64
_MENSAGENS = 12_000
_VOLTAS = 5
_TEXTO = (
    "SEFAZ-AL: ha uma pendencia em seu cadastro. Codigo {codigo}. "
    "Confira em https://www.sefaz.al.gov.br ou 0800 284 1060. SAIR para parar."
)
# A Monday at ten in Maceió: contact hours
_AGORA = datetime(2026, 1, 5, 13, tzinfo=UTC)
_ESPACO = UUID("5f0c2a52-3a5b-4c7e-9d3e-000000000001")


@asynccontextmanager
async def _processo(*argumentos: str, **ambiente: str) -> AsyncIterator[asyncio.subprocess.Process]:
    processo = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *argumentos,
        cwd=RAIZ,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **ambiente},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield processo
    finally:
        if processo.returncode is None:
            processo.terminate()
            await processo.wait()


async def _esperar(cliente: httpx.AsyncClient, quantos: int) -> dict[str, float]:
    """Waits until the stub took `quantos` requests."""
    while True:
        contagem: dict[str, float] = (await cliente.get("/contagem")).json()
        if contagem["aceitos"] >= quantos:
            return contagem
        await asyncio.sleep(0.2)


async def referencia(base: str, quantos: int) -> dict[str, float]:
    """Messages per second of the bare client, `_VAGAS` at once, and its CPU for each, in microseconds."""
    config = ConfigTwilio(
        twilio_account_sid=SEGREDOS["TWILIO_ACCOUNT_SID"],
        twilio_auth_token=SEGREDOS["TWILIO_AUTH_TOKEN"],
        twilio_base_url=base,
        twilio_sms_de="+15005550006",
    )
    async with abrir_cliente(prazo_s=15, conexoes=2 * _VAGAS) as http:
        cliente = abrir_twilio(http, config)
        faltam = iter(range(quantos))

        async def vaga() -> None:
            for n in faltam:
                await cliente.messages.create_async(
                    to=f"+558299{n:07d}",
                    from_="+15005550006",
                    body=_TEXTO.format(codigo=f"{n:08d}"),
                    status_callback=f"http://127.0.0.1:8000/webhooks/twilio/estado/{UUID(int=n)}",
                )

        inicio, cpu = time.monotonic(), time.process_time()
        await asyncio.gather(*(vaga() for _ in range(_VAGAS)))
        return {
            "por_segundo": quantos / (time.monotonic() - inicio),
            "cpu_us": (time.process_time() - cpu) / quantos * 1e6,
        }


async def preparar(banco: Banco, quantos: int) -> None:
    """Contacts and templates, as loads leave them."""
    async with banco.transacao() as con:
        await con.execute(
            """insert into canais.contato (contribuinte, canal, endereco, chave, verificado, consentimento, situacao, alterado_em)
               select 'B-' || n, 'sms', '+558299' || lpad(n::text, 7, '0'), '82' || lpad(n::text, 8, '0'),
                   true, true, 'valido', $2
               from generate_series(0, $1 - 1) n""",
            quantos,
            _AGORA,
        )
        await con.execute(
            """insert into canais.modelo (modelo, nome, hipotese, rigidez, canal, idioma, versao, estado, texto, autor, criado_em)
               values (gen_random_uuid(), 'h1_r1', 'H1', 1, 'sms', 'pt-BR', 1, 'aprovado', $1, 'bench', $2)
               on conflict do nothing""",
            _TEXTO,
            _AGORA,
        )


def acionamento(volta: int, n: int) -> AcionamentoEmitido:
    caso = uuid5(_ESPACO, f"caso-{volta}-{n}")
    return AcionamentoEmitido(
        contribuinte=f"B-{n}",
        acionamento=uuid5(caso, "1-1"),
        canal="sms",
        caso=caso,
        tributo="ICMS",
        hipotese="H1",
        etapa=1,
        tentativa=1,
        reincidencia=1,
        rigidez=1,
        ordem=1,
        modelo="h1_r1",
        idioma="pt-BR",
        campanha="bench",
        ciclo=_ESPACO,
        politica="2026-01",
        decisao="0" * 64,
        codigo="".join("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[(n >> (5 * k)) & 31] for k in range(8)),
        emitido_em=_AGORA,
        nao_antes=_AGORA,
        valido_ate=_AGORA + timedelta(hours=24),
    )


async def publicar(banco: Banco, volta: int, quantos: int) -> None:
    """The events of one turn, on the log."""
    log = LogEmbutido(banco)
    producer = await log.producer()
    for inicio in range(0, quantos, 1000):
        lote = [acionamento(volta, n) for n in range(inicio, min(inicio + 1000, quantos))]
        await producer.publish(
            [para_saida(a, id_=uuid5(a.acionamento, "emitido"), origem="regua", instante=_AGORA) for a in lote]
        )
    await log.close()


async def medir() -> list[Medida]:
    """Messages per second, ours and the reference's, as medians of turns taken one after the other."""
    with tempfile.TemporaryDirectory(prefix="bench-") as pasta, servidor_embutido(Path(pasta)) as servidor:
        await migrar_tudo(servidor.url)
        porta, nossa = porta_livre(), porta_livre()
        base = f"http://127.0.0.1:{porta}"
        async with (
            _processo("tests.support.provedor_rapido", str(porta)),
            httpx.AsyncClient(base_url=base) as stub,
            abrir_banco(servidor.url, aplicacao="bench") as banco,
        ):
            await asyncio.sleep(1)
            await preparar(banco, _MENSAGENS)
            async with banco.transacao() as con:
                await ancorar(con, _AGORA)
            log = LogEmbutido(banco)
            await log.create_topics(carregar_topicos())
            nossas, delas, nossa_cpu, sua_cpu = [], [], [], []
            for volta in range(_VOLTAS):
                await stub.get("/zerar")
                processo = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "tests.bench.envio",
                    base,
                    str(_MENSAGENS),
                    cwd=RAIZ,
                    stdout=asyncio.subprocess.PIPE,
                )
                saida, _ = await processo.communicate()
                dita = json.loads(saida)
                delas.append(dita["por_segundo"])
                sua_cpu.append(dita["cpu_us"])
                await stub.get("/zerar")
                async with banco.transacao() as con:
                    # the same people again, as if on another day
                    await con.execute("truncate canais.endereco_dia")
                    await ancorar(con, _AGORA)
                await publicar(banco, volta, _MENSAGENS)
                async with _processo(
                    "canais",
                    "worker",
                    **SEGREDOS,
                    BANCO_URL=servidor.url,
                    PORTA=str(nossa),
                    TWILIO_BASE_URL=base,
                    META_BASE_URL=base,
                    CANAIS_ATIVOS="sms",
                ) as worker:
                    await _esperar(stub, 1)
                    processo_do_worker = psutil.Process(worker.pid)
                    antes = processo_do_worker.cpu_times()
                    contagem = await _esperar(stub, _MENSAGENS)
                    await _ate_gravar(banco)
                    depois = processo_do_worker.cpu_times()
                gasto_s = depois.user + depois.system - antes.user - antes.system
                nossa_cpu.append(gasto_s / _MENSAGENS * 1e6)
                nossas.append((_MENSAGENS - 1) / (contagem["ultimo_s"] - contagem["primeiro_s"]))
            await log.close()
    meta = "≥ 0,40 do cliente twilio sozinho; alvo 0,55"
    return [
        _mediana("envio de SMS, um processo", "mensagens/s", nossas, delas, meta),
        _mediana("envio de SMS, CPU do processo", "µs/mensagem", nossa_cpu, sua_cpu, ""),
    ]


def _mediana(nome: str, unidade: str, nossas: Sequence[float], delas: Sequence[float], meta: str) -> Medida:
    razao = statistics.median(n / d for n, d in zip(nossas, delas, strict=True))
    return Medida(nome, statistics.median(nossas), unidade, statistics.median(delas), razao, meta)


async def _ate_gravar(banco: Banco) -> None:
    """Waits until every answer is written: a stop before would leave rows in doubt for the next turn."""
    async with banco.conexao() as con:
        while await con.fetchval("select count(*) from canais.envio where estado in ('pendente', 'enviando')"):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(uvloop.run(referencia(sys.argv[1], int(sys.argv[2])))))
