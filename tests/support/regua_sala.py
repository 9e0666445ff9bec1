"""The régua as a process composes it, for tests: events handed to its use cases, HTTP in process, what it wrote."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from kernel.ambiente import Ambiente
from kernel.clock import RelogioFixo
from kernel.domain.calendario import Calendario
from kernel.http.app import criar_app
from kernel.http.auth import Identidade, Papel
from kernel.messaging.embutido import LogEmbutido
from kernel.messaging.envelope import Evento, decodificar
from kernel.metrics import Metricas
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from regua.adapters.outbound.unidade_postgres import SilenciadorPostgres, Unidades
from regua.application.executar_ciclo import executar_ciclo, solicitar_ciclo
from regua.application.handlers import montar_handlers
from regua.application.ports import Avancador
from regua.application.ports_ciclo import CicloGuardado
from regua.config import ConfigRegua
from regua.inject import Regua, montar_portas, preparar_regua
from schemas.evento import Dados, envelopar
from schemas.registro import POR_TIPO
from schemas.topicos import topicos_de
from tests.support.regua_banco import SEGUNDA_9H, carregar, preparar
from tests.support.regua_referencia import BaseDeReferencia

ADMIN = "admin"
PLATAFORMA = Path(__file__).parents[2] / "services" / "plataforma" / "migrations"


class TokensDeTeste:
    """`papel` or `papel.nome` is a token of that role and name."""

    async def verificar(self, token: str) -> Identidade | None:
        papel, _, nome = token.partition(".")
        if papel not in set(Papel):
            return None
        qual = Papel(papel)
        return Identidade(id=UUID(int=sum(token.encode())), nome=nome or f"pessoa {papel}", papel=qual)


@dataclass(slots=True)
class Sala:
    """`relogio` may be moved; `app` is the room's API."""

    banco: Banco
    ambiente: Ambiente
    relogio: RelogioFixo
    regua: Regua
    app: FastAPI
    config: ConfigRegua
    canais: tuple[str, ...]
    unidades: Unidades = field(default_factory=Unidades)

    @asynccontextmanager
    async def cliente(self, token: str = ADMIN) -> AsyncIterator[httpx.AsyncClient]:
        transporte = httpx.ASGITransport(app=self.app)
        cabecalhos = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transporte, base_url="http://regua.test", headers=cabecalhos) as aberto:
            yield aberto

    async def pedir(self, metodo: str, caminho: str, *, token: str = ADMIN, **opcoes: Any) -> httpx.Response:
        async with self.cliente(token) as aberto:
            return await aberto.request(metodo, caminho, **opcoes)

    async def carregar(self, base: BaseDeReferencia, contatos: Mapping[str, Sequence[str]] | None = None) -> None:
        async with self.banco.transacao() as con:
            await carregar(con, base, contatos)

    async def ciclo(self, campanha: str = "permanente") -> CicloGuardado:
        portas = montar_portas(self.config, self.banco, self.ambiente, Calendario.contato())
        hoje = (self.relogio.agora() - timedelta(hours=3)).date()
        pedido = await solicitar_ciclo(portas, data=hoje, campanha=campanha)
        return await executar_ciclo(portas, pedido.ciclo)

    async def receber(self, *dados: Dados) -> None:
        """Hands events of one type to their use case, in one transaction."""
        agora = self.relogio.agora()
        eventos = [envelopar(d, id_=uuid4(), origem="teste", instante=agora) for d in dados]
        await self.tratar(eventos)

    async def tratar(self, eventos: Sequence[Evento]) -> None:
        handlers = montar_handlers(Calendario.contato(), self.canais)
        async with self.banco.transacao() as con:
            await handlers[eventos[0].tipo](self.unidades(con, self.relogio.agora()), eventos)

    def regua_silenciador(self) -> SilenciadorPostgres:
        """What loads call."""
        return SilenciadorPostgres(self.unidades, Calendario.contato())

    async def eventos(self, *tipos: str) -> list[Evento]:
        """What is in the outbox, checked against the contract; only these types where given (`acionamento.emitido`)."""
        async with self.banco.conexao() as con:
            linhas = await con.fetch("select valor from regua.outbox order by id")
        todos = [decodificar(bytes(linha["valor"])) for linha in linhas]
        for evento in todos:
            POR_TIPO[evento.tipo].model_validate(evento.dados)
        return [e for e in todos if not tipos or e.tipo.removeprefix("cobranca.").removesuffix(".v1") in tipos]

    async def esvaziar(self) -> None:
        async with self.banco.conexao() as con:
            await con.execute("delete from regua.outbox")

    async def linha(self, sql: str, *valores: object) -> Any:
        async with self.banco.conexao() as con:
            return await con.fetchrow(sql, *valores)

    async def linhas(self, sql: str, *valores: object) -> list[tuple[Any, ...]]:
        async with self.banco.conexao() as con:
            return [tuple(linha) for linha in await con.fetch(sql, *valores)]

    def ir_para(self, dia: date, hora: int = 9) -> None:
        """Local time of Maceió (UTC−3)."""
        self.relogio.ir_para(datetime(dia.year, dia.month, dia.day, tzinfo=UTC) + timedelta(hours=hora + 3))


async def _pronto() -> Mapping[str, bool]:
    return {"regua": True}


async def migrar_sala(banco: Banco) -> None:
    """The schemas, the topics, the policy and the permanent campaign."""
    await migrar(banco.url, sala="plataforma", pasta=PLATAFORMA)
    await preparar(banco)
    log = LogEmbutido(banco)
    await log.create_topics(topicos_de("regua"))
    await log.close()


@asynccontextmanager
async def abrir_sala(
    banco: Banco,
    dados: Path,
    *,
    canais: tuple[str, ...] = ("whatsapp", "sms"),
    agora: datetime = SEGUNDA_9H,
    avancador: Avancador | None = None,
    parcelamento: httpx.AsyncClient | None = None,
) -> AsyncIterator[Sala]:
    """The room on a database that `migrar_sala` has seen."""
    relogio = RelogioFixo(agora)
    log = LogEmbutido(banco)
    ambiente = Ambiente(banco=banco, log=log, relogio=relogio, metricas=Metricas(), verificador=TokensDeTeste())
    config = ConfigRegua(dados=dados, canais_ativos=canais, membro="teste", consultas_por_minuto=20)
    async with preparar_regua(config, ambiente, avancador=avancador, parcelamento=parcelamento) as regua:
        app = criar_app(
            titulo="Régua",
            descricao="Teste",
            rotas=regua.rotas,
            prontidao=_pronto,
            verificador=ambiente.verificador,
            metricas=ambiente.metricas,
            erros=regua.erros,
            corpo_por_caminho=regua.corpo_por_caminho,
        )
        yield Sala(banco, ambiente, relogio, regua, app, config, canais)
    await log.close()
