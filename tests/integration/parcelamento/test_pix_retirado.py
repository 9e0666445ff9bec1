"""A charge whose document was paid otherwise, replaced or cancelled is removed at the provider; until then it is tried again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kernel.metrics import Metricas
from parcelamento.adapters.inbound.retirada_pix import RetiradaDePix
from parcelamento.application.ports_pix import CobrancaRegistrada, FalhaPix
from tests.support.parcelamento_sala import SalaParcelamento, centavos
from tests.support.pix import PixEmMemoria

_FORA_DO_AR = FalhaPix("sem_resposta", repetivel=True, alertar=False)
_REMOVIDA = "REMOVIDA_PELO_USUARIO_RECEBEDOR"


@pytest.fixture
def pix(parcelamento: SalaParcelamento) -> PixEmMemoria:
    return PixEmMemoria(agora=parcelamento.relogio.agora)


@pytest.fixture
def retirada(parcelamento: SalaParcelamento, pix: PixEmMemoria) -> RetiradaDePix:
    return RetiradaDePix(parcelamento.banco, parcelamento.relogio, pix, Metricas())


async def cobrado(sala: SalaParcelamento, pix: PixEmMemoria, documento: Any) -> str:
    """The document's charge as the provider has it; its txid."""
    [(txid, vencimento, valor)] = await sala.linhas(
        "update parcelamento.documento set txid = replace(documento::text, '-', '') where documento = $1::text::uuid"
        " returning txid, vencimento, valor",
        documento["id"],
    )
    onde = f"pix.exemplo/{txid}"
    pix.cobrancas[txid] = CobrancaRegistrada(txid, "ATIVA", onde, vencimento=vencimento, valor=valor, revisao=0)
    return str(txid)


async def situacao(sala: SalaParcelamento, documento: Any) -> str:
    return str((await sala.obter(f"/v1/documentos/{documento['id']}"))["situacao"])


async def test_parcela_paga_no_banco_nao_se_paga_de_novo_por_pix(
    parcelamento: SalaParcelamento, pix: PixEmMemoria, retirada: RetiradaDePix
) -> None:
    plano = await parcelamento.formalizar(3)
    documento = await parcelamento.documento(plano["id"], 1)
    txid = await cobrado(parcelamento, pix, documento)
    assert await retirada.turno() == 0, "está em vigor"
    await parcelamento.retornar((documento["barras"], parcelamento.hoje, centavos(documento["valor"])))
    assert await retirada.turno() == 1
    assert pix.cobrancas[txid].situacao == _REMOVIDA
    assert await retirada.turno() == 0, "uma vez só"


async def test_paga_por_pix_nao_se_pergunta_ao_provedor(
    parcelamento: SalaParcelamento, pix: PixEmMemoria, retirada: RetiradaDePix
) -> None:
    plano = await parcelamento.formalizar(3)
    documento = await parcelamento.documento(plano["id"], 1)
    txid = await cobrado(parcelamento, pix, documento)
    await parcelamento.avisar(parcelamento.um_pix(txid, centavos(documento["valor"])))
    assert await situacao(parcelamento, documento) == "pago"
    assert await retirada.turno() == 0


async def test_quitacao_desistida_e_retirada(parcelamento: SalaParcelamento, pix: PixEmMemoria, retirada: RetiradaDePix) -> None:
    plano = await parcelamento.formalizar(3)
    documento = await parcelamento.criar(f"/v1/parcelamentos/{plano['id']}/quitacao", None)
    txid = await cobrado(parcelamento, pix, documento)
    resposta = await parcelamento.pedir("DELETE", f"/v1/parcelamentos/{plano['id']}/quitacao")
    assert resposta.status_code == 204
    assert await retirada.turno() == 1
    assert pix.cobrancas[txid].situacao == _REMOVIDA


