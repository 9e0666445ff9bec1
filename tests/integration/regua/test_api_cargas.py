"""Files sent to the régua over HTTP: streamed to disk, refused clearly, followed to their end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import psutil
import pytest

from kernel.clock import RelogioFixo
from kernel.http.auth import Papel
from kernel.persistence.banco import Banco
from kernel.persistence.migracoes import migrar
from regua.adapters.inbound.api_cargas import CAMINHO_DAS_CARGAS, rotas_de_cargas_da_regua
from regua.adapters.outbound.cargas import destinos_da_regua
from tests.support.cargas import Mesa, Silencios, mesa
from tests.unit.kernel.http.apoio import cliente, um_app

RAIZ = Path(__file__).parents[3]
CABECALHO = "contribuinte;documento;nome;natureza;regime;municipio;cnae;inscricao_estadual;receita_bruta;beneficios\n"
LINHA = "C1;52998224725;João;PF;nenhum;Maceió;;;;\n"
TRACO = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

Abrir = Callable[[Papel | None], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
async def regua(banco: Banco, url_banco: str, tmp_path: Path) -> Mesa:
    await migrar(url_banco, sala="regua", pasta=RAIZ / "services/regua/migrations")
    relogio = RelogioFixo(datetime(2026, 11, 23, 12, tzinfo=UTC))
    return mesa(banco, "regua", destinos_da_regua(Silencios()), tmp_path, relogio)


@pytest.fixture
def abrir(regua: Mesa, tmp_path: Path) -> Abrir:
    rotas = rotas_de_cargas_da_regua(regua.banco, regua.relogio, tmp_path)
    app = um_app(rotas, corpo_por_caminho={CAMINHO_DAS_CARGAS: None}, corpo_maximo=1000)
    return lambda papel: cliente(app, papel)


@pytest.fixture
async def integracao(abrir: Abrir) -> AsyncIterator[httpx.AsyncClient]:
    async with abrir(Papel.INTEGRACAO) as aberto:
        yield aberto


def _guardados(pasta: Path) -> list[str]:
    return [caminho.name for caminho in pasta.rglob("*") if caminho.is_file()]


async def test_arquivo_e_recebido_e_acompanhado_ate_o_fim(regua: Mesa, integracao: httpx.AsyncClient) -> None:
    arquivo = (CABECALHO + LINHA + "C2;1;Ana;PF;nenhum;Maceió;;;;\n").encode()
    resposta = await integracao.post(
        "/v1/cargas", files={"arquivo": ("c.csv", arquivo)}, data={"tipo": "contribuintes"}, headers={"traceparent": TRACO}
    )
    assert resposta.status_code == 202
    assert resposta.json()["estado"] == "recebida"
    caminho = f"/v1/cargas/{resposta.json()['id']}"
    assert (await integracao.get(caminho)).json()["estado"] == "recebida"
    await regua.trabalhador.executar_pendentes()
    lida = (await integracao.get(caminho)).json()
    assert {k: lida[k] for k in ("tipo", "estado", "total", "aceitos", "rejeitados", "progresso", "motivo")} == {
        "tipo": "contribuintes",
        "estado": "concluida",
        "total": 2,
        "aceitos": 1,
        "rejeitados": 1,
        "progresso": 1.0,
        "motivo": None,
    }
    rejeitados = await integracao.get(f"{caminho}/rejeitados")
    assert rejeitados.headers["content-type"] == "text/csv; charset=utf-8"
    cabecalho, linha, fim = rejeitados.text.split("\r\n")
    assert (cabecalho, fim) == ("linha;campo;motivo;conteudo", "")
    assert linha.startswith("3;documento;")
    assert linha.endswith('"C2;1;Ana;PF;nenhum;Maceió;;;;"')
    assert await regua.valor("select split_part(traceparent, '-', 2) from regua.carga") == TRACO.split("-")[1]


@pytest.mark.parametrize(
    ("partes", "campo"),
    [
        ({"files": {"arquivo": b"x"}, "data": {"tipo": "contatos"}}, "tipo"),
        ({"files": {"arquivo": b"x"}}, "tipo"),
        ({"files": {"outro": b"x"}, "data": {"tipo": "debitos"}}, "arquivo"),
        ({"files": [("arquivo", b"x"), ("arquivo", b"y")], "data": {"tipo": "debitos"}}, "arquivo"),
        ({"json": {"tipo": "debitos"}}, "corpo"),
        ({"content": b"--x\r\nlixo", "headers": {"content-type": "multipart/form-data; boundary=x"}}, "corpo"),
        (
            {
                "content": b'--x\r\nContent-Disposition: form-data; name="arquivo"\r\n\r\nmetade',
                "headers": {"content-type": "multipart/form-data; boundary=x"},
            },
            "corpo",
        ),
        ({"content": b"", "headers": {"content-type": "multipart/form-data"}}, "corpo"),
    ],
)
async def test_envio_errado_e_recusado_e_nada_fica(
    integracao: httpx.AsyncClient, regua: Mesa, tmp_path: Path, partes: dict[str, object], campo: str
) -> None:
    resposta = await integracao.post("/v1/cargas", **partes)  # type: ignore[arg-type]
    assert (resposta.status_code, resposta.json()["campos"][0]["campo"]) == (422, campo)
    assert await regua.valor("select count(*) from regua.carga") == 0
    assert _guardados(tmp_path) == []


async def test_mesma_chave_de_idempotencia_e_uma_carga_so(integracao: httpx.AsyncClient, regua: Mesa, tmp_path: Path) -> None:
    async def enviar(texto: str) -> httpx.Response:
        return await integracao.post(
            "/v1/cargas",
            files={"arquivo": texto.encode()},
            data={"tipo": "contribuintes"},
            headers={"Idempotency-Key": "k1"},
        )

    primeira, segunda = await enviar(CABECALHO + LINHA), await enviar(CABECALHO + LINHA)
    assert primeira.json() == segunda.json()
    assert (await enviar(CABECALHO)).status_code == 422
    assert await regua.valor("select count(*) from regua.carga") == 1
    assert len(_guardados(tmp_path)) == 1


async def test_quem_pode_o_que(abrir: Abrir) -> None:
    esperado = {
        Papel.OPERADOR: (403, 200),
        Papel.SUPERVISOR: (403, 200),
        Papel.AUDITOR: (403, 200),
        Papel.INTEGRACAO: (202, 200),
        Papel.ADMIN: (202, 200),
        None: (401, 401),
    }
    for papel, (ao_enviar, ao_ler) in esperado.items():
        async with abrir(papel) as alguem:
            resposta = await alguem.post("/v1/cargas", files={"arquivo": b"x"}, data={"tipo": "debitos"})
            assert (papel, resposta.status_code) == (papel, ao_enviar)
            assert (papel, (await alguem.get("/v1/cargas")).status_code) == (papel, ao_ler)


async def test_cargas_em_paginas_da_mais_nova_a_mais_antiga(integracao: httpx.AsyncClient, regua: Mesa) -> None:
    ids = [str(await regua.enviar("debitos", f"{n}")) for n in range(5)]
    vistos: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        pagina = (await integracao.get("/v1/cargas", params={"limite": 2, **({"cursor": cursor} if cursor else {})})).json()
        vistos += [c["id"] for c in pagina["itens"]]
        cursor = pagina["proximo"]
    assert vistos == ids[::-1]
    assert (await integracao.get(f"/v1/cargas/{uuid4()}")).status_code == 404
    assert (await integracao.get("/v1/cargas/x")).status_code == 422


async def test_arquivo_grande_vai_ao_disco_e_nao_a_memoria(integracao: httpx.AsyncClient, regua: Mesa, tmp_path: Path) -> None:
    trecho, quantos = b"x" * (1 << 18), 256
    processo = psutil.Process()

    async def corpo() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="tipo"\r\n\r\ndebitos\r\n'
        yield b'--x\r\nContent-Disposition: form-data; name="arquivo"; filename="d.csv"\r\n\r\n'
        for _ in range(quantos):
            yield trecho
        yield b"\r\n--x--\r\n"

    antes = processo.memory_info().rss
    resposta = await integracao.post("/v1/cargas", content=corpo(), headers={"content-type": "multipart/form-data; boundary=x"})
    assert resposta.status_code == 202
    (nome,) = _guardados(tmp_path)
    assert regua.armazem.caminho(resposta.json()["id"]).name == nome
    assert regua.armazem.caminho(resposta.json()["id"]).stat().st_size == len(trecho) * quantos
    assert processo.memory_info().rss - antes < 32 << 20
