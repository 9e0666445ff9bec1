"""Return files on PostgreSQL: all or nothing, each payment once and told of once; and the payments that wait for a person."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import orjson
import psutil
import pytest

from kernel.clock import RelogioFixo
from kernel.http.auth import Papel
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from parcelamento.adapters.inbound.api_retornos import CAMINHO_DOS_RETORNOS, rotas_de_retornos
from parcelamento.adapters.outbound.retorno_carga import DestinoRetorno
from parcelamento.domain.febraban import compor_barras
from parcelamento.domain.retorno import Cabecalho, PagamentoDoRetorno, escrever, id_do_pagamento
from parcelamento.errors import DadosRecusados, EstadoNaoPermite, NaoExiste
from schemas.pagamento import PagamentoConfirmado
from tests.support.cargas import Mesa, mesa
from tests.unit.kernel.http.apoio import cliente, um_app

RAIZ = Path(__file__).parents[3]
AGORA = datetime(2026, 11, 23, 12, tzinfo=UTC)
DIA = date(2026, 11, 20)
CABECALHO = Cabecalho("00012345", "SEFAZ", 1, "BANCO DO BRASIL", DIA, 7)
TABELAS = ("pagamento", "retorno", "outbox", "pagamento_resolucao")

Abrir = Callable[[Papel | None], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
async def sala(banco: Banco, url_banco: str, tmp_path: Path) -> Mesa:
    await migrar(url_banco, sala="parcelamento", pasta=RAIZ / "services/parcelamento/migrations")
    return mesa(banco, "parcelamento", [DestinoRetorno()], tmp_path, RelogioFixo(AGORA))


def barras(numero: int) -> str:
    return compor_barras(10_000, DIA, numero, "0000").codigo


def um_pagamento(nsr: int, valor: int = 10_000, **outros: Any) -> PagamentoDoRetorno:
    """Of document `nsr`, unless told otherwise."""
    return replace(PagamentoDoRetorno(nsr, date(2026, 11, 19), DIA, barras(nsr), valor), **outros)


def arquivo(*pagos: PagamentoDoRetorno, **cabecalho: Any) -> bytes:
    return b"".join(escrever(replace(CABECALHO, **cabecalho), pagos))


async def documento(sala: Mesa, numero: int, *, plano: bool = False, itens: list[dict[str, Any]] | None = None) -> UUID:
    """A document of our number `numero`: of a plan's installment 1, or of debts."""
    async with sala.banco.transacao() as con:
        do_plano = await _plano(con, numero) if plano else None
        return UUID(
            str(
                await con.fetchval(
                    """insert into parcelamento.documento (documento, nosso_numero, tipo, plano, parcela, contribuinte, tributo,
                        uf, valor, vencimento, barras, linha, situacao, itens, emitido_em, autor)
                    values ($1, $2, $3, $4, $5, $6, 'ICMS', 'AL', 10000, $7, $8, $9, 'emitido', $10, $11, 'teste')
                    returning documento""",
                    *(uuid5(UUID(int=0), str(numero)), numero, "parcela" if plano else "cota_unica", do_plano),
                    *(1 if plano else None, f"C{numero}", DIA, barras(numero), "0" * 48),
                    *(itens if itens is not None else [{"debito": f"D{numero}", "valor": 10_000}], AGORA),
                )
            )
        )


async def _plano(con: Any, numero: int) -> UUID:
    plano, cotacao = uuid5(UUID(int=1), str(numero)), uuid4()
    await con.execute(
        """insert into parcelamento.norma (norma, versao, documento, resumo, autor, criada_em) values ('n', 1, '{}', '', '', $1)
        on conflict do nothing""",
        AGORA,
    )
    await con.execute(
        """insert into parcelamento.cotacao
            (cotacao, norma, versao, data, valida_ate, entrada, resposta, resumo, autor, criada_em)
        values ($1, 'n', 1, $2, $2, '', '', '', '', $3)""",
        *(cotacao, DIA, AGORA),
    )
    await con.execute(
        """insert into parcelamento.plano (plano, cotacao, contribuinte, norma, versao, regime, reparcelamento, tributo, unidade,
            situacao, data, total, total_sem_reducao, formalizado_em, autor)
        values ($1, $2, $3, 'n', 1, 'I', false, 'ICMS', '', 'ativo', $4, 1, 1, $5, '')""",
        *(plano, cotacao, f"C{numero}", DIA, AGORA),
    )
    return plano


