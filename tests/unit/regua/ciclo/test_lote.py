"""The events made in columns are the contract's: the same content that the classes of `schemas` would write."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import polars as pl
import pytest

from kernel.domain.calendario import Calendario
from regua.application.decidir import Decididos
from regua.application.executar_ciclo_contagens import contar
from regua.application.executar_ciclo_lote import Feitio, compor
from regua.application.ports_ciclo import CicloGuardado, Lote
from regua.domain.decisao import Contexto, avaliar, decidir
from schemas.acionamento import AcionamentoEmitido, AcionamentoRetido
from schemas.divida import DividaClassificada, DividaRegularizada
from schemas.evento import para_saida
from schemas.registro import POR_TIPO
from schemas.tarefa import TarefaSolicitada
from tests.support.regua_casos import casos
from tests.support.regua_politica import politica

AGORA = datetime(2026, 3, 16, 12, 0, 0, 123456, tzinfo=UTC)
HOJE = date(2026, 3, 16)
TRACO = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
POLITICA = politica()
IDS = [str(UUID(int=n)) for n in range(1, 9)]
ANTES: dict[str, Any] = {"novo": True, "n": 1, "hipotese_anterior": None, "etapa_classificada": None}


def compostos(*diferencas: dict[str, Any], traceparent: str | None = TRACO) -> Lote:
    quadro = casos(*({"caso": IDS[i], **d} for i, d in enumerate(diferencas)))
    quadro = quadro.with_columns(
        n=pl.lit(1),
        novo=pl.lit(value=True),
        hipotese_anterior=pl.lit(None, dtype=pl.String),
        rigidez_anterior=pl.lit(None, dtype=pl.Int64),
        reincidencia_anterior=pl.lit(None, dtype=pl.Int64),
        etapa_classificada=pl.lit(None, dtype=pl.Int64),
    )
    contexto = Contexto(data=HOJE, campanha="permanente", janela_aberta=True)
    feitos = decidir(avaliar(quadro, POLITICA, HOJE), POLITICA, contexto, lambda p: [False] * len(p))
    feitos = feitos.with_columns(canal=pl.col("canais").list.first(), idioma=pl.lit("pt-BR"))
    fechados = pl.DataFrame({"caso": [IDS[7]], "contribuinte": ["C-fechado"], "tributo": ["IPVA"]})
    ciclo = CicloGuardado(UUID(int=99), HOJE, "permanente", "processando", 0, 0, 0, {}, None, None, traceparent)
    feitio = Feitio(ciclo, POLITICA, AGORA, POLITICA.janela(Calendario.contato()))
    return compor(Decididos(feitos, quadro, fechados), feitio)


FIRME = {"reincidencia": 4}
RETIDO = {"controle": True}


def valores(lote: Lote) -> list[dict[str, Any]]:
    return [orjson.loads(v) for quadro in lote.eventos for v in quadro["valor"]]


@pytest.mark.parametrize("traceparent", [TRACO, None])
def test_cada_evento_e_o_que_a_classe_escreveria(traceparent: str | None) -> None:
    lote = compostos({}, FIRME, RETIDO, {"suspenso": True}, traceparent=traceparent)
    vistos = set()
    for quadro in lote.eventos:
        for topico, chave, valor in quadro.iter_rows():
            lido = orjson.loads(valor)
            dados = POR_TIPO[lido["type"]].model_validate(lido["data"])
            saida = para_saida(dados, id_=UUID(lido["id"]), origem="regua", instante=AGORA, traceparent=traceparent)
            assert (saida.topico, saida.chave) == (topico, chave)
            assert orjson.loads(saida.valor) == lido
            vistos.add(type(dados))
    assert vistos == {DividaRegularizada, DividaClassificada, AcionamentoEmitido, AcionamentoRetido, TarefaSolicitada}


def test_a_ordem_de_um_contribuinte() -> None:
    tipos = [v["type"].split(".", 1)[1] for v in valores(compostos(FIRME)) if v["subject"] == "C0"]
    assert tipos == ["divida.classificada.v1", "acionamento.emitido.v1", "tarefa.solicitada.v1"]


def test_o_mesmo_ciclo_de_novo_faz_os_mesmos_eventos() -> None:
    assert valores(compostos({}, FIRME)) == valores(compostos({}, FIRME))


def test_acionamento_decisao_e_evento_contam_a_mesma_historia() -> None:
    lote = compostos({}, RETIDO, {"suspenso": True})
    decisoes = {d["caso"]: d for d in lote.decisoes.to_dicts()}
    assert [decisoes[i]["resultado"] for i in IDS[:3]] == ["acionado", "retido", "suprimido"]
    acionados = {a["caso"]: a for a in lote.acionamentos.to_dicts()}
    assert set(acionados) == set(IDS[:2])
    for caso, acionado in acionados.items():
        assert acionado["acionamento"] == decisoes[caso]["acionamento"]
        assert acionado["decisao"] == decisoes[caso]["resumo"]
    assert [acionados[i]["estado"] for i in IDS[:2]] == ["emitido", "retido"]
    assert [acionados[i]["consumido"] for i in IDS[:2]] == [False, True]
    assert lote.emissoes["acionamento"].to_list() == [acionados[IDS[0]]["acionamento"]]
    novos = {c["caso"]: (c["etapa"], c["etapa_em"]) for c in lote.casos_novos.to_dicts()}
    assert novos == {IDS[0]: (0, None), IDS[1]: (1, HOJE), IDS[2]: (0, None)}


def test_o_retido_nao_chama_gente() -> None:
    assert compostos({**FIRME, **RETIDO}).tarefas.is_empty()
    assert compostos(FIRME).tarefas["motivo"].to_list() == ["rigidez_formal"]


def test_as_contagens_fecham() -> None:
    lote = compostos({}, FIRME, RETIDO, {"suspenso": True}, {"promessa": True})
    c = contar(lote.decisoes, lote.emissoes["canal"])
    assert c.avaliados == c.acionados + c.retidos + sum(c.suprimidos.values()) == 5
    assert sum(c.por_hipotese.values()) == sum(c.por_rigidez.values()) == 5
    assert c.por_canal == {"whatsapp": 2}
    assert c.suprimidos == {"suspenso": 1, "promessa": 1}
    assert sum(n for linha in c.mapa.values() for n in linha.values()) == 5
