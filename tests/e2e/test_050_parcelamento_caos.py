"""Kills while the bank's file is read, payments are applied and Pix come in: then every cent is counted."""

from __future__ import annotations

import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
import orjson
import pytest

from kernel.persistence.banco import Conexao, abrir_banco
from kernel.persistence.servidor import url_no_ar
from parcelamento.application.receber_pix import ESPACO
from parcelamento.domain.retorno import Cabecalho, PagamentoDoRetorno, escrever, id_do_pagamento
from tests.support import base_pequena as base
from tests.support.base_pequena import Devedor
from tests.support.instalacao import SEGREDOS, Instalacao, instalacao_embutida
from tests.support.parcelamento_em_massa import DocumentoEmMassa, PlanoEmMassa, multiplicar

pytestmark = [pytest.mark.e2e, pytest.mark.caos, pytest.mark.timeout(600)]

INICIO = "2015-03-10T09:00-03:00"
PLANOS = 2000
# ten of each plan's eleven installments by the bank's file, the last one by Pix
PARCELAS = 11
MORTES = 5
A_MAIS = 5_00
BANCO, NSA = 1, 1
WEBHOOK = f"/webhooks/pix/{SEGREDOS['PIX_WEBHOOK_SEGREDO']}/pix"


def pago_por_pix(p: PlanoEmMassa) -> int:
    """Every fourth plan gets too much."""
    return p.documentos[-1].valor + (A_MAIS if p.numero % 4 == 2 else 0)


def pago_no_banco(p: PlanoEmMassa, d: DocumentoEmMassa) -> int:
    """A cent is missing of every fourth plan's last line, and of another fourth's entry."""
    return d.valor - (d.parcela == {1: PARCELAS - 1, 3: 1}.get(p.numero % 4))


def esperado(p: PlanoEmMassa) -> tuple[str, int]:
    """How the plan must end, and the cents left to pay."""
    return {0: ("quitado", 0), 1: ("ativo", 1), 2: ("quitado", 0), 3: ("aguardando_entrada", 1)}[p.numero % 4]


def end_to_end(p: PlanoEmMassa) -> str:
    return f"E{p.numero:031d}"


async def test_mortes_com_retorno_e_pix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inicio = time.monotonic()
    async with instalacao_embutida(tmp_path, relogio=INICIO, simulador_a_parte=True, UF="MA") as instalacao:
        planos = await _preparar(instalacao)
        preparado = time.monotonic()
        await _receber_entre_mortes(instalacao, planos)
        morto = time.monotonic()
        await instalacao.sossegar()
        sossegado = time.monotonic()
        await _conferir(instalacao, planos)
    tempos = f"preparo {preparado - inicio:.0f} s, mortes {morto - preparado:.0f} s, sossego {sossegado - morto:.0f} s"
    with capsys.disabled():
        sys.stdout.write(f"\n{MORTES} mortes com {PLANOS * (PARCELAS - 1)} linhas e {PLANOS} Pix: {tempos}\n")


def _url(instalacao: Instalacao) -> str:
    url = url_no_ar(instalacao.pasta / "dados")
    assert url is not None
    return url


async def _preparar(instalacao: Instalacao) -> list[PlanoEmMassa]:
    devedores = [Devedor(n, "2014-06-20", canais=()) for n in range(PLANOS)]
    for tipo, linhas in (("contribuintes", base.contribuintes(devedores)), ("debitos", base.debitos(devedores))):
        carga = await instalacao.carregar(tipo, linhas)
        assert (carga["estado"], carga["rejeitados"]) == ("concluida", 0), carga
    debito = {"debito": "D-modelo", "conta": 3, "natureza": "icms", "fato_gerador": "2014-06", "ciencia_em": "2015-01-10"}
    pedido = {
        "contribuinte": {"id": "T-modelo", "regime": "normal"},
        "data": "2015-03-10",
        "debitos": [debito | {"principal": "6000.01", "multa": "2000.00", "juros": "1000.00"}],
    }
    cotacao = (await instalacao.api.post("/v1/parcelamentos/cotacoes", json=pedido)).raise_for_status().json()
    pedido_de_plano = {"cotacao": cotacao["cotacao"], "parcelas": PARCELAS}
    modelo = (await instalacao.api.post("/v1/parcelamentos", json=pedido_de_plano)).raise_for_status().json()
    async with abrir_banco(_url(instalacao), aplicacao="testes", maximo=2) as banco:
        return await multiplicar(banco, UUID(modelo["id"]), PLANOS)