async def _pagamentos(sala: Mesa) -> list[tuple[Any, ...]]:
    return await sala.linhas("select nsr, estado, motivo_pendencia, valor from parcelamento.pagamento order by nsr, pagamento")


async def test_arquivo_casa_por_barras_e_conta_de_cada_um(sala: Mesa) -> None:
    primeiro, segundo = await documento(sala, 1), await documento(sala, 2, plano=True)
    await documento(sala, 3, itens=[{"debito": "A", "valor": 2_500}, {"debito": "B", "valor": 7_500}])
    pagos = [um_pagamento(1), um_pagamento(2, 9_000), um_pagamento(3), um_pagamento(4)]
    carga = await sala.carregar("retorno", arquivo(*pagos))
    assert (carga.estado, carga.total, carga.aceitos, carga.rejeitados, carga.motivo) == ("concluida", 4, 4, 0, None)
    assert await sala.linhas(
        """select pagamento, origem, banco, nsa, nsr, barras, documento, pago_em, creditado_em, valor, estado, motivo_pendencia,
            linha, recebido_em from parcelamento.pagamento where nsr in (1, 4) order by nsr"""
    ) == [
        (
            *(id_do_pagamento(1, 7, 1), "retorno", 1, 7, 1, barras(1), primeiro, date(2026, 11, 19), DIA, 10_000),
            *("a_aplicar", None, 2, AGORA),
        ),
        (
            *(id_do_pagamento(1, 7, 4), "retorno", 1, 7, 4, barras(4), None, date(2026, 11, 19), DIA, 10_000),
            *("pendente", "sem_documento", 5, AGORA),
        ),
    ]
    assert await sala.valor("select documento from parcelamento.pagamento where nsr = 2") == segundo
    assert await sala.linhas("select banco, convenio, nsa, carga, data, registros, total from parcelamento.retorno") == [
        (1, "00012345", 7, carga.carga, DIA, 6, 39_000)
    ]
    eventos = await sala.eventos()
    lidos = [PagamentoConfirmado.model_validate_json(orjson.dumps(e["data"])) for e in eventos]
    da_divida = id_do_pagamento(1, 7, 3)
    assert [(e.contribuinte, e.pagamento, e.debito, e.parcelamento, e.parcela, e.valor) for e in lidos] == [
        ("C1", id_do_pagamento(1, 7, 1), "D1", None, None, "100.00"),
        ("C2", id_do_pagamento(1, 7, 2), None, uuid5(UUID(int=1), "2"), 1, "90.00"),
        ("C3", uuid5(da_divida, "A"), "A", None, None, "25.00"),
        ("C3", uuid5(da_divida, "B"), "B", None, None, "75.00"),
    ]
    assert {(e["type"], e["source"], e["traceparent"].split("-")[1]) for e in eventos} == {
        ("cobranca.pagamento.confirmado.v1", "/parcelamento", "4bf92f3577b34da6a3ce929d0e0e4736")
    }


async def test_mesmo_arquivo_de_novo_nada_muda(sala: Mesa) -> None:
    await documento(sala, 1)
    conteudo = arquivo(um_pagamento(1), um_pagamento(2), um_pagamento(3, barras="9" * 44))
    assert (await sala.carregar("retorno", conteudo)).rejeitados == 1
    antes = await sala.fotografia(*TABELAS)
    for repetido in (conteudo, conteudo.replace(b"\r\n", b"\n"), conteudo + b"\x1a"):
        carga = await sala.carregar("retorno", repetido)
        assert (carga.estado, carga.aceitos, carga.rejeitados) == ("concluida", 2, 1)
    assert await sala.fotografia(*TABELAS) == antes