@pytest.mark.parametrize("fim", ["quitado", "cancelado", "perdido"])
async def test_acabado_o_plano_os_documentos_das_parcelas_ja_nao_valem(
    parcelamento: SalaParcelamento, pix: PixEmMemoria, retirada: RetiradaDePix, fim: str
) -> None:
    plano = await parcelamento.formalizar(3)
    documento = await parcelamento.documento(plano["id"], 3)
    txid = await cobrado(parcelamento, pix, documento)
    if fim == "quitado":
        quitacao = await parcelamento.criar(f"/v1/parcelamentos/{plano['id']}/quitacao", None)
        await parcelamento.retornar((quitacao["barras"], parcelamento.hoje, centavos(quitacao["valor"])))
        assert await situacao(parcelamento, quitacao) == "pago"
    elif fim == "cancelado":
        await parcelamento.criar(f"/v1/parcelamentos/{plano['id']}/cancelar", {"motivo": "a pedido"}, status=200)
    else:
        parcelamento.ir_para(date(2015, 4, 1))
        await parcelamento.trabalhar()
    assert await situacao(parcelamento, documento) == "cancelado"
    await retirada.turno()
    assert pix.cobrancas[txid].situacao == _REMOVIDA


async def test_parcela_paga_pelo_documento_de_outra_ja_nao_se_cobra(
    parcelamento: SalaParcelamento, pix: PixEmMemoria, retirada: RetiradaDePix
) -> None:
    plano = await parcelamento.formalizar(3)
    primeira, segunda = [await parcelamento.documento(plano["id"], n) for n in (1, 2)]
    txid = await cobrado(parcelamento, pix, segunda)
    pago = centavos(primeira["valor"]) + centavos(segunda["valor"])
    await parcelamento.retornar((primeira["barras"], parcelamento.hoje, pago))
    assert [await situacao(parcelamento, d) for d in (primeira, segunda)] == ["pago", "cancelado"]
    await retirada.turno()
    assert pix.cobrancas[txid].situacao == _REMOVIDA


async def test_provedor_fora_do_ar_e_tentado_mais_tarde_e_nao_para_sempre(
    parcelamento: SalaParcelamento, pix: PixEmMemoria, retirada: RetiradaDePix
) -> None:
    plano = await parcelamento.formalizar(3)
    documento = await parcelamento.documento(plano["id"], 1)
    txid = await cobrado(parcelamento, pix, documento)
    await parcelamento.criar(f"/v1/parcelamentos/{plano['id']}/cancelar", {"motivo": "a pedido"}, status=200)
    pix.falhar = [_FORA_DO_AR, _FORA_DO_AR]
    assert [await retirada.turno(), await retirada.turno()] == [0, 0]
    assert len(pix.falhar) == 1, "a segunda vez foi cedo demais"
    for _ in range(2):
        parcelamento.relogio.ir_para(parcelamento.relogio.agora() + timedelta(minutes=3))
        await retirada.turno()
    assert pix.cobrancas[txid].situacao == _REMOVIDA
    pix.cobrancas[txid] = CobrancaRegistrada(txid, "ATIVA", "x", vencimento=date(2015, 3, 15), valor=1, revisao=0)
    async with parcelamento.banco.conexao() as con:
        await con.execute("update parcelamento.documento set pix_retirado_em = null, pix_tentar_em = null")
    parcelamento.ir_para(date(2015, 3, 23))
    assert await retirada.turno() == 0, "passado o dia, o provedor mesmo não a aceita"


async def test_codigo_estatico_nao_se_pede_ao_provedor(parcelamento: SalaParcelamento, retirada: RetiradaDePix) -> None:
    plano = await parcelamento.formalizar(3)
    await parcelamento.documento(plano["id"], 1)
    await parcelamento.criar(f"/v1/parcelamentos/{plano['id']}/cancelar", {"motivo": "a pedido"}, status=200)
    assert [await retirada.turno(), await retirada.turno()] == [1, 0]
