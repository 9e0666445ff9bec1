"""Parcelamento as a process composes it, for tests: HTTP in process, a clock that is moved, payments in, events out."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from kernel.ambiente import Ambiente
from kernel.cargas.armazem import Armazem
from kernel.cargas.execucao import TrabalhadorDeCargas
from kernel.clock import RelogioFixo
from kernel.http.app import criar_app
from kernel.messaging.embutido import LogEmbutido
from kernel.messaging.envelope import Evento, decodificar
from kernel.metrics import Metricas
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from parcelamento.adapters.inbound.trabalho import Trabalho
from parcelamento.adapters.outbound.retorno_carga import DestinoRetorno
from parcelamento.adapters.outbound.unidade_postgres import Unidades
from parcelamento.config import ConfigParcelamento
from parcelamento.domain.retorno import Cabecalho, PagamentoDoRetorno, escrever
from parcelamento.inject import MIGRACOES, Parcelamento, preparar_parcelamento
from schemas.registro import POR_TIPO
from tests.support.regua_sala import ADMIN, PLATAFORMA, TokensDeTeste

DIA: Final = date(2015, 3, 10)
SEGREDO: Final = "segredo-do-webhook-de-teste"


def as_9h(dia: date) -> datetime:
    """Nine in the morning in Maceió (UTC−3)."""
    return datetime(dia.year, dia.month, dia.day, 12, tzinfo=UTC)


def reais(centavos: int) -> str:
    return f"{centavos // 100}.{centavos % 100:02d}"


def centavos(texto: str) -> int:
    """Of `1234.56`, as the API writes money."""
    inteiro, fracao = texto.split(".")
    assert len(fracao) == 2, texto
    return int(inteiro) * 100 + int(fracao)


def um_debito(nome: str = "D1", **campos: Any) -> dict[str, Any]:
    """A debt of account 3, regime I of MP 189/2015, as the API takes it; None leaves a field out."""
    base = {
        "debito": nome,
        "conta": 3,
        "natureza": "icms",
        "fato_gerador": "2014-05",
        "ciencia_em": "2015-01-10",
        "principal": "6000.00",
        "multa": "2000.00",
        "juros": "1000.00",
    }
    return {nome: valor for nome, valor in (base | campos).items() if valor is not None}


def um_pedido(*debitos: Mapping[str, Any], contribuinte: str | None = "MA-1", **campos: Any) -> dict[str, Any]:
    """A quote request of the tests' first day."""
    optante = {"regime": "normal"} if contribuinte is None else {"id": contribuinte, "regime": "normal"}
    return {"contribuinte": optante, "data": DIA.isoformat(), "debitos": list(debitos or [um_debito()])} | campos


