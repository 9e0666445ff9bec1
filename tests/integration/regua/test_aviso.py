"""A plan at risk makes one contact beside the ladder: within the limits, explained, taken back when paid, tried again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kernel.domain.calendario import Calendario
from regua.application.avisar_risco import AvisarRiscos
from regua.domain.aviso import caso_do_risco
from schemas.contato import ContatoAlterado
from schemas.entrega import EntregaAtualizada
from schemas.evento import envelopar
from schemas.pagamento import PagamentoConfirmado
from schemas.parcelamento import (
    ParcelamentoAtivado,
    ParcelamentoCancelado,
    ParcelamentoEmRisco,
    ParcelamentoFormalizado,
    ParcelamentoParcelaVencida,
    ParcelamentoQuitado,
)
from tests.support.regua_base import um_debito
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala

HOJE = date(2026, 3, 16)
PERDA = date(2026, 3, 30)
PLANO = UUID(int=77)
# C1's debt is in a plan; C2 is the same person, and owes
BASE = BaseDeReferencia(
    pessoas={"C1": "P1", "C2": "P1", "C3": "P3"},
    debitos=(
        um_debito("2026-01", "2026-01-30", debito="V1", tributo="IPVA", situacao="parcelado"),
        um_debito("2026-02", "2026-03-10", debito="D2", contribuinte="C2"),
    ),
)


@pytest.fixture
async def base(sala: Sala) -> Sala:
    await sala.carregar(BASE)
    return sala


def em_risco(**outros: Any) -> ParcelamentoEmRisco:
    campos: dict[str, Any] = {"contribuinte": "C1", "parcelamento": PLANO, "debitos": ("V1",), "data": HOJE, "perda_em": PERDA}
    return ParcelamentoEmRisco(**{**campos, **outros})


def do_plano(tipo: Any, **outros: Any) -> Any:
    return tipo(**{"contribuinte": "C1", "parcelamento": PLANO, "debitos": ("V1",), "data": HOJE, **outros})


def um_pago(**outros: Any) -> PagamentoConfirmado:
    campos = {"contribuinte": "C1", "pagamento": uuid4(), "fonte": "pix", "parcelamento": PLANO, "parcela": 2}
    return PagamentoConfirmado.model_validate({**campos, "pago_em": HOJE, "valor": "10.00", **outros})


async def emitidos(sala: Sala) -> list[dict[str, Any]]:
    return [dict(e.dados) for e in await sala.eventos("acionamento.emitido")]


async def cancelados(sala: Sala) -> list[tuple[str, str]]:
    return [(e.dados["acionamento"], e.dados["motivo"]) for e in await sala.eventos("acionamento.cancelado")]


async def decisoes(sala: Sala) -> list[tuple[Any, ...]]:
    return await sala.linhas("select data, resultado, motivo from regua.decisao_avulsa order by data, decisao")


async def reavaliar(sala: Sala) -> None:
    async with sala.banco.transacao() as con:
        await AvisarRiscos(Calendario.contato(), sala.canais).reavaliar(sala.unidades(con, sala.relogio.agora()))


async def entregar(sala: Sala, acionamento: UUID, canal: str, estado: str, **outros: Any) -> None:
    campos = {"contribuinte": "C1", "envio": uuid4(), "acionamento": acionamento, "canal": canal, "estado": estado}
    padrao = {"esgotado": True, "requisitado": False, "tentativas": 0, "atualizado_em": sala.relogio.agora()}
    await sala.receber(EntregaAtualizada.model_validate({**campos, **padrao, **outros}))


async def test_em_risco_emite_um_aviso_fora_da_escada(base: Sala) -> None:
    await base.receber(em_risco())
    (d,) = await emitidos(base)
    assert (d["modelo"], d["canal"], d["parcelamento"], d["tributo"], d["campanha"]) == (
        *("parcelamento_em_risco", "whatsapp"),
        *(str(PLANO), "IPVA", "parcelamento"),
    )
    assert (d["hipotese"], d["etapa"], d["rigidez"], d["ordem"], d["tentativa"]) == ("H2", 1, 2, 1, 1)
    assert d["caso"] == str(caso_do_risco(PLANO, PERDA))
    # no rung of any caso was taken
    assert await base.linhas("select * from regua.caso") == []
    assert await base.linhas("select pessoa, canal, data from regua.emissao") == [("P1", "whatsapp", HOJE)]


async def test_hipotese_e_a_do_caso_da_pessoa(base: Sala) -> None:
    await base.ciclo()
    async with base.banco.transacao() as con:
        await con.execute(
            "update regua.caso set hipotese = 'H7', reincidencia = 2 where tributo = 'IPVA' and contribuinte = 'C1'"
        )
        await con.execute("delete from regua.emissao")
    await base.esvaziar()
    await base.receber(em_risco())
    assert [(d["hipotese"], d["reincidencia"], d["modelo"]) for d in await emitidos(base)] == [("H7", 2, "parcelamento_em_risco")]


async def test_explicacao_e_reexecucao_do_aviso(base: Sala) -> None:
    await base.receber(em_risco())
    (d,) = await emitidos(base)
    caminho = f"/v1/acionamentos/{d['acionamento']}"
    corpo = (await base.pedir("GET", caminho)).json()
    assert (corpo["modelo"], corpo["parcelamento"], corpo["decisao"]) == (d["modelo"], str(PLANO), d["decisao"])
    explicacao = (await base.pedir("GET", f"{caminho}/explicacao")).json()
    assert "30/03/2026" in explicacao["textos"][0]
    assert (explicacao["resultado"], explicacao["data"], explicacao["decisao"]) == ("acionado", "2026-03-16", d["decisao"])
    assert (await base.pedir("POST", f"{caminho}/reexecutar")).json() == {"igual": True, "hash": d["decisao"]}
    async with base.banco.transacao() as con:
        await con.execute("update regua.decisao_avulsa set insumos = replace(insumos, '2026-03-30', '2026-03-01')")
    assert (await base.pedir("POST", f"{caminho}/reexecutar")).json()["igual"] is False


async def test_um_contato_por_pessoa_e_dia_com_a_escada(base: Sala) -> None:
    await base.ciclo()
    await base.esvaziar()
    await base.receber(em_risco())
    assert await emitidos(base) == []
    assert await decisoes(base) == [(HOJE, "suprimido", "teto_de_contatos")]
    base.ir_para(HOJE + timedelta(days=1), 8)
    await reavaliar(base)
    assert len(await emitidos(base)) == 1
    # and the other way round: the ladder waits
    feito = await base.ciclo()
    assert (feito.acionados, feito.contagens["suprimidos"].get("aguardando_etapa")) == (0, 1)
    await reavaliar(base)
    assert len(await emitidos(base)) == 1


async def test_aviso_segura_a_escada_do_dia(base: Sala) -> None:
    await base.receber(em_risco())
    feito = await base.ciclo()
    assert feito.contagens["suprimidos"]["teto_de_contatos"] == 1
    assert feito.acionados == 0


async def test_dois_riscos_da_mesma_pessoa_no_mesmo_lote(base: Sala) -> None:
    await base.receber(em_risco(), em_risco(contribuinte="C2", parcelamento=UUID(int=78), debitos=("D2",)))
    assert len(await emitidos(base)) == 1
    assert sorted(d[1:] for d in await decisoes(base)) == [("acionado", None), ("suprimido", "teto_de_contatos")]


async def test_o_mesmo_risco_de_novo_nada_faz(base: Sala) -> None:
    await base.receber(em_risco())
    await base.receber(em_risco())
    base.ir_para(HOJE + timedelta(days=1))
    await reavaliar(base)
    assert len(await emitidos(base)) == 1


@pytest.mark.parametrize(
    ("evento", "motivo"),
    [
        (um_pago(), "pago"),
        (do_plano(ParcelamentoQuitado), "pago"),
        (do_plano(ParcelamentoCancelado, motivo="dias_de_atraso"), "parcelado"),
    ],
    ids=["pago", "quitado", "cancelado"],
)
async def test_o_que_cala_o_aviso(base: Sala, evento: Any, motivo: str) -> None:
    await base.receber(em_risco())
    (d,) = await emitidos(base)
    await base.receber(evento)
    assert await cancelados(base) == [(d["acionamento"], motivo)]
    await entregar(base, UUID(d["acionamento"]), "whatsapp", "suprimido", motivo=motivo)
    base.ir_para(HOJE + timedelta(days=1))
    await reavaliar(base)
    assert len(await emitidos(base)) == 1


async def test_pagamento_de_outro_plano_nao_cala(base: Sala) -> None:
    await base.receber(em_risco())
    await base.receber(um_pago(parcelamento=UUID(int=1)))
    assert await cancelados(base) == []


async def test_pagamento_anterior_ao_risco_que_chega_depois_nao_cala(base: Sala) -> None:
    agora = base.relogio.agora()
    await base.receber(em_risco())
    antigo = envelopar(um_pago(), id_=uuid4(), origem="teste", instante=agora - timedelta(seconds=1))
    await base.tratar([antigo])
    assert await cancelados(base) == []


async def test_pagamento_posterior_que_chega_antes_do_risco_cala(base: Sala) -> None:
    agora = base.relogio.agora()
    await base.receber(um_pago())
    risco = envelopar(em_risco(), id_=uuid4(), origem="teste", instante=agora - timedelta(seconds=1))
    await base.tratar([risco])
    assert await emitidos(base) == []


async def test_suspensao_cala_e_o_aviso_volta_quando_ela_acaba(base: Sala) -> None:
    await base.receber(em_risco())
    (d,) = await emitidos(base)
    resposta = await base.pedir("POST", "/v1/contribuintes/C1/suspensoes", json={"motivo": "sem_condicoes"})
    assert resposta.status_code == 201
    assert await cancelados(base) == [(d["acionamento"], "suspenso")]
    await entregar(base, UUID(d["acionamento"]), "whatsapp", "suprimido", motivo="suspenso")
    base.ir_para(HOJE + timedelta(days=1))
    await reavaliar(base)
    assert (await decisoes(base))[-1] == (HOJE + timedelta(days=1), "suprimido", "suspenso")
    base.ir_para(HOJE + timedelta(days=7))
    await reavaliar(base)
    assert [d["tentativa"] for d in await emitidos(base)] == [1, 2]


async def test_a_mudez_do_proprio_plano_nao_segura_o_aviso(base: Sala) -> None:
    await base.receber(do_plano(ParcelamentoFormalizado, parcelas=3, primeiro_vencimento=HOJE, total="90.00"))
    await base.receber(em_risco())
    assert len(await emitidos(base)) == 1
    # and another rest of the same kind, told meanwhile, takes nothing back
    await base.receber(
        do_plano(ParcelamentoFormalizado, parcelas=3, primeiro_vencimento=HOJE, total="90.00", parcelamento=uuid4())
    )
    assert await cancelados(base) == []


async def test_quem_saiu_de_um_canal_e_avisado_por_outro(base: Sala) -> None:
    agora = base.relogio.agora()
    saida = {"canal": "whatsapp", "situacao": "optou_sair", "verificado": True, "alterado_em": agora}
    # said by another registration of the person
    await base.receber(ContatoAlterado.model_validate({"contribuinte": "C2", **saida}))
    await base.receber(em_risco())
    assert [d["canal"] for d in await emitidos(base)] == ["sms"]


async def test_sem_contato_espera_e_sai_quando_ha(base: Sala) -> None:
    async with base.banco.transacao() as con:
        await con.execute("update regua.contato_canal set situacao = 'invalido' where contribuinte = 'C1'")
    await base.receber(em_risco())
    assert await decisoes(base) == [(HOJE, "suprimido", "sem_contato")]
    base.ir_para(PERDA - timedelta(days=2))
    async with base.banco.transacao() as con:
        await con.execute("update regua.contato_canal set situacao = 'valido' where contribuinte = 'C1' and canal = 'sms'")
    await reavaliar(base)
    assert [d["canal"] for d in await emitidos(base)] == ["sms"]


async def test_depois_da_perda_nada_sai(base: Sala) -> None:
    await base.receber(em_risco(perda_em=HOJE))
    base.ir_para(HOJE + timedelta(days=1))
    await reavaliar(base)
    assert await emitidos(base) == []


async def test_fora_do_horario_espera_a_manha(base: Sala) -> None:
    base.ir_para(HOJE, 21)
    await base.receber(em_risco())
    assert await decisoes(base) == [(HOJE, "suprimido", "fora_da_janela")]
    base.ir_para(HOJE + timedelta(days=1), 8)
    await reavaliar(base)
    assert len(await emitidos(base)) == 1


async def test_de_madrugada_sai_para_a_abertura_do_horario(base: Sala) -> None:
    base.ir_para(HOJE, 2)
    await base.receber(em_risco())
    (d,) = await emitidos(base)
    assert d["nao_antes"] == "2026-03-16T11:00:00Z"


async def test_canal_esgotado_cai_no_seguinte_e_depois_chama_uma_pessoa(base: Sala) -> None:
    await base.receber(em_risco())
    (d,) = await emitidos(base)
    id_ = UUID(d["acionamento"])
    await entregar(base, id_, "whatsapp", "falhou", requisitado=True, tentativas=1)
    assert [(e["canal"], e["ordem"], e["modelo"], e["parcelamento"]) for e in await emitidos(base)] == [
        ("whatsapp", 1, "parcelamento_em_risco", str(PLANO)),
        ("sms", 2, "parcelamento_em_risco", str(PLANO)),
    ]
    await entregar(base, id_, "sms", "falhou", requisitado=True, tentativas=1)
    (tarefa,) = await base.eventos("tarefa.solicitada")
    assert (tarefa.dados["motivo"], tarefa.dados["acionamento"], "caso" in tarefa.dados) == ("canais_esgotados", str(id_), False)
    base.ir_para(HOJE + timedelta(days=1))
    await reavaliar(base)
    assert len(await emitidos(base)) == 2


async def test_aviso_que_nunca_saiu_e_tentado_de_novo(base: Sala) -> None:
    await base.receber(em_risco())
    id_ = UUID((await emitidos(base))[0]["acionamento"])
    await entregar(base, id_, "whatsapp", "suprimido", motivo="sem_contato")
    await entregar(base, id_, "sms", "suprimido", motivo="endereco_ja_contatado")
    base.ir_para(HOJE + timedelta(days=1))
    await reavaliar(base)
    assert [(d["ordem"], d["tentativa"]) for d in await emitidos(base)] == [(1, 1), (2, 1), (1, 2)]


async def test_data_de_perda_nova_toma_o_lugar_da_antiga(base: Sala) -> None:
    base.ir_para(HOJE, 21)
    await base.receber(em_risco())
    await base.receber(em_risco(perda_em=PERDA + timedelta(days=5)))
    base.ir_para(HOJE + timedelta(days=1))
    await reavaliar(base)
    (d,) = await emitidos(base)
    assert d["caso"] == str(caso_do_risco(PLANO, PERDA + timedelta(days=5)))


async def test_contribuinte_desconhecido_so_fica_anotado(base: Sala) -> None:
    await base.receber(em_risco(contribuinte="C99"))
    assert await emitidos(base) == []
    assert await base.linhas("select contribuinte, tipo from regua.parcelamento_fato") == [("C99", "em_risco")]


async def test_plano_de_debito_desconhecido_e_avisado(base: Sala) -> None:
    await base.receber(em_risco(contribuinte="C3", debitos=("X1",)))
    assert [d["tributo"] for d in await emitidos(base)] == ["ICMS"]


async def test_aviso_entregue_nao_conta_como_lembrete_ignorado(base: Sala) -> None:
    await base.receber(em_risco())
    (d,) = await emitidos(base)
    await entregar(base, UUID(d["acionamento"]), "whatsapp", "entregue", esgotado=False, requisitado=True, tentativas=1)
    base.ir_para(HOJE + timedelta(days=20))
    await base.ciclo()
    lidos = await base.linhas("select distinct (insumos::jsonb -> 'fatos' ->> 'lembretes_ignorados')::int from regua.decisao")
    assert lidos == [(0,)]


async def test_linha_do_tempo_mostra_o_parcelamento(base: Sala) -> None:
    await base.receber(do_plano(ParcelamentoFormalizado, parcelas=3, primeiro_vencimento=HOJE, total="90.00"))
    await base.receber(do_plano(ParcelamentoAtivado))
    await base.receber(do_plano(ParcelamentoParcelaVencida, parcela=2, vencimento=HOJE))
    assert await emitidos(base) == []
    await base.receber(em_risco())
    await base.receber(do_plano(ParcelamentoCancelado, motivo="dias_de_atraso"))
    await base.receber(do_plano(ParcelamentoQuitado))
    await base.receber(um_pago())
    fatos = (await base.pedir("GET", "/v1/contribuintes/C1/linha-do-tempo")).json()["itens"]
    tipos = [f["tipo"] for f in fatos]
    assert sorted(t for t in tipos if t.startswith("parcelamento_")) == [
        *("parcelamento_ativado", "parcelamento_cancelado", "parcelamento_em_risco"),
        *("parcelamento_formalizado", "parcelamento_parcela_vencida", "parcelamento_quitado"),
    ]
    assert tipos.count("pagamento") == 1
    risco = next(f["detalhe"] for f in fatos if f["tipo"] == "parcelamento_em_risco")
    assert risco == {"parcelamento": str(PLANO), "debitos": ["V1"], "data": "2026-03-16", "perda_em": "2026-03-30"}
    acionamento = next(f["detalhe"] for f in fatos if f["tipo"] == "acionamento")
    assert (acionamento["modelo"], acionamento["parcelamento"]) == ("parcelamento_em_risco", str(PLANO))
    decisao = next(f["detalhe"] for f in fatos if f["tipo"] == "decisao")
    assert (decisao["resultado"], decisao["modelo"]) == ("acionado", "parcelamento_em_risco")
