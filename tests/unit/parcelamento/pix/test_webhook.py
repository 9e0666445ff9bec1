"""The Pix webhook: what it takes, what it refuses, and what it answers."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from parcelamento.adapters.inbound.webhook_pix import rotas_do_pix
from parcelamento.domain.pix import PixRecebido

SEGREDO = "segredo-do-webhook-0123456789"
E2E = "E1234567820200909201512345678901"
TXID = "7978c0c97ea847e78e8849634473c1f1"


def um_item(**campos: Any) -> dict[str, Any]:
    item = {
        "endToEndId": E2E,
        "txid": TXID,
        "valor": "110.00",
        "horario": "2020-09-09T20:15:00.358Z",
        "infoPagador": "0123456789",
    }
    return {nome: valor for nome, valor in (item | campos).items() if valor is not ...}


@dataclass
class Casa:
    """Our side of the webhook; `falha`: storing fails."""

    recebidos: list[PixRecebido] = field(default_factory=list)
    contagem: Counter[str] = field(default_factory=Counter)
    falha: bool = False

    async def receber(self, recebidos: Sequence[PixRecebido]) -> None:
        if self.falha:
            raise OSError("disk")
        self.recebidos += recebidos

    def contar(self, o_que: str) -> None:
        self.contagem[o_que] += 1

    async def chamar(
        self, corpo: Any, *, segredo: str = SEGREDO, fim: str = "/pix", metodo: str = "POST", esperado: str = SEGREDO
    ) -> int:
        app = FastAPI()
        app.include_router(rotas_do_pix(esperado, self.receber, self.contar))
        transporte = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transporte, base_url="http://x") as http:
            conteudo = corpo if isinstance(corpo, bytes) else json.dumps(corpo).encode()
            return (await http.request(metodo, f"/webhooks/pix/{segredo}{fim}", content=conteudo)).status_code


@pytest.fixture
def casa() -> Casa:
    return Casa()


async def test_um_aviso_vira_um_pix_sem_o_que_o_pagador_escreveu(casa: Casa) -> None:
    assert await casa.chamar({"pix": [um_item()]}) == 200
    (pix,) = casa.recebidos
    assert pix == PixRecebido(E2E, TXID, 11000, datetime(2020, 9, 9, 20, 15, 0, 358000, UTC))
    assert "0123456789" not in repr(pix)
    assert casa.contagem == {"pix": 1}


@pytest.mark.parametrize(
    ("horario", "dia"),
    [
        ("2020-09-10T02:59:59Z", date(2020, 9, 9)),
        ("2020-09-10T03:00:00Z", date(2020, 9, 10)),
        ("2020-09-09T23:59:59.999-03:00", date(2020, 9, 9)),
        ("2020-12-31T23:30:00-05:00", date(2021, 1, 1)),
        ("2020-09-10t02:59:59.123456789z", date(2020, 9, 9)),
    ],
)
async def test_o_dia_do_pagamento_e_o_de_alagoas(casa: Casa, horario: str, dia: date) -> None:
    assert await casa.chamar({"pix": [um_item(horario=horario)]}) == 200
    assert [pix.pago_em for pix in casa.recebidos] == [dia]


@pytest.mark.parametrize("segredo", ["", "x", SEGREDO[:-1], SEGREDO + "x", SEGREDO.upper(), "ç", "%F0%9F%92%A9", "%00"])
async def test_segredo_errado_so_deixa_a_contagem(casa: Casa, segredo: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="parcelamento")
    status = await casa.chamar({"pix": [um_item()]}, segredo=segredo)
    assert status == (404 if segredo == "" else 403)
    assert casa.recebidos == []
    assert casa.contagem == ({} if segredo == "" else {"segredo_recusado": 1})
    assert caplog.records == []


@pytest.mark.parametrize("dado", ["qualquer", "%00", "None"])
async def test_sem_segredo_configurado_nada_entra(casa: Casa, dado: str) -> None:
    assert await casa.chamar({"pix": [um_item()]}, segredo=dado, esperado="") == 403
    assert casa.recebidos == []


async def test_so_responde_2xx_quando_esta_guardado(casa: Casa) -> None:
    casa.falha = True
    assert await casa.chamar({"pix": [um_item()]}) == 500
    assert casa.contagem == {}


@pytest.mark.parametrize("metodo", ["GET", "PUT", "DELETE"])
async def test_outros_metodos_nao(casa: Casa, metodo: str) -> None:
    assert await casa.chamar({"pix": [um_item()]}, metodo=metodo) == 405


async def test_chamada_de_teste_do_provedor(casa: Casa) -> None:
    assert await casa.chamar({"evento": "teste_webhook"}, fim="") == 200
    assert await casa.chamar({"evento": "teste_webhook"}, fim="", segredo="outro") == 403
    assert casa.contagem == {"sem_pix": 1, "segredo_recusado": 1}


@pytest.mark.parametrize(
    "corpo",
    [
        b"",
        b"{",
        b"\x00\xff\xfe",
        b"null",
        b"[]",
        b"1",
        b'"pix"',
        b"{}",
        b'{"pix": null}',
        b'{"pix": {}}',
        b'{"pix": "x"}',
        b'{"pix": 1}',
        b'{"PIX": []}',
        b'{"pix": [NaN]}',
        b'{"pix": [' * 20000,
        b'{"pix": ' + b"[" * 5000 + b"]" * 5000 + b"} x",
        b"<pix/>",
        b"pix=1",
    ],
)
async def test_corpo_sem_lista_de_pix_e_recusado(casa: Casa, corpo: bytes) -> None:
    assert await casa.chamar(corpo) == 400
    assert casa.recebidos == []
    assert casa.contagem == {"ilegivel": 1}


async def test_lista_vazia_nao_chama_ninguem(casa: Casa) -> None:
    casa.falha = True
    assert await casa.chamar({"pix": []}) == 200


RUINS: dict[str, Any] = {
    "nulo": None,
    "numero": 1,
    "texto": "x",
    "lista": [],
    "vazio": {},
    "sem endToEndId": um_item(endToEndId=...),
    "endToEndId nulo": um_item(endToEndId=None),
    "endToEndId curto": um_item(endToEndId=E2E[:-1]),
    "endToEndId longo": um_item(endToEndId=E2E + "1"),
    "endToEndId com quebra": um_item(endToEndId=E2E[:-1] + "\n"),
    "endToEndId com quebra a mais": um_item(endToEndId=E2E + "\n"),
    "endToEndId com algarismos árabes": um_item(endToEndId="E" + "١" * 31),
    "endToEndId com sql": um_item(endToEndId="E';drop table pagamento;--000000"),
    "endToEndId objeto": um_item(endToEndId={"a": 1}),
    "txid vazio": um_item(txid=""),
    "txid longo": um_item(txid="a" * 36),
    "txid ***": um_item(txid="***"),
    "txid numero": um_item(txid=1),
    "txid com acento": um_item(txid="ção"),
    "sem valor": um_item(valor=...),
    "valor numero": um_item(valor=110.00),
    "valor inteiro": um_item(valor=110),
    "valor zero": um_item(valor="0.00"),
    "valor negativo": um_item(valor="-1.00"),
    "valor com mais": um_item(valor="+1.00"),
    "valor com vírgula": um_item(valor="110,00"),
    "valor sem centavos": um_item(valor="110"),
    "valor com três casas": um_item(valor="110.000"),
    "valor com onze inteiros": um_item(valor="12345678901.00"),
    "valor com expoente": um_item(valor="1e2"),
    "valor em algarismos árabes": um_item(valor="١.٠٠"),
    "valor com espaço": um_item(valor=" 1.00"),
    "valor NaN": um_item(valor="NaN"),
    "valor com quebra": um_item(valor="1.00\n"),
    "sem horario": um_item(horario=...),
    "horario sem fuso": um_item(horario="2020-09-09T20:15:00"),
    "horario só data": um_item(horario="2020-09-09"),
    "horario número": um_item(horario=1599682500),
    "horario inexistente": um_item(horario="2020-02-30T20:15:00Z"),
    "horario com 25 horas": um_item(horario="2020-09-09T25:15:00Z"),
    "horario no ano 1": um_item(horario="0001-01-01T00:00:00Z"),
    "horario no ano 9999": um_item(horario="9999-12-31T23:59:59-03:00"),
    "horario com fuso impossível": um_item(horario="2020-09-09T20:15:00+99:99"),
    "horario por semana": um_item(horario="2020-W37-3T20:15:00Z"),
    "devolucoes texto": um_item(devolucoes="x"),
    "devolucao sem valor": um_item(devolucoes=[{"status": "DEVOLVIDO"}]),
    "devolucao maior que o pix": um_item(devolucoes=[{"status": "DEVOLVIDO", "valor": "110.01"}]),
}


@pytest.mark.parametrize("nome", RUINS)
async def test_item_ruim_nao_impede_os_bons_e_nao_deixa_dados(casa: Casa, nome: str, caplog: pytest.LogCaptureFixture) -> None:
    outro = um_item(endToEndId=E2E[:-2] + "zz", infoPagador="segredo do pagador")
    assert await casa.chamar({"pix": [um_item(endToEndId=E2E[:-2] + "aa"), RUINS[nome], outro]}) == 200
    assert [pix.end_to_end[-2:] for pix in casa.recebidos] == ["aa", "zz"]
    assert casa.contagem == {"pix": 2, "pix_recusado": 1}
    assert "posição 1" in caplog.text
    assert [texto for texto in ("0123456789", "segredo do pagador", "drop table", SEGREDO) if texto in caplog.text] == []


async def test_todos_ruins_nao_chamam_ninguem_e_nao_enchem_o_registro(casa: Casa, caplog: pytest.LogCaptureFixture) -> None:
    casa.falha = True
    assert await casa.chamar({"pix": [{}] * 5000}) == 200
    assert casa.contagem == {"pix_recusado": 5000}
    assert len(caplog.records) == 21


async def test_repetido_no_mesmo_aviso_entra_uma_vez_e_divergente_nao_entra(casa: Casa) -> None:
    assert await casa.chamar({"pix": [um_item(), um_item(), um_item(valor="111.00"), um_item(txid="b" * 30)]}) == 200
    assert [(pix.txid, pix.valor) for pix in casa.recebidos] == [(TXID, 11000)]
    assert casa.contagem == {"pix": 1, "pix_recusado": 2}


async def test_aviso_repetido_chega_de_novo_a_quem_guarda(casa: Casa) -> None:
    for _ in range(2):
        assert await casa.chamar({"pix": [um_item()]}) == 200
    assert casa.recebidos[0] == casa.recebidos[1]


async def test_campos_a_mais_sao_ignorados_e_txid_ausente_passa(casa: Casa) -> None:
    item = um_item(
        txid=..., chave="x", componentesValor={"original": {"valor": "1"}}, pagador={"cpf": "1"}, infoPagador={"a": []}
    )
    assert await casa.chamar({"pix": [item], "parametros": {}}) == 200
    assert [pix.txid for pix in casa.recebidos] == [None]


async def test_devolucoes_feitas_sao_somadas(casa: Casa) -> None:
    devolucoes = [
        {"status": "DEVOLVIDO", "valor": "10.00"},
        {"status": "EM_PROCESSAMENTO", "valor": "5.00"},
        {"status": "DEVOLVIDO", "valor": "0.50"},
    ]
    assert await casa.chamar({"pix": [um_item(), um_item(devolucoes=devolucoes)]}) == 200
    assert [pix.devolvido for pix in casa.recebidos] == [1050]


async def test_lote_de_mil(casa: Casa) -> None:
    itens = [um_item(endToEndId=f"E{n:031d}") for n in range(1000)]
    assert await casa.chamar({"pix": itens}) == 200
    assert len(casa.recebidos) == 1000