@dataclass(slots=True)
class SalaParcelamento:
    """`relogio` may be moved; `app` is the room's API; `trabalho` and `cargas` do what its worker does, when told to."""

    banco: Banco
    relogio: RelogioFixo
    parcelamento: Parcelamento
    app: FastAPI
    config: ConfigParcelamento
    trabalho: Trabalho
    cargas: TrabalhadorDeCargas
    log: LogEmbutido
    _nsa: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _pix: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    # calls

    async def pedir(self, metodo: str, caminho: str, *, token: str | None = ADMIN, **opcoes: Any) -> httpx.Response:
        cabecalhos = {} if token is None else {"Authorization": f"Bearer {token}"}
        transporte = httpx.ASGITransport(app=self.app)
        async with httpx.AsyncClient(transport=transporte, base_url="http://parcelamento.test", headers=cabecalhos) as cliente:
            return await cliente.request(metodo, caminho, **opcoes)

    async def obter(self, caminho: str, **opcoes: Any) -> Any:
        """The JSON of a GET that must go well."""
        resposta = await self.pedir("GET", caminho, **opcoes)
        assert resposta.status_code == 200, resposta.text
        return resposta.json()

    async def criar(self, caminho: str, corpo: Any, *, status: int = 201, **opcoes: Any) -> Any:
        """The JSON of a POST that must go well."""
        resposta = await self.pedir("POST", caminho, json=corpo, **opcoes)
        assert resposta.status_code == status, resposta.text
        return resposta.json()

    async def cotar(self, *debitos: Mapping[str, Any], **campos: Any) -> Any:
        return await self.criar("/v1/parcelamentos/cotacoes", um_pedido(*debitos, **campos))

    async def formalizar(self, parcelas: int, *debitos: Mapping[str, Any], **campos: Any) -> Any:
        """A plan of a quote made for it."""
        cotacao = (await self.cotar(*debitos, **campos))["cotacao"]
        return await self.criar("/v1/parcelamentos", {"cotacao": cotacao, "parcelas": parcelas})

    async def plano(self, plano: str) -> Any:
        return await self.obter(f"/v1/parcelamentos/{plano}")

    async def documento(self, plano: str, parcela: int) -> Any:
        return await self.obter(f"/v1/parcelamentos/{plano}/parcelas/{parcela}/documento")

    async def pendentes(self) -> list[dict[str, Any]]:
        itens: list[dict[str, Any]] = (await self.obter("/v1/retornos/pendentes?limite=500"))["itens"]
        return itens

    # payments

    def arquivo(
        self, *pagos: tuple[str, date, int], nsa: int | None = None, gerado_em: date | None = None, banco: int = 1
    ) -> bytes:
        """A return file of (barcode, day of payment, cents)."""
        cabecalho = Cabecalho("00012345", "SEFAZ", banco, "BANCO", gerado_em or self.hoje, nsa or next(self._nsa))
        linhas = (PagamentoDoRetorno(n, dia, dia, barras, valor) for n, (barras, dia, valor) in enumerate(pagos, start=1))
        return b"".join(escrever(cabecalho, linhas))

    async def carregar(self, arquivo: bytes) -> Any:
        """Loads a return file by the API and applies what it brought."""
        envio = {"arquivo": ("retorno.txt", arquivo, "text/plain")}
        resposta = await self.pedir("POST", "/v1/retornos", data={"tipo": "retorno"}, files=envio)
        assert resposta.status_code == 202, resposta.text
        await self.cargas.executar_pendentes()
        await self.trabalhar()
        return await self.obter(f"/v1/retornos/{resposta.json()['id']}")

    async def retornar(self, *pagos: tuple[str, date, int], **opcoes: Any) -> Any:
        """The same, of a file made of `pagos`, which must be taken whole."""
        carga = await self.carregar(self.arquivo(*pagos, **opcoes))
        assert (carga["estado"], carga["rejeitados"]) == ("concluida", 0), carga
        return carga

    def um_pix(self, txid: str | None, centavos: int, dia: date | None = None, **campos: Any) -> dict[str, Any]:
        """A Pix as the provider tells of it, with an endToEndId of its own."""
        horario = as_9h(dia or self.hoje).isoformat().replace("+00:00", "Z")
        base = {"endToEndId": f"E{next(self._pix):031d}", "txid": txid, "valor": reais(centavos), "horario": horario}
        return {nome: v for nome, v in (base | campos).items() if v is not None}

    async def avisar(self, *itens: Mapping[str, Any], segredo: str = SEGREDO) -> int:
        """The provider's notice, and what it leads to; the status that it got."""
        resposta = await self.pedir("POST", f"/webhooks/pix/{segredo}/pix", token=None, json={"pix": list(itens)})
        await self.trabalhar()
        return resposta.status_code

    async def trabalhar(self) -> None:
        """The worker, until nothing is left to do today."""
        while await self.trabalho.turno():
            pass

    # the clock

    @property
    def hoje(self) -> date:
        return (self.relogio.agora() - timedelta(hours=3)).date()

    def ir_para(self, dia: date) -> None:
        self.relogio.ir_para(as_9h(dia))

    async def passar_ate(self, dia: date) -> None:
        """Day by day, the worker's work done on each."""
        while self.hoje < dia:
            self.ir_para(self.hoje + timedelta(days=1))
            await self.trabalhar()

    # what it wrote

    async def eventos(self, *tipos: str) -> list[Evento]:
        """What is in the outbox, checked against the contract; only these types where given (`parcelamento.ativado`)."""
        async with self.banco.conexao() as con:
            linhas = await con.fetch("select valor from parcelamento.outbox order by id")
        todos = [decodificar(bytes(linha["valor"])) for linha in linhas]
        for evento in todos:
            POR_TIPO[evento.tipo].model_validate(evento.dados)
        assert len({e.id for e in todos}) == len(todos), "um evento saiu duas vezes"
        return [e for e in todos if not tipos or _curto(e) in tipos]

    async def tipos(self) -> list[str]:
        """The types of the events, in order."""
        return [_curto(e) for e in await self.eventos()]

    async def linhas(self, sql: str, *valores: object) -> list[tuple[Any, ...]]:
        async with self.banco.conexao() as con:
            return [tuple(linha) for linha in await con.fetch(sql, *valores)]

    async def contar(self, *tabelas: str) -> dict[str, int]:
        """How many rows each has."""
        return {t: (await self.linhas(f"select count(*) from parcelamento.{t}"))[0][0] for t in tabelas}


