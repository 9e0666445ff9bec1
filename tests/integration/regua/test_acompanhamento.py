"""Delivery outcomes on a real database: the rung is dated, the next channel takes over, a human is called."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest

from schemas.contato import ContatoAlterado, ContatoNaoReconhecido
from schemas.entrega import EntregaAtualizada
from schemas.evento import Custo
from tests.support.regua_base import um_debito
from tests.support.regua_referencia import BaseDeReferencia
from tests.support.regua_sala import Sala

SEGUNDA = date(2026, 3, 16)
BASE = BaseDeReferencia(pessoas={"C1": "P1"}, debitos=(um_debito("2026-02", "2026-03-10"),))


@pytest.fixture
async def acionada(sala: Sala) -> Sala:
    """C1 was called by WhatsApp at etapa 1, and the outbox is empty."""
    await sala.carregar(BASE)
    ciclo = await sala.ciclo()
    assert ciclo.acionados == 1
    await sala.esvaziar()
    return sala


async def acionamento(sala: Sala) -> UUID:
    linha = await sala.linha("select acionamento from regua.acionamento order by emitido_em desc, tentativa desc limit 1")
    achado: UUID = linha["acionamento"]
    return achado


async def uma_entrega(sala: Sala, canal: str, estado: str, **outros: Any) -> EntregaAtualizada:
    id_ = await acionamento(sala)
    campos: dict[str, Any] = {
        "contribuinte": "C1",
        "envio": uuid5(id_, canal),
        "acionamento": id_,
        "canal": canal,
        "estado": estado,
        "esgotado": estado in {"falhou", "suprimido", "expirado"},
        "requisitado": estado not in {"pendente", "suprimido"},
        "tentativas": 1,
        "atualizado_em": sala.relogio.agora(),
        **outros,
    }
    return EntregaAtualizada(**campos)


async def entregar(sala: Sala, canal: str, estado: str, **outros: Any) -> None:
    await sala.receber(await uma_entrega(sala, canal, estado, **outros))


async def situacao(sala: Sala) -> tuple[Any, ...]:
    (linha,) = await sala.linhas(
        """select a.estado, a.ordem, a.consumido, a.motivo, c.etapa, c.etapa_em
        from regua.acionamento a join regua.caso c using (caso) order by a.tentativa desc limit 1"""
    )
    return linha


async def test_entregue_data_o_degrau_pelo_dia_local(acionada: Sala) -> None:
    # 02:30 in UTC is still Monday in Maceió
    acionada.relogio.ir_para(datetime(2026, 3, 17, 2, 30, tzinfo=UTC))
    await entregar(acionada, "whatsapp", "entregue", custo=Custo(valor="0.006800", moeda="USD"))
    assert await situacao(acionada) == ("entregue", 1, True, None, 1, SEGUNDA)
    assert await acionada.linhas("select estado, requisitado, custo_micros, moeda from regua.emissao") == [
        ("entregue", True, 6800, "USD")
    ]
    assert await acionada.eventos() == []


async def test_lido_depois_e_repeticoes_nao_mudam_a_data(acionada: Sala) -> None:
    await entregar(acionada, "whatsapp", "entregue")
    acionada.ir_para(date(2026, 3, 18))
    await entregar(acionada, "whatsapp", "lido")
    await entregar(acionada, "whatsapp", "entregue")
    assert await situacao(acionada) == ("entregue", 1, True, None, 1, SEGUNDA)


async def test_esgotado_emite_o_proximo_canal_no_proximo_minuto_permitido(acionada: Sala) -> None:
    acionada.ir_para(SEGUNDA, 21)
    await entregar(acionada, "whatsapp", "falhou", motivo="falha_na_entrega")
    (emitido,) = await acionada.eventos("acionamento.emitido")
    assert emitido.dados["canal"] == "sms"
    assert emitido.dados["ordem"] == 2
    assert emitido.dados["acionamento"] == str(await acionamento(acionada))
    # nine at night: not before eight in the morning, and a day's wait from there
    assert emitido.dados["nao_antes"] == "2026-03-17T11:00:00Z"
    assert emitido.dados["valido_ate"] == "2026-03-18T11:00:00Z"
    assert await situacao(acionada) == ("emitido", 2, True, None, 0, None)
    assert await acionada.linhas("select canal, ordem, data from regua.emissao order by ordem") == [
        ("whatsapp", 1, SEGUNDA),
        ("sms", 2, date(2026, 3, 17)),
    ]


async def test_repetido_em_um_so_lote_cai_uma_vez(acionada: Sala) -> None:
    falhou = await uma_entrega(acionada, "whatsapp", "falhou")
    await acionada.receber(falhou, falhou, falhou)
    await acionada.receber(falhou)
    assert len(await acionada.eventos("acionamento.emitido")) == 1


async def test_canal_que_nao_alcanca_mais_e_pulado(acionada: Sala) -> None:
    await acionada.receber(
        ContatoAlterado(
            contribuinte="C1", canal="sms", situacao="invalido", verificado=False, alterado_em=acionada.relogio.agora()
        )
    )
    await entregar(acionada, "whatsapp", "falhou")
    assert await situacao(acionada) == ("esgotado", 1, True, None, 1, SEGUNDA)
    (tarefa,) = await acionada.eventos("tarefa.solicitada")
    assert tarefa.dados["motivo"] == "canais_esgotados"
    assert await acionada.linhas("select motivo, rigidez from regua.tarefa") == [("canais_esgotados", 1)]


async def test_entregue_tarde_cancela_o_que_ainda_nao_saiu(acionada: Sala) -> None:
    await entregar(acionada, "whatsapp", "incerto", esgotado=True)
    await entregar(acionada, "whatsapp", "entregue")
    (cancelado,) = await acionada.eventos("acionamento.cancelado")
    assert (cancelado.dados["canal"], cancelado.dados["motivo"]) == ("sms", "entregue_em_outro_canal")
    await entregar(acionada, "sms", "suprimido", motivo="entregue_em_outro_canal")
    assert await situacao(acionada) == ("entregue", 2, True, None, 1, SEGUNDA)
    assert await acionada.linhas("select cancelada from regua.emissao order by ordem") == [(False,), (True,)]


async def test_sem_pedido_nenhum_o_degrau_e_tentado_de_novo_ate_a_terceira_vez(acionada: Sala) -> None:
    dias = [SEGUNDA, date(2026, 3, 17), date(2026, 3, 18)]
    for tentativa, dia in enumerate(dias, start=1):
        acionada.ir_para(dia)
        if tentativa > 1:
            assert (await acionada.ciclo()).acionados == 1
        assert (await acionada.linha("select max(tentativa) from regua.acionamento"))[0] == tentativa
        for canal in ("whatsapp", "sms"):
            await entregar(acionada, canal, "expirado", requisitado=False, motivo="prazo_vencido")
    assert await situacao(acionada) == ("esgotado", 2, False, "sem_envio", 0, None)
    assert len(await acionada.eventos("tarefa.solicitada")) == 1
    acionada.ir_para(date(2026, 3, 25))
    assert (await acionada.ciclo()).contagens["suprimidos"] == {"aguardando_etapa": 1}
    # a contact that becomes valid opens the rung again
    await acionada.receber(
        *(
            ContatoAlterado(contribuinte="C1", canal="sms", situacao=s, verificado=True, alterado_em=acionada.relogio.agora())
            for s in ("invalido",)
        )
    )
    await acionada.receber(
        ContatoAlterado(contribuinte="C1", canal="sms", situacao="valido", verificado=True, alterado_em=acionada.relogio.agora())
    )
    acionada.ir_para(date(2026, 3, 26))
    assert (await acionada.ciclo()).acionados == 1


async def test_quem_sai_de_um_canal_tem_cancelado_o_que_nele_espera(acionada: Sala) -> None:
    saiu = ContatoAlterado(
        contribuinte="C1", canal="whatsapp", situacao="optou_sair", verificado=True, alterado_em=acionada.relogio.agora()
    )
    await acionada.receber(saiu)
    await acionada.receber(saiu)
    (cancelado,) = await acionada.eventos("acionamento.cancelado")
    assert cancelado.dados["motivo"] == "optou_sair"
    await entregar(acionada, "whatsapp", "suprimido", motivo="optou_sair")
    assert await situacao(acionada) == ("cancelado", 1, False, "optou_sair", 0, None)
    assert await acionada.eventos("acionamento.emitido") == []


async def test_saida_por_outra_inscricao_da_pessoa_vale_para_todas(sala: Sala) -> None:
    base = BaseDeReferencia(pessoas={"C1": "P1", "C7": "P1", "C8": "P8"}, debitos=BASE.debitos)
    await sala.carregar(base)
    await sala.ciclo()
    await sala.esvaziar()
    for contribuinte in ("C8", "C7"):
        await sala.receber(
            ContatoAlterado(
                contribuinte=contribuinte,
                canal="whatsapp",
                situacao="optou_sair",
                verificado=True,
                alterado_em=sala.relogio.agora(),
            )
        )
    assert [e.chave for e in await sala.eventos("acionamento.cancelado")] == ["C1"]


async def test_contato_mais_velho_que_o_sabido_nao_volta(acionada: Sala) -> None:
    def alterado(situacao_: str, hora: int) -> ContatoAlterado:
        em = datetime(2026, 3, 16, hora, tzinfo=UTC)
        return ContatoAlterado.model_validate(
            {"contribuinte": "C1", "canal": "sms", "situacao": situacao_, "verificado": False, "alterado_em": em}
        )

    await acionada.receber(alterado("optou_sair", 15), alterado("valido", 14))
    await acionada.receber(alterado("valido", 13))
    assert await acionada.linhas("select situacao from regua.contato_canal where canal = 'sms'") == [("optou_sair",)]


async def test_nao_reconhecido_invalida_o_ponto_e_nada_suspende(acionada: Sala) -> None:
    await acionada.receber(ContatoNaoReconhecido(contribuinte="C1", canal="sms", informado_em=acionada.relogio.agora()))
    assert await acionada.linhas("select situacao from regua.contato_canal where canal = 'sms'") == [("invalido",)]
    assert await acionada.linhas("select 1 from regua.suspensao") == []


async def test_entregue_tarde_nao_faz_o_caso_descer(acionada: Sala) -> None:
    await entregar(acionada, "whatsapp", "falhou")
    await entregar(acionada, "sms", "incerto", esgotado=True)
    assert (await situacao(acionada))[4:] == (1, SEGUNDA)
    async with acionada.banco.conexao() as con:
        await con.execute("update regua.caso set etapa = 2, etapa_em = '2026-03-20'")
    acionada.ir_para(date(2026, 3, 21))
    await entregar(acionada, "sms", "entregue")
    assert (await situacao(acionada))[0] == "entregue"
    assert await acionada.linhas("select etapa, etapa_em from regua.caso") == [(2, date(2026, 3, 20))]


async def test_entrega_de_acionamento_alheio_e_passada(acionada: Sala) -> None:
    alheia = await uma_entrega(acionada, "whatsapp", "falhou", acionamento=UUID(int=5), envio=UUID(int=6))
    await acionada.receber(alheia)
    assert await acionada.eventos() == []
