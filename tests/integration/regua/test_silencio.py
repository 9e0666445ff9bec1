"""Payments, plans and what people say: kept once, and what waits falls silent with the rung kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from schemas.divida import DividaContestada, DividaPagamentoAlegado, DividaPrometida, DividaSemCondicoesDeclarada
from schemas.entrega import EntregaAtualizada
from schemas.evento import Dados
from schemas.pagamento import PagamentoConfirmado
from schemas.parcelamento import (
    ParcelamentoAtivado,
    ParcelamentoCancelado,
    ParcelamentoFormalizado,
    ParcelamentoQuitado,
)
from tests.support.regua_banco import inserir_pagamento
from tests.support.regua_base import mes, um_debito, um_pagamento, uma_declaracao
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala

HOJE = date(2026, 3, 16)
BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P2"},
    debitos=(
        um_debito("2026-01", "2026-02-10", debito="D1"),
        um_debito("2026-02", "2026-03-10", debito="D2"),
        um_debito("2026-02", "2026-03-10", debito="D9", contribuinte="C2"),
    ),
)
PLANO = UUID(int=77)


@pytest.fixture
async def acionada(sala: Sala) -> Sala:
    """C1 (two debts) and C2 (one) wait for a message."""
    await sala.carregar(BASE)
    assert (await sala.ciclo()).acionados == 2
    await sala.esvaziar()
    return sala


def um_pago(**outros: Any) -> PagamentoConfirmado:
    campos: dict[str, Any] = {
        "contribuinte": "C1",
        "pagamento": uuid4(),
        "fonte": "pix",
        "tributo": "ICMS",
        "debito": "D1",
        "pago_em": HOJE,
        "valor": "100.00",
        **outros,
    }
    return PagamentoConfirmado(**campos)


async def cancelados(sala: Sala) -> list[tuple[str, str]]:
    return [(e.dados["contribuinte"], e.dados["motivo"]) for e in await sala.eventos("acionamento.cancelado")]


async def test_pagamento_de_tudo_cancela_por_pago(acionada: Sala) -> None:
    await acionada.receber(um_pago(contribuinte="C2", debito="D9"))
    assert await cancelados(acionada) == [("C2", "pago")]
    assert await acionada.linhas("select contribuinte, tributo, competencia, valor from regua.pagamento") == [
        ("C2", "ICMS", mes("2026-02"), 10000)
    ]


async def test_pagamento_parcial_cancela_e_guarda_o_degrau(acionada: Sala) -> None:
    await acionada.receber(um_pago(valor="40.00"))
    assert await cancelados(acionada) == [("C1", "pagamento_parcial")]
    id_ = (await acionada.linha("select acionamento from regua.acionamento where contribuinte = 'C1'"))[0]
    await acionada.receber(
        EntregaAtualizada(
            contribuinte="C1",
            envio=uuid5(id_, "whatsapp"),
            acionamento=id_,
            canal="whatsapp",
            estado="suprimido",
            esgotado=True,
            requisitado=False,
            motivo="pagamento_parcial",
            tentativas=0,
            atualizado_em=acionada.relogio.agora(),
        )
    )
    acionada.ir_para(HOJE + timedelta(days=1))
    assert (await acionada.ciclo()).acionados == 1
    assert await acionada.linhas(
        "select etapa, tentativa, estado from regua.acionamento where contribuinte = 'C1' order by 2"
    ) == [
        (1, 1, "cancelado"),
        (1, 2, "emitido"),
    ]


async def test_segundo_pagamento_nao_cancela_de_novo(acionada: Sala) -> None:
    await acionada.receber(um_pago(), um_pago(debito="D2"))
    await acionada.receber(um_pago(debito="D2", pagamento=UUID(int=3)))
    assert await cancelados(acionada) == [("C1", "pago")]


async def test_pagamento_de_carga_nao_entra_outra_vez(acionada: Sala) -> None:
    await acionada.receber(um_pago(fonte="carga"))
    assert await acionada.linhas("select 1 from regua.pagamento") == []


async def test_linha_de_arquivo_igual_e_o_mesmo_pagamento(acionada: Sala) -> None:
    async with acionada.banco.transacao() as con:
        await inserir_pagamento(con, "P-1", um_pagamento("D1", "2026-01", "2026-03-16"))
    do_banco = um_pago()
    await acionada.receber(do_banco)
    assert await acionada.linhas("select pagamento, evento from regua.pagamento") == [("P-1", do_banco.pagamento)]
    # another of the same day and value is another payment, and the first one told again is not
    outro = um_pago()
    await acionada.receber(outro, do_banco)
    assert await acionada.linhas("select pagamento, evento from regua.pagamento order by pagamento = 'P-1' desc") == [
        ("P-1", do_banco.pagamento),
        (str(outro.pagamento), outro.pagamento),
    ]


@pytest.mark.parametrize(
    "campos",
    [
        {"parcelamento": PLANO, "parcela": 1, "debito": None},
        {"debito": None, "tributo": None},
        {"debito": "D9"},  # somebody else's
    ],
)
async def test_pagamento_sem_debito_seu_fica_a_parte(acionada: Sala, campos: dict[str, Any]) -> None:
    await acionada.receber(um_pago(**campos))
    assert await acionada.linhas("select 1 from regua.pagamento") == []
    assert await acionada.linhas("select contribuinte, valor from regua.pagamento_avulso") == [("C1", 10000)]
    assert await cancelados(acionada) == []


async def test_debito_desconhecido_e_aceito_no_mes_do_pagamento(acionada: Sala) -> None:
    await acionada.receber(um_pago(debito="D-?"))
    assert await acionada.linhas("select debito, tributo, competencia from regua.pagamento") == [("D-?", "ICMS", mes("2026-03"))]


def um_plano(tipo: type[Dados], **outros: Any) -> Dados:
    campos = {"contribuinte": "C1", "parcelamento": PLANO, "debitos": ("D1", "D2"), "data": HOJE, **outros}
    return tipo.model_validate(campos)


async def test_plano_feito_emudece_ate_o_vencimento_e_cinco_dias(acionada: Sala) -> None:
    await acionada.receber(um_plano(ParcelamentoFormalizado, parcelas=3, primeiro_vencimento=date(2026, 3, 20), total="200.00"))
    assert await acionada.linhas("select motivo, desde, ate from regua.suspensao") == [("parcelamento", HOJE, date(2026, 3, 25))]
    assert await cancelados(acionada) == [("C1", "suspenso")]
    # nothing is lifted, and the plan's own events have told of it
    assert await acionada.linhas("select distinct situacao from regua.debito") == [("aberto",)]
    assert await acionada.eventos("divida.suspensa") == []


async def test_plano_ativo_quitado_e_cancelado_movem_so_os_seus_debitos(acionada: Sala) -> None:
    async def situacoes() -> dict[str, str]:
        return dict(await acionada.linhas("select debito, situacao from regua.debito"))

    await acionada.receber(um_plano(ParcelamentoFormalizado, parcelas=3, primeiro_vencimento=date(2026, 3, 20), total="200.00"))
    await acionada.receber(um_plano(ParcelamentoAtivado, debitos=("D1", "D2", "D9")))
    assert await situacoes() == {"D1": "parcelado", "D2": "parcelado", "D9": "aberto"}
    await acionada.receber(um_plano(ParcelamentoCancelado, motivo="inadimplencia"))
    assert await situacoes() == {"D1": "aberto", "D2": "aberto", "D9": "aberto"}
    assert await acionada.linhas("select encerrada_em is not null from regua.suspensao") == [(True,)]
    await acionada.receber(um_plano(ParcelamentoAtivado))
    await acionada.receber(um_plano(ParcelamentoQuitado))
    assert await situacoes() == {"D1": "pago", "D2": "pago", "D9": "aberto"}


async def test_plano_ativo_sem_formalizacao_cancela_por_parcelado(acionada: Sala) -> None:
    await acionada.receber(um_plano(ParcelamentoAtivado))
    assert await cancelados(acionada) == [("C1", "parcelado")]


@pytest.mark.parametrize(
    ("evento", "motivo", "ate"),
    [
        (DividaPagamentoAlegado(contribuinte="C1"), "ja_pagou", date(2026, 3, 26)),
        (DividaContestada(contribuinte="C1"), "contesta", date(2026, 6, 14)),
        (DividaSemCondicoesDeclarada(contribuinte="C1"), "sem_condicoes", date(2026, 3, 21)),
        (DividaPrometida(contribuinte="C1", data=date(2026, 3, 30)), "promessa", date(2026, 4, 2)),
        (DividaPrometida(contribuinte="C1", data=date(2026, 3, 1)), "promessa", date(2026, 3, 19)),
    ],
)
async def test_o_que_a_pessoa_diz_suspende_pelo_prazo(acionada: Sala, evento: Dados, motivo: str, ate: date) -> None:
    await acionada.receber(evento)
    assert await acionada.linhas("select motivo, desde, ate, origem from regua.suspensao") == [(motivo, HOJE, ate, "teste")]
    assert await cancelados(acionada) == [("C1", "suspenso")]
    (suspensa,) = await acionada.eventos("divida.suspensa")
    assert (suspensa.dados["motivo"], suspensa.dados["ate"]) == (motivo, ate.isoformat())


async def test_sem_mudanca_no_que_se_deve_nada_se_cancela(acionada: Sala) -> None:
    async with acionada.banco.transacao() as con:
        await acionada.regua_silenciador().silenciar(con, ["C1", "C2", "C3"], acionada.relogio.agora())
    assert await cancelados(acionada) == []


async def test_debito_ajuizado_por_carga_cancela_por_suspenso(acionada: Sala) -> None:
    async with acionada.banco.transacao() as con:
        await con.execute("update regua.debito set situacao = 'ajuizado' where contribuinte = 'C2'")
        await acionada.regua_silenciador().silenciar(con, ["C1", "C2"], acionada.relogio.agora())
    assert await cancelados(acionada) == [("C2", "suspenso")]


OMISSO = BaseDeReferencia(
    pessoas={"C1": "P1"},
    declaracoes=(uma_declaracao("2026-01", "2026-02-20"), uma_declaracao("2025-12", "2026-01-20")),
)


async def entregar_declaracao(sala: Sala, *competencias: str, em: date | None = HOJE) -> None:
    """As the load of declarations does: the rows, then who falls silent."""
    async with sala.banco.transacao() as con:
        await con.execute(
            "update regua.declaracao set entregue_em = $2 where competencia = any($1::int[])", [mes(c) for c in competencias], em
        )
        await sala.regua_silenciador().silenciar(con, ["C1"], sala.relogio.agora())


@pytest.mark.parametrize(
    ("entregues", "em", "motivos"),
    [
        (("2025-12", "2026-01"), HOJE, [("C1", "pago")]),
        (("2026-01",), HOJE, [("C1", "pagamento_parcial")]),
        ((), HOJE, []),
        # dated after today, it does not count yet
        (("2025-12", "2026-01"), HOJE + timedelta(days=1), []),
    ],
)
async def test_declaracao_tardia_cala_a_mensagem_do_dia(
    sala: Sala, entregues: tuple[str, ...], em: date, motivos: list[tuple[str, str]]
) -> None:
    await sala.carregar(OMISSO)
    assert (await sala.ciclo()).contagens["por_hipotese"] == {"H3": 1}
    await entregar_declaracao(sala, *entregues, em=em)
    assert await cancelados(sala) == motivos


async def test_so_contam_as_declaracoes_da_janela(sala: Sala) -> None:
    velha = uma_declaracao("2024-01", "2024-02-20")
    await sala.carregar(replace(OMISSO, declaracoes=(*OMISSO.declaracoes, velha)))
    await sala.ciclo()
    await entregar_declaracao(sala, "2024-01")
    assert await cancelados(sala) == []


async def test_declaracao_velha_que_falta_nao_esconde_a_que_chegou(sala: Sala) -> None:
    velha = uma_declaracao("2024-01", "2024-02-20")
    await sala.carregar(replace(OMISSO, declaracoes=(*OMISSO.declaracoes, velha)))
    await sala.ciclo()
    await entregar_declaracao(sala, "2026-01")
    assert await cancelados(sala) == [("C1", "pagamento_parcial")]