async def _receber_entre_mortes(instalacao: Instalacao, planos: Sequence[PlanoEmMassa]) -> None:
    """The bank's file at once, the Pix all along, each sent again until it is taken.

    Two kills while the file goes in, the others at moments nobody chose while its payments are applied.
    """
    sorte = random.Random(5)
    restam = asyncio.Queue[PlanoEmMassa]()
    for plano in sorte.sample(planos, len(planos)):
        restam.put_nowait(plano)
    async with asyncio.TaskGroup() as grupo:
        await _mandar_arquivo(instalacao, planos)
        progresso = _Progresso()
        for _ in range(8):
            grupo.create_task(_mandar_pix(instalacao, restam, progresso))
        for passo in (0, 0, 1, 2, 3):
            await _ate_aplicar(instalacao, passo * PLANOS * PARCELAS // 5)
            await asyncio.sleep(sorte.random() / 2)
            assert restam.qsize(), "os Pix acabaram antes da última morte"
            instalacao.processos["plataforma"].matar()
            progresso.mortes += 1
            instalacao.iniciar("plataforma")
            await instalacao.pronta()
        assert progresso.mortes == MORTES


@dataclass
class _Progresso:
    mortes: int = 0


async def _ate_aplicar(instalacao: Instalacao, quantos: int) -> None:
    if not quantos:
        return
    async with asyncio.timeout(120), abrir_banco(_url(instalacao), aplicacao="testes", maximo=1) as banco:
        while True:
            async with banco.conexao() as con:
                if await con.fetchval("select count(*) from parcelamento.pagamento where estado <> 'a_aplicar'") >= quantos:
                    return
            await asyncio.sleep(0.05)


async def _mandar_arquivo(instalacao: Instalacao, planos: Sequence[PlanoEmMassa]) -> None:
    dia = date(2015, 3, 10)
    linhas = ((p, d) for p in planos for d in p.documentos[:-1])
    pagos = (PagamentoDoRetorno(n, dia, dia, d.barras, pago_no_banco(p, d)) for n, (p, d) in enumerate(linhas, start=1))
    arquivo = b"".join(escrever(Cabecalho("00012345", "SEFAZ", BANCO, "BANCO", dia, NSA), pagos))
    resposta = await _ate_aceitar(instalacao, "/v1/retornos", files={"arquivo": ("retorno.txt", arquivo, "text/plain")})
    assert resposta.status_code == 202, resposta.text


async def _mandar_pix(instalacao: Instalacao, restam: asyncio.Queue[PlanoEmMassa], progresso: _Progresso) -> None:
    """As a provider does: the same notice until it is answered 2xx. Some are left for after each kill."""
    while not restam.empty():
        if restam.qsize() < PLANOS * (MORTES - progresso.mortes) // (MORTES + 1):
            await asyncio.sleep(0.05)
            continue
        p = restam.get_nowait()
        valor = pago_por_pix(p)
        pix = {
            "endToEndId": end_to_end(p),
            "txid": p.documentos[-1].txid,
            "valor": f"{valor // 100}.{valor % 100:02d}",
            "horario": "2015-03-10T12:00:00.000Z",
        }
        for _ in range(1 + (p.numero % 3 == 0)):
            resposta = await _ate_aceitar(instalacao, WEBHOOK, json={"pix": [pix]})
            assert resposta.status_code == 200, resposta.text


async def _ate_aceitar(instalacao: Instalacao, caminho: str, **opcoes: Any) -> httpx.Response:
    async with asyncio.timeout(120):
        while True:
            try:
                resposta = await instalacao.api.post(caminho, **opcoes)
            except httpx.HTTPError:
                resposta = None
            if resposta is not None and resposta.status_code < 500:
                return resposta
            await asyncio.sleep(0.1)


async def _conferir(instalacao: Instalacao, planos: Sequence[PlanoEmMassa]) -> None:
    async with abrir_banco(_url(instalacao), aplicacao="testes", maximo=2) as banco, banco.conexao() as con:
        await _cada_pagamento_uma_vez(con, planos)
        await _os_centavos_fecham(con, planos)
        await _os_planos_estao_certos(con, planos)
        await _cada_um_contado_uma_vez(con, planos)
    await _a_regua_sabe(instalacao, planos)


def _pagamentos(planos: Sequence[PlanoEmMassa]) -> dict[UUID, int]:
    """The id and the cents of every payment that was sent."""
    do_banco = ((p, d) for p in planos for d in p.documentos[:-1])
    no_banco = {id_do_pagamento(BANCO, NSA, n): pago_no_banco(p, d) for n, (p, d) in enumerate(do_banco, start=1)}
    return no_banco | {uuid5(ESPACO, end_to_end(p)): pago_por_pix(p) for p in planos}


async def _cada_pagamento_uma_vez(con: Conexao, planos: Sequence[PlanoEmMassa]) -> None:
    guardados = await con.fetch("select pagamento, valor from parcelamento.pagamento")
    assert {g["pagamento"]: g["valor"] for g in guardados} == _pagamentos(planos)
    [(parados,)] = await con.fetch(
        "select count(*) from parcelamento.pagamento where estado = 'a_aplicar' or resultado is null or documento is null"
    )
    assert parados == 0
    cargas = Counter(r["estado"] for r in await con.fetch("select estado from parcelamento.carga"))
    assert set(cargas) == {"concluida"}, cargas


async def _os_centavos_fecham(con: Conexao, planos: Sequence[PlanoEmMassa]) -> None:
    recebido = sum(_pagamentos(planos).values())
    [(aplicado,)] = await con.fetch("select sum(valor + encargos)::bigint from parcelamento.aplicacao")
    [(sobra, na_lista)] = await con.fetch(
        "select sum(excedente)::bigint, (sum(excedente) filter (where estado = 'pendente'))::bigint from parcelamento.pagamento"
    )
    assert sobra == na_lista == A_MAIS * sum(p.numero % 4 == 2 for p in planos)
    assert aplicado + sobra == recebido


async def _os_planos_estao_certos(con: Conexao, planos: Sequence[PlanoEmMassa]) -> None:
    linhas = await con.fetch(
        """select p.plano, p.situacao, p.total - sum(x.pago)::bigint as falta from parcelamento.plano p
        join parcelamento.parcela x using (plano) where p.contribuinte <> 'T-modelo' group by p.plano"""
    )
    assert {r["plano"]: (r["situacao"], r["falta"]) for r in linhas} == {p.plano: esperado(p) for p in planos}


async def _cada_um_contado_uma_vez(con: Conexao, planos: Sequence[PlanoEmMassa]) -> None:
    """One event for each thing. A relay that is killed may publish a batch again, ids and all: inboxes drop what they had."""
    registros = await con.fetch(
        "select valor from plataforma.log_registro where topico in ('cobranca-pagamento', 'cobranca-parcelamento')"
    )
    eventos = {e["id"]: e for e in (orjson.loads(r["valor"]) for r in registros)}.values()
    pagos = _pagamentos(planos)
    confirmados = Counter(e["data"]["pagamento"] for e in eventos if ".confirmado." in e["type"])
    assert confirmados == dict.fromkeys(map(str, pagos), 1)
    vida = Counter((e["type"].split(".")[2], e["data"]["parcelamento"]) for e in eventos if ".parcelamento." in e["type"])
    ativados = {("ativado", str(p.plano)) for p in planos if esperado(p)[0] != "aguardando_entrada"}
    quitados = {("quitado", str(p.plano)) for p in planos if esperado(p)[0] == "quitado"}
    assert {v: n for v, n in vida.items() if v[0] != "formalizado"} == dict.fromkeys(ativados | quitados, 1)
    na_regua = await con.fetch(
        "select evento, valor from regua.pagamento union all select pagamento, valor from regua.pagamento_avulso"
    )
    assert len(na_regua) == len(pagos)
    assert {linha["evento"]: linha["valor"] for linha in na_regua} == pagos
    [(mortas,)] = await con.fetch("select count(*) from regua.morta")
    assert mortas == 0


async def _a_regua_sabe(instalacao: Instalacao, planos: Sequence[PlanoEmMassa]) -> None:
    for p in planos[:8]:
        dele = (await instalacao.api.get(f"/v1/contribuintes/{p.contribuinte}")).raise_for_status().json()
        situacao = {"quitado": "pago", "ativo": "parcelado", "aguardando_entrada": "aberto"}[esperado(p)[0]]
        assert [d["situacao"] for d in dele["debitos"]] == [situacao], p
