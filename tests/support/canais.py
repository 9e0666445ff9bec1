"""Canais on a real database for tests: its room prepared, rows made by events, waits on conditions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import orjson
from pydantic import SecretStr

from canais.adapters.outbound.metricas import MetricasDeCanais
from canais.adapters.outbound.postgres import unidade
from canais.application.handlers import montar_handlers
from canais.config import Config
from canais.inject import MIGRACOES, Canais, preparar_canais
from kernel.clock import RelogioFixo
from kernel.messaging.embutido import LogEmbutido, ddl_log
from kernel.messaging.envelope import Evento, decodificar
from kernel.messaging.log import Topico
from kernel.metrics import Metricas
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from schemas.acionamento import AcionamentoCancelado, AcionamentoEmitido
from schemas.evento import envelopar

# a Monday at 10:00 in Maceió
SEGUNDA = datetime(2026, 1, 5, 13, tzinfo=UTC)
ESPACO = UUID("6f0e2a44-0000-4000-8000-000000000001")


def config_de(url: str, **outros: Any) -> Config:
    valores: dict[str, Any] = {
        "twilio_account_sid": "AC" + "0" * 32,
        "twilio_auth_token": SecretStr("token-da-twilio"),
        "twilio_base_url": url,
        "twilio_sms_de": "+5582900000000",
        "twilio_whatsapp_de": "+5582900000001",
        "meta_base_url": url,
        "meta_token": SecretStr("token-da-meta"),
        "meta_app_secret": SecretStr("segredo-da-meta"),
        "meta_verify_token": SecretStr("verificacao"),
        "whatsapp_phone_number_id": "1001",
        "url_publica": "http://publico.exemplo",
        "link_contribuinte": "https://exemplo.al.gov.br",
        "envio_prazo_s": 5,
    }
    return Config(**{**valores, **outros})


def um_codigo(n: int) -> str:
    letras = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "".join(letras[(n >> (5 * i)) % 32] for i in range(8))


def um_acionamento(n: int, *, canal: str = "sms", agora: datetime = SEGUNDA, **outros: Any) -> AcionamentoEmitido:
    valores: dict[str, Any] = {
        "contribuinte": f"c{n}",
        "acionamento": uuid5(ESPACO, f"acionamento:{n}"),
        "canal": canal,
        "caso": uuid5(ESPACO, f"caso:{n}"),
        "tributo": "ICMS",
        "hipotese": "H1",
        "etapa": 1,
        "tentativa": 1,
        "reincidencia": 1,
        "rigidez": 1,
        "ordem": 1,
        "modelo": "h1_r1",
        "idioma": "pt-BR",
        "campanha": "permanente",
        "ciclo": uuid5(ESPACO, "ciclo"),
        "politica": "2026-01",
        "decisao": "0" * 64,
        "codigo": um_codigo(n),
        "emitido_em": agora,
        "nao_antes": agora,
        "valido_ate": agora + timedelta(hours=24),
    }
    return AcionamentoEmitido(**{**valores, **outros})


def envio_id(n: int, canal: str = "sms") -> UUID:
    return uuid5(uuid5(ESPACO, f"acionamento:{n}"), canal)


@dataclass
class Bancada:
    """The room and what a test needs around it."""

    banco: Banco
    relogio: RelogioFixo
    config: Config
    log: LogEmbutido

    async def contatos(self, ns: Sequence[int], *, canal: str = "sms", **outros: Any) -> None:
        """Contacts of contribuintes `c<n>`, each with a phone of their own."""
        valores = {"verificado": True, "consentimento": True, "situacao": "valido", **outros}
        async with self.banco.conexao() as con:
            await con.executemany(
                """insert into canais.contato
                       (contribuinte, canal, endereco, chave, verificado, consentimento, situacao, alterado_em)
                   values ($1, $2, $3, $4, $5, $6, $7, $8)""",
                [
                    (
                        f"c{n}",
                        canal,
                        valores.get("endereco", f"+55829{n:08d}"),
                        valores.get("chave", f"82{n:08d}"),
                        valores["verificado"],
                        valores["consentimento"],
                        valores["situacao"],
                        SEGUNDA,
                    )
                    for n in ns
                ],
            )

    async def modelos(self) -> None:
        async with self.banco.conexao() as con:
            for canal in ("sms", "whatsapp"):
                await con.execute(
                    """insert into canais.modelo
                           (modelo, nome, hipotese, rigidez, canal, idioma, versao, estado, texto, autor, criado_em)
                       values ($1, 'h1_r1', 'H1', 1, $2, 'pt-BR', 1, 'aprovado', $3, 'teste', $4) on conflict do nothing""",
                    *(
                        uuid5(ESPACO, f"modelo:{canal}"),
                        canal,
                        "SEFAZ-AL: lembrete. {link} {telefone_sefaz} Codigo {codigo}",
                        SEGUNDA,
                    ),
                )

    async def tratar(self, *dados: Any, ids: Sequence[UUID] | None = None, canais_: Canais | None = None) -> None:
        """Handles events as the consumer does, in one transaction, without the inbox."""
        handlers = montar_handlers(MetricasDeCanais(Metricas()))
        async with self.banco.transacao() as con:
            uow = unidade(con, self.relogio.agora())
            for n, d in enumerate(dados):
                id_ = ids[n] if ids else uuid5(ESPACO, f"evento:{d.tipo}:{d.acionamento}:{d.canal}:{n}")
                await handlers[d.tipo](uow, [_como_lido(d, id_, self.relogio.agora())])

    async def cancelar(self, n: int, motivo: str = "pago", canal: str = "sms") -> None:
        await self.tratar(
            AcionamentoCancelado(
                contribuinte=f"c{n}",
                acionamento=uuid5(ESPACO, f"acionamento:{n}"),
                canal=canal,
                motivo=motivo,
                cancelado_em=self.relogio.agora(),
            )
        )

    async def linhas(self, sql: str, *valores: object) -> list[Any]:
        async with self.banco.conexao() as con:
            return list(await con.fetch(sql, *valores))

    async def estados(self) -> dict[str, str]:
        return {r[0]: r[1] for r in await self.linhas("select contribuinte, estado::text from canais.envio")}

    async def eventos(self) -> list[Evento]:
        """What waits in the outbox, in order."""
        return [decodificar(r[0]) for r in await self.linhas("select valor from canais.outbox order by id")]

    async def entregas(self, n: int | None = None) -> list[dict[str, Any]]:
        return [
            dict(e.dados)
            for e in await self.eventos()
            if e.tipo == "cobranca.entrega.atualizada.v1" and (n is None or e.chave == f"c{n}")
        ]

    async def passar(self, segundos: float) -> None:
        self.relogio.ir_para(self.relogio.agora() + timedelta(seconds=segundos))

    @asynccontextmanager
    async def sala(self, **outros: Any) -> AsyncIterator[Canais]:
        """The room prepared, nothing running."""
        config = self.config.model_copy(update=outros)
        async with preparar_canais(
            config, banco=self.banco, log=self.log, relogio=self.relogio, metricas=Metricas(), membro="teste"
        ) as canais:
            yield canais

    @asynccontextmanager
    async def trabalhando(self, **outros: Any) -> AsyncIterator[Canais]:
        """The room at work; leaving stops it as SIGTERM does."""
        async with self.sala(**outros) as canais:
            tarefa = asyncio.create_task(canais.executar_worker())
            try:
                yield canais
            finally:
                tarefa.cancel()
                await asyncio.gather(tarefa, return_exceptions=True)


def _como_lido(dados: Any, id_: UUID, agora: datetime) -> Evento:
    evento = envelopar(dados, id_=id_, origem="regua", instante=agora)
    return Evento(
        id=id_,
        tipo=evento.tipo,
        origem=evento.origem,
        chave=evento.chave,
        instante=agora,
        dados=orjson.loads(orjson.dumps(evento.dados)),
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


async def ate_que(condicao: Callable[[], Awaitable[bool]], *, limite_s: float = 30) -> None:
    """Waits until `condicao` holds; fails after a generous while."""
    async with asyncio.timeout(limite_s):
        while not await condicao():  # noqa: ASYNC110 - the condition is in the database
            await asyncio.sleep(0.01)


@asynccontextmanager
async def bancada(banco: Banco, url_provedor: str, **outros: Any) -> AsyncIterator[Bancada]:
    """Canais' schema and the embedded log on an empty database, with templates, at Monday 10:00."""
    await migrar(banco.url, sala="canais", pasta=MIGRACOES)
    async with banco.conexao() as con:
        await con.execute("create schema if not exists plataforma")
        await con.execute(ddl_log())
    pronta = Bancada(banco, RelogioFixo(SEGUNDA), config_de(url_provedor, **outros), LogEmbutido(banco))
    await pronta.log.create_topics([Topico(f"cobranca-acionamento-{canal}") for canal in ("sms", "whatsapp")])
    await pronta.modelos()
    try:
        yield pronta
    finally:
        await pronta.log.close()
