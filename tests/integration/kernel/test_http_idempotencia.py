"""`Idempotency-Key` over a real database: one effect whatever the repetitions, crashes and simultaneous calls."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from kernel.clock import RelogioFixo
from kernel.http.auth import Identidade, Operador, Papel
from kernel.http.idempotencia import Chave, ddl_idempotencia, limpar_idempotencia, uma_vez
from kernel.http.problema import Conflito
from kernel.http.valores import DinheiroEntrada, DinheiroTexto
from kernel.persistence.banco import Banco, Conexao
from tests.unit.kernel.http.apoio import cliente, um_app

AGORA = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Nova(BaseModel):
    nome: str
    orcamento: DinheiroEntrada = 0


class Campanha(BaseModel):
    numero: int
    nome: str
    orcamento: DinheiroTexto


class Mesa:
    """A room of one creating route; `portao` holds the use case until it opens, `falha` breaks it after its effect."""

    def __init__(self, banco: Banco) -> None:
        self.banco = banco
        self.relogio = RelogioFixo(AGORA)
        self.portao = asyncio.Event()
        self.portao.set()
        self.entrou = asyncio.Event()
        self.falha: Exception | None = None
        self.app = um_app(self._rotas())

    async def criar(self, con: Conexao, dados: Nova) -> Campanha:
        numero = await con.fetchval("insert into sala.campanha (nome) values ($1) returning numero", dados.nome)
        self.entrou.set()
        await self.portao.wait()
        if self.falha is not None:
            raise self.falha
        return Campanha(numero=numero, nome=dados.nome, orcamento=dados.orcamento)

    async def efeitos(self) -> int:
        async with self.banco.conexao() as con:
            return int(await con.fetchval("select count(*) from sala.campanha"))

    def _rotas(self) -> APIRouter:
        rotas = APIRouter()

        @rotas.post("/campanhas", response_model=Campanha, status_code=201)
        @rotas.post("/grupos/{grupo}/campanhas", response_model=Campanha, status_code=201)
        async def criar(request: Request, dados: Nova, quem: Operador, chave: Chave = None) -> Response:
            return await uma_vez(
                request,
                chave,
                banco=self.banco,
                esquema="sala",
                quem=quem,
                agora=self.relogio.agora(),
                executar=lambda con: self.criar(con, dados),
            )

        return rotas


@pytest.fixture
async def mesa(banco: Banco) -> Mesa:
    async with banco.transacao() as con:
        await con.execute("create schema sala")
        await con.execute("create table sala.campanha (numero serial primary key, nome text not null)")
        await con.execute(ddl_idempotencia("sala"))
    return Mesa(banco)


async def _criar(
    mesa: Mesa,
    chave: str | None,
    corpo: dict[str, Any] | None = None,
    *,
    papel: Papel = Papel.OPERADOR,
    caminho: str = "/campanhas",
) -> httpx.Response:
    async with cliente(mesa.app, papel) as http:
        cabecalhos = {"Idempotency-Key": chave} if chave is not None else {}
        return await http.post(caminho, json=corpo or {"nome": "IPVA", "orcamento": "10.50"}, headers=cabecalhos)


async def test_repetida_devolve_a_mesma_resposta_sem_repetir_o_efeito(mesa: Mesa) -> None:
    primeira, segunda = await _criar(mesa, "k1"), await _criar(mesa, "k1")
    assert (primeira.status_code, primeira.json()) == (201, {"numero": 1, "nome": "IPVA", "orcamento": "10.50"})
    assert (segunda.status_code, segunda.content) == (201, primeira.content)
    assert "idempotency-replayed" not in primeira.headers
    assert segunda.headers["idempotency-replayed"] == "true"
    assert await mesa.efeitos() == 1


async def test_sem_chave_cada_chamada_cria(mesa: Mesa) -> None:
    numeros = [(await _criar(mesa, None)).json()["numero"] for _ in range(2)]
    assert numeros == [1, 2]


async def test_mesma_chave_com_outro_corpo_ou_consulta_e_422(mesa: Mesa) -> None:
    await _criar(mesa, "k1")
    for resposta in (await _criar(mesa, "k1", {"nome": "ICMS"}), await _criar(mesa, "k1", caminho="/campanhas?a=1")):
        assert (resposta.status_code, resposta.json()["codigo"]) == (422, "idempotencia_conflitante")
    assert await mesa.efeitos() == 1


async def test_chave_e_de_quem_chama_e_da_rota(mesa: Mesa) -> None:
    for resposta in (
        await _criar(mesa, "k1"),
        await _criar(mesa, "k1", papel=Papel.SUPERVISOR),
        await _criar(mesa, "k1", caminho="/grupos/1/campanhas"),
        await _criar(mesa, "k1", caminho="/grupos/2/campanhas"),
    ):
        assert resposta.status_code == 201
    assert await mesa.efeitos() == 4


async def test_simultaneas_uma_cria_e_a_outra_recebe_409(mesa: Mesa) -> None:
    mesa.portao.clear()
    primeira = asyncio.create_task(_criar(mesa, "k1"))
    await asyncio.wait_for(mesa.entrou.wait(), 30)
    segunda = await asyncio.wait_for(_criar(mesa, "k1"), 30)
    assert (segunda.status_code, segunda.json()["codigo"]) == (409, "idempotencia_em_andamento")
    assert segunda.headers["retry-after"] == "1"
    mesa.portao.set()
    assert (await primeira).status_code == 201
    assert (await _criar(mesa, "k1")).headers["idempotency-replayed"] == "true"
    assert await mesa.efeitos() == 1


async def test_muitas_simultaneas_um_efeito(mesa: Mesa) -> None:
    respostas = await asyncio.gather(*(_criar(mesa, "k1") for _ in range(12)))
    assert {r.status_code for r in respostas} <= {201, 409}
    assert len({r.content for r in respostas if r.status_code == 201}) == 1
    assert await mesa.efeitos() == 1


@pytest.mark.parametrize(("falha", "status"), [(Conflito("Já existe."), 409), (RuntimeError("quebrou"), 500)])
async def test_falha_desfaz_tudo_e_a_chave_fica_livre(mesa: Mesa, falha: Exception, status: int) -> None:
    mesa.falha = falha
    assert (await _criar(mesa, "k1")).status_code == status
    assert await mesa.efeitos() == 0
    mesa.falha = None
    assert (await _criar(mesa, "k1")).status_code == 201
    assert await mesa.efeitos() == 1


async def test_quem_desiste_no_meio_nao_deixa_a_chave_presa(mesa: Mesa) -> None:
    mesa.portao.clear()
    desistente = asyncio.create_task(_criar(mesa, "k1"))
    await asyncio.wait_for(mesa.entrou.wait(), 30)
    desistente.cancel()
    with pytest.raises(asyncio.CancelledError):
        await desistente
    mesa.portao.set()
    assert (await _criar(mesa, "k1")).status_code == 201
    assert await mesa.efeitos() == 1


async def test_guardada_por_24_horas(mesa: Mesa) -> None:
    await _criar(mesa, "k1")
    mesa.relogio.ir_para(AGORA + timedelta(hours=24) - timedelta(seconds=1))
    assert (await _criar(mesa, "k1")).json()["numero"] == 1
    mesa.relogio.ir_para(AGORA + timedelta(hours=24))
    nova = await _criar(mesa, "k1", {"nome": "ICMS"})
    assert (nova.status_code, nova.json()["numero"]) == (201, 2)
    assert (await _criar(mesa, "k1", {"nome": "ICMS"})).json()["numero"] == 2


async def test_vencidas_sao_apagadas_pelas_chamadas_seguintes(mesa: Mesa) -> None:
    for numero in range(5):
        await _criar(mesa, f"k{numero}")
    mesa.relogio.ir_para(AGORA + timedelta(days=2))
    await _criar(mesa, "nova")
    async with mesa.banco.transacao() as con:
        assert await con.fetchval("select array_agg(chave) from sala.idempotencia") == ["nova"]
        assert await limpar_idempotencia(con, "sala", AGORA + timedelta(days=4)) == 1


@pytest.mark.parametrize("chave", ["", "a b", "x" * 201, "á".encode().decode("latin-1")])
async def test_chave_malformada_e_422(mesa: Mesa, chave: str) -> None:
    async with cliente(mesa.app, Papel.OPERADOR) as http:
        cabecalhos = [(b"idempotency-key", chave.encode("latin-1"))]
        resposta = await http.post("/campanhas", json={"nome": "IPVA"}, headers=cabecalhos)
    assert (resposta.status_code, resposta.json()["campos"][0]["campo"]) == (422, "Idempotency-Key")
    assert await mesa.efeitos() == 0


async def test_decimal_solto_nao_vira_float(mesa: Mesa) -> None:
    async def com_decimal(_: Conexao) -> dict[str, Any]:
        return {"valor": Decimal("0.10")}

    quem = Identidade(id=UUID(int=9), nome="x", papel=Papel.OPERADOR)
    pedido = Request({"type": "http", "method": "POST", "path": "/x", "query_string": b"", "headers": []})
    with pytest.raises(TypeError):
        await uma_vez(pedido, None, banco=mesa.banco, esquema="sala", quem=quem, agora=AGORA, executar=com_decimal)