async def test_documento_que_so_aparece_depois_nao_muda_o_que_ja_entrou(sala: Mesa) -> None:
    conteudo = arquivo(um_pagamento(1), um_pagamento(2, barras="9" * 44))
    await sala.carregar("retorno", conteudo)
    await documento(sala, 1)
    await sala.carregar("retorno", conteudo)
    assert await _pagamentos(sala) == [(1, "pendente", "sem_documento", 10_000)]
    assert await sala.eventos() == []


async def test_mesmo_codigo_pago_duas_vezes_sao_dois_pagamentos(sala: Mesa) -> None:
    await documento(sala, 1)
    await sala.carregar("retorno", arquivo(um_pagamento(1), um_pagamento(2, barras=barras(1))))
    assert [p[1] for p in await _pagamentos(sala)] == ["a_aplicar", "a_aplicar"]
    assert len({e["data"]["pagamento"] for e in await sala.eventos()}) == 2


async def test_nsr_repetido_no_arquivo_a_segunda_linha_e_rejeitada(sala: Mesa) -> None:
    pagos = [um_pagamento(5, 100), um_pagamento(3, 200), um_pagamento(5, 300), um_pagamento(5, 400)]
    carga = await sala.carregar("retorno", arquivo(*pagos))
    assert (carga.estado, carga.aceitos, carga.rejeitados) == ("concluida", 2, 2)
    assert [(r.linha, r.campo, r.motivo) for r in await sala.rejeitadas(carga)] == [
        (4, "nsr", "O NSR já apareceu na linha 2 deste arquivo."),
        (5, "nsr", "O NSR já apareceu na linha 2 deste arquivo."),
    ]
    assert [r.conteudo[:1] for r in await sala.rejeitadas(carga)] == ["G", "G"]
    assert [(p[0], p[3]) for p in await _pagamentos(sala)] == [(3, 200), (5, 100)]


async def test_linhas_ruins_ficam_de_fora_sozinhas(sala: Mesa) -> None:
    errado = barras(2)[:3] + str((int(barras(2)[3]) + 1) % 10) + barras(2)[4:]
    conteudo = arquivo(um_pagamento(1), um_pagamento(2, barras=errado), um_pagamento(3, pago_em=date(2026, 11, 18)))
    carga = await sala.carregar("retorno", conteudo.replace(b"20261118", b"20261131"))
    assert (carga.estado, carga.total, carga.aceitos) == ("concluida", 3, 1)
    assert [(r.linha, r.campo) for r in await sala.rejeitadas(carga)] == [(3, "barras"), (4, "pago_em")]
    assert [p[0] for p in await _pagamentos(sala)] == [1]
    assert await sala.valor("select total from parcelamento.retorno") == 30_000


@pytest.mark.parametrize(
    ("pago", "motivo"),
    [
        (um_pagamento(1, 0), "valor_zero"),
        (um_pagamento(1, pago_em=date(2026, 11, 21)), "data_posterior"),
        (um_pagamento(2), "sem_documento"),
        (um_pagamento(2, 0, pago_em=date(2026, 11, 21)), "sem_documento"),
    ],
)
async def test_o_que_nao_pode_ser_aplicado_espera_uma_pessoa(sala: Mesa, pago: PagamentoDoRetorno, motivo: str) -> None:
    await documento(sala, 1)
    await sala.carregar("retorno", arquivo(pago))
    assert [p[1:3] for p in await _pagamentos(sala)] == [("pendente", motivo)]
    assert await sala.eventos() == []


async def test_nsa_com_outro_conteudo_e_recusado(sala: Mesa) -> None:
    await documento(sala, 1)
    await sala.carregar("retorno", arquivo(um_pagamento(1)))
    antes = await sala.fotografia(*TABELAS)
    carga = await sala.carregar("retorno", arquivo(um_pagamento(1), um_pagamento(2)))
    assert (carga.estado, carga.total) == ("falhou", 0)
    assert "NSA 7 do banco 001, convênio 00012345, já foi carregado com outro conteúdo" in (carga.motivo or "")
    assert await sala.fotografia(*TABELAS) == antes