def _curto(evento: Evento) -> str:
    return evento.tipo.removeprefix("cobranca.").removesuffix(".v1")


def campos(resposta: httpx.Response) -> dict[str, str]:
    """Of a 422: which fields, and why."""
    assert resposta.status_code == 422, resposta.text
    return {campo["campo"]: campo["motivo"] for campo in resposta.json()["campos"]}


def soma(valores: Iterable[str]) -> int:
    return sum(centavos(valor) for valor in valores)


async def _pronto() -> Mapping[str, bool]:
    return {"parcelamento": True}


async def migrar_parcelamento(banco: Banco, dados: Path) -> None:
    """The schemas, the norms and the SELIC table."""
    await migrar(banco.url, sala="plataforma", pasta=PLATAFORMA)
    await migrar(banco.url, sala="parcelamento", pasta=MIGRACOES)
    async with abrir_parcelamento(banco, dados) as sala:
        await sala.parcelamento.semear()


@asynccontextmanager
async def abrir_parcelamento(
    banco: Banco, dados: Path, *, agora: datetime | None = None, regua: httpx.AsyncClient | None = None, **ajustes: Any
) -> AsyncIterator[SalaParcelamento]:
    """The room on a database that `migrar_parcelamento` has seen; static Pix, unless `ajustes` say otherwise."""
    relogio = RelogioFixo(agora or as_9h(DIA))
    log = LogEmbutido(banco)
    ambiente = Ambiente(banco=banco, log=log, relogio=relogio, metricas=Metricas(), verificador=TokensDeTeste())
    padrao: dict[str, Any] = {
        "dados": dados,
        "uf": "MA",
        "membro": "teste",
        "pix_modo": "estatico",
        "pix_chave": "pix@sefaz.exemplo",
        "pix_webhook_segredo": SecretStr(SEGREDO),
    }
    config = ConfigParcelamento(**(padrao | ajustes))
    async with preparar_parcelamento(config, ambiente, regua=regua) as parcelamento:
        app = criar_app(
            titulo="Parcelamento",
            descricao="Teste",
            rotas=parcelamento.rotas,
            prontidao=_pronto,
            verificador=ambiente.verificador,
            metricas=ambiente.metricas,
            erros=parcelamento.erros,
            corpo_por_caminho=parcelamento.corpo_por_caminho,
        )
        # as `inject` composes them, to be run a turn at a time
        trabalho = Trabalho(banco, relogio, Unidades(), Metricas(), uf=config.uf, baixa_dias_uteis=config.baixa_dias_uteis)
        cargas = TrabalhadorDeCargas(
            banco=banco,
            sala="parcelamento",
            destinos=[DestinoRetorno()],
            armazem=Armazem(dados, "parcelamento"),
            relogio=relogio,
            metricas=Metricas(),
        )
        yield SalaParcelamento(banco, relogio, parcelamento, app, config, trabalho, cargas, log)
    await log.close()