async def test_nsa_de_outro_convenio_do_mesmo_banco_e_recusado_e_de_outro_banco_nao(sala: Mesa) -> None:
    await sala.carregar("retorno", arquivo(um_pagamento(1)))
    recusada = await sala.carregar("retorno", arquivo(um_pagamento(1, 77), convenio="99"))
    assert recusada.estado == "falhou"
    assert "já enviou o NSA 7 pelo convênio 00012345" in (recusada.motivo or "")
    assert (await sala.carregar("retorno", arquivo(um_pagamento(1), convenio="99", banco=104))).estado == "concluida"
    assert (await sala.carregar("retorno", arquivo(um_pagamento(1), nsa=8))).estado == "concluida"
    assert len(await _pagamentos(sala)) == 3


def _muitos(quantos: int) -> bytes:
    return arquivo(*(um_pagamento(n) for n in range(1, quantos + 1)))


@pytest.mark.parametrize(
    ("conteudo", "parte"),
    [
        (_muitos(5000)[: 152 * 4000 + 71], "Linha 4001: A linha tem 71 bytes"),
        (_muitos(5000)[: 152 * 4000], "sem o registro Z"),
        (_muitos(5000).replace(b"Z005002", b"Z005003"), "conta 5003 registros, e o arquivo tem 5002"),
        (_muitos(5000).replace(b"Z00500200000000050000000", b"Z00500200000000050000001"), "soma R$ 500.000,01"),
        (b"A" * 240 + b"\n", "CNAB 240"),
        (bytes(range(256)) * 4096, "binário"),
        (b"", "vazio"),
    ],
    ids=["truncado", "sem-z", "contagem", "soma", "cnab", "binario", "vazio"],
)
async def test_arquivo_que_nao_serve_falha_com_motivo_e_nada_grava(sala: Mesa, conteudo: bytes, parte: str) -> None:
    await documento(sala, 1)
    # with a line rejected on the way, of which nothing may stay either
    carga = await sala.carregar("retorno", conteudo.replace(b"G".ljust(21) + b"20261119", b"G".ljust(21) + b"20261199", 1))
    assert (carga.estado, carga.total, carga.rejeitados) == ("falhou", 0, 0)
    assert parte in (carga.motivo or "")
    assert all(not linhas for linhas in (await sala.fotografia(*TABELAS)).values())
    assert await sala.rejeitadas(carga) == []
    # the queue goes on, on the same connection
    assert (await sala.carregar("retorno", arquivo(um_pagamento(1)))).estado == "concluida"


async def test_dois_gigabytes_de_outra_coisa_falham_logo(sala: Mesa) -> None:
    """A sparse file: zeros, and then the beginning of a return file before zeros without end."""
    for inicio in (b"", arquivo(um_pagamento(1))[:152]):
        carga = uuid4()
        with sala.armazem.criar(carga) as destino:
            destino.write(inicio)
            destino.truncate(2 << 30)
        await sala.registrar(carga, "retorno", b"x" + inicio[:1])
        processo = psutil.Process()
        antes = processo.memory_info().rss
        await sala.trabalhador.executar_pendentes()
        lida = await sala.ler(carga)
        assert lida.estado == "falhou"
        assert lida.motivo
        assert processo.memory_info().rss - antes < 64 << 20


async def test_cem_mil_linhas_sem_crescer(sala: Mesa) -> None:
    async with sala.banco.transacao() as con:
        await con.execute(
            """insert into parcelamento.documento (documento, nosso_numero, tipo, contribuinte, uf, valor, vencimento, barras,
                linha, situacao, itens, emitido_em, autor)
            select gen_random_uuid(), n, 'cota_unica', 'C' || n, 'AL', 1, $1, b, '', 'emitido',
                jsonb_build_array(jsonb_build_object('debito', 'D' || n, 'valor', 1)), $2, ''
            from unnest($3::text[]) with ordinality as x (b, n)""",
            *(DIA, AGORA, [barras(n) for n in range(1, 90_001)]),
        )
    sorteio = random.Random(3)
    carga = uuid4()
    with sala.armazem.criar(carga) as destino:
        pagos = (um_pagamento(n, sorteio.randrange(1, 10**6)) for n in range(1, 100_001))
        destino.writelines(escrever(CABECALHO, pagos))
    await sala.carregar("retorno", arquivo(um_pagamento(1), nsa=1))  # what is allocated once
    await sala.registrar(carga, "retorno", b"r")
    processo = psutil.Process()
    antes = maior = processo.memory_info().rss
    tarefa = asyncio.create_task(sala.trabalhador.executar_pendentes())
    while not tarefa.done():
        maior = max(maior, processo.memory_info().rss)
        await asyncio.wait([tarefa], timeout=0.02)
    await tarefa
    assert (await sala.ler(carga)).aceitos == 100_000
    assert await sala.linhas("select estado, count(*) from parcelamento.pagamento where nsa = 7 group by 1 order by 1") == [
        ("a_aplicar", 90_000),
        ("pendente", 10_000),
    ]
    assert await sala.valor("select count(*) from parcelamento.outbox") == 90_001
    assert maior - antes < 64 << 20


# The routes


@pytest.fixture
def abrir(sala: Mesa, tmp_path: Path) -> Abrir:
    app = um_app(
        *rotas_de_retornos(sala.banco, sala.relogio, tmp_path),
        corpo_por_caminho={CAMINHO_DOS_RETORNOS: None},
        corpo_maximo=1000,
        erros={NaoExiste: 404, EstadoNaoPermite: 409, DadosRecusados: 422},
    )
    return lambda papel: cliente(app, papel)


@pytest.fixture
async def operador(abrir: Abrir) -> AsyncIterator[httpx.AsyncClient]:
    async with abrir(Papel.OPERADOR) as aberto:
        yield aberto


async def test_retorno_enviado_e_acompanhado(sala: Mesa, abrir: Abrir) -> None:
    await documento(sala, 1)
    conteudo = arquivo(um_pagamento(1), um_pagamento(2, barras="9" * 44))
    async with abrir(Papel.INTEGRACAO) as integracao:
        resposta = await integracao.post("/v1/retornos", files={"arquivo": ("ret.txt", conteudo)})
        assert (resposta.status_code, resposta.json()["estado"]) == (202, "recebida")
        caminho = f"/v1/retornos/{resposta.json()['id']}"
        await sala.trabalhador.executar_pendentes()
        lida = (await integracao.get(caminho)).json()
        assert (lida["estado"], lida["total"], lida["aceitos"], lida["rejeitados"]) == ("concluida", 2, 1, 1)
        rejeitados = (await integracao.get(f"{caminho}/rejeitados")).text.split("\r\n")
        assert rejeitados[0] == "linha;campo;motivo;conteudo"
        assert rejeitados[1].startswith("3;barras;")
    async with abrir(Papel.OPERADOR) as operador:
        assert (await operador.post("/v1/retornos", files={"arquivo": conteudo})).status_code == 403
        assert (await operador.get(f"/v1/retornos/{uuid4()}")).status_code == 404


async def test_lista_de_pendentes_em_paginas(sala: Mesa, operador: httpx.AsyncClient) -> None:
    await sala.carregar("retorno", arquivo(*(um_pagamento(n) for n in range(1, 6))))
    vistos: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        pedido = {"limite": "2"} | ({"cursor": cursor} if cursor else {})
        pagina = (await operador.get("/v1/retornos/pendentes", params=pedido)).json()
        assert len(pagina["itens"]) <= 2
        vistos += pagina["itens"]
        if (cursor := pagina["proximo"]) is None:
            break
    assert sorted(v["nsr"] for v in vistos) == [1, 2, 3, 4, 5]
    [primeiro] = [v for v in vistos if v["nsr"] == 1]
    esperado = {
        "motivo": "sem_documento",
        "valor": "100.00",
        "banco": 1,
        "nsa": 7,
        "nosso_numero": "1",
        "barras": barras(1),
        "linha": 2,
        "origem": "retorno",
        "pago_em": "2026-11-19",
    }
    assert esperado.items() <= primeiro.items()
    assert (await operador.get("/v1/retornos/pendentes", params={"motivo": "valor_zero"})).json()["itens"] == []


async def test_pendente_ganha_documento_e_confirmado_e_fica_registrado(sala: Mesa, operador: httpx.AsyncClient) -> None:
    await sala.carregar("retorno", arquivo(um_pagamento(9)))
    escolhido = await documento(sala, 1)
    pagamento = id_do_pagamento(1, 7, 9)
    caminho = f"/v1/retornos/pendentes/{pagamento}/resolver"
    corpo = {"documento": str(escolhido), "nota": "Boleto digitado errado no caixa."}
    resposta = await operador.post(caminho, json=corpo, headers={"Idempotency-Key": "k"})
    assert (resposta.status_code, resposta.json()) == (
        200,
        {"pagamento": str(pagamento), "resolucao": "documento", "estado": "a_aplicar"},
    )
    assert (await operador.post(caminho, json=corpo, headers={"Idempotency-Key": "k"})).json() == resposta.json()
    assert (await operador.post(caminho, json=corpo)).json()["codigo"] == "pagamento_resolvido"
    [evento] = await sala.eventos()
    assert (evento["data"]["contribuinte"], evento["data"]["debito"], evento["data"]["fonte"]) == ("C1", "D1", "retorno")
    assert await sala.linhas(
        "select documento, estado, motivo_pendencia, resolucao, resolvido_por, resolvido_em, nota from parcelamento.pagamento"
    ) == [(escolhido, "a_aplicar", None, "documento", "pessoa operador", AGORA, corpo["nota"])]
    assert await sala.linhas(
        "select pagamento, motivo, acao, documento, documento_anterior, nota, por, em from parcelamento.pagamento_resolucao"
    ) == [(pagamento, "sem_documento", "documento", escolhido, None, corpo["nota"], "pessoa operador", AGORA)]


@pytest.mark.parametrize("acao", ["restituir", "ignorar"])
async def test_pendente_restituido_ou_ignorado_sai_da_lista(sala: Mesa, operador: httpx.AsyncClient, acao: str) -> None:
    await sala.carregar("retorno", arquivo(um_pagamento(9)))
    resposta = await operador.post(
        f"/v1/retornos/pendentes/{id_do_pagamento(1, 7, 9)}/resolver", json={"acao": acao, "nota": "Processo 1/2026"}
    )
    assert resposta.json()["estado"] == "resolvido"
    assert (await operador.get("/v1/retornos/pendentes")).json()["itens"] == []
    assert await sala.eventos() == []


@pytest.mark.parametrize(
    ("corpo", "status"),
    [
        ({"nota": "x"}, 422),
        ({"documento": str(uuid4()), "acao": "ignorar", "nota": "x"}, 422),
        ({"acao": "ignorar"}, 422),
        ({"acao": "ignorar", "nota": ""}, 422),
        ({"acao": "apagar", "nota": "x"}, 422),
        ({"documento": str(uuid4()), "nota": "x"}, 422),
    ],
)
async def test_resolucao_errada_e_recusada_e_nada_muda(
    sala: Mesa, operador: httpx.AsyncClient, corpo: dict[str, str], status: int
) -> None:
    await sala.carregar("retorno", arquivo(um_pagamento(9)))
    antes = await sala.fotografia(*TABELAS)
    resposta = await operador.post(f"/v1/retornos/pendentes/{id_do_pagamento(1, 7, 9)}/resolver", json=corpo)
    assert resposta.status_code == status
    assert resposta.json()["campos"]
    assert await sala.fotografia(*TABELAS) == antes


async def test_pagamento_que_nao_ha_e_papeis_que_nao_bastam(sala: Mesa, abrir: Abrir) -> None:
    caminho = f"/v1/retornos/pendentes/{uuid4()}/resolver"
    corpo = {"acao": "ignorar", "nota": "x"}
    for papel, status in (
        (Papel.OPERADOR, 404),
        (Papel.SUPERVISOR, 404),
        (Papel.AUDITOR, 403),
        (Papel.INTEGRACAO, 403),
        (None, 401),
    ):
        async with abrir(papel) as quem:
            assert (await quem.post(caminho, json=corpo)).status_code == status
    async with abrir(Papel.AUDITOR) as auditor:
        assert (await auditor.get("/v1/retornos/pendentes")).status_code == 200
