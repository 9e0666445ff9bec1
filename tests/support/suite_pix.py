"""The exam of the port `PixPort`: the provider in memory and the API's adapter pass the same one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

import pytest

from kernel.domain.documento import Documento
from parcelamento.application.ports_pix import CobrancaRegistrada, DevedorPix, FalhaPix, PixPort
from tests.support.pix import DOCUMENTO, uma_cobranca


@dataclass(frozen=True, slots=True)
class Provedor:
    """The port, and how somebody pays a charge at it: txid, cents (None: its amount)."""

    porta: PixPort
    pagar: Callable[[str, int | None], Awaitable[None]]


def registrada(resposta: CobrancaRegistrada | FalhaPix) -> CobrancaRegistrada:
    assert isinstance(resposta, CobrancaRegistrada), resposta
    return resposta


def falhou(resposta: CobrancaRegistrada | FalhaPix | None) -> tuple[str, bool]:
    assert isinstance(resposta, FalhaPix), resposta
    return resposta.codigo, resposta.repetivel


class SuiteDoPix:
    """Inherit, with a fixture `provedor` whose day is 2026-03-10."""

    async def test_cobranca_criada_tem_o_txid_do_documento_e_endereco(self, provedor: Provedor) -> None:
        cobranca = registrada(await provedor.porta.criar(uma_cobranca()))
        assert (cobranca.txid, cobranca.situacao, cobranca.revisao) == (DOCUMENTO.hex, "ATIVA", 0)
        assert (cobranca.valor, cobranca.vencimento) == (12345, date(2026, 3, 30))
        assert "://" not in cobranca.location
        assert 1 <= len(cobranca.location) <= 77
        assert cobranca.recebidos == ()

    async def test_consulta_da_o_mesmo_que_a_criacao(self, provedor: Provedor) -> None:
        criada = registrada(await provedor.porta.criar(uma_cobranca()))
        assert await provedor.porta.consultar(criada.txid) == criada

    async def test_criar_de_novo_o_mesmo_nada_muda(self, provedor: Provedor) -> None:
        criada = registrada(await provedor.porta.criar(uma_cobranca()))
        assert await provedor.porta.criar(uma_cobranca()) == criada

    async def test_criar_com_outro_valor_revisa(self, provedor: Provedor) -> None:
        criada = registrada(await provedor.porta.criar(uma_cobranca()))
        revista = registrada(await provedor.porta.criar(uma_cobranca(valor=999, multa=None, juros=None)))
        assert (revista.valor, revista.revisao, revista.location) == (999, 1, criada.location)
        assert await provedor.porta.consultar(criada.txid) == revista

    @pytest.mark.parametrize("valor", [1, 99, 100, 199999, 999999999999])
    async def test_valores_vao_e_voltam_ao_centavo(self, provedor: Provedor, valor: int) -> None:
        assert registrada(await provedor.porta.criar(uma_cobranca(valor=valor))).valor == valor

    @pytest.mark.parametrize("documento", ["12345678909", "11222333000181", "12ABC34501DE35"])
    async def test_devedor_pode_ser_pessoa_ou_empresa_de_cnpj_alfanumerico(self, provedor: Provedor, documento: str) -> None:
        devedor = DevedorPix(Documento(documento), "Nome comprido " * 30)
        assert registrada(await provedor.porta.criar(uma_cobranca(devedor=devedor))).situacao == "ATIVA"

    async def test_documentos_diferentes_nao_se_misturam(self, provedor: Provedor) -> None:
        outro = uuid5(DOCUMENTO, "outro")
        um = registrada(await provedor.porta.criar(uma_cobranca()))
        dois = registrada(await provedor.porta.criar(uma_cobranca(outro, valor=7)))
        assert um.location != dois.location
        assert registrada(await provedor.porta.consultar(um.txid)).valor == 12345

    async def test_valor_menor_que_um_centavo_e_erro_de_quem_chama(self, provedor: Provedor) -> None:
        with pytest.raises(ValueError, match="one cent"):
            await provedor.porta.criar(uma_cobranca(valor=0))

    @pytest.mark.parametrize("txid", ["", "curto", "a" * 36, "../webhook/chave-de-outro-lugar", "é" * 30])
    async def test_txid_impossivel_e_erro_de_quem_chama(self, provedor: Provedor, txid: str) -> None:
        with pytest.raises(ValueError, match="txid"):
            await provedor.porta.consultar(txid)

    async def test_vencimento_passado_e_recusado_com_o_campo(self, provedor: Provedor) -> None:
        resposta = await provedor.porta.criar(uma_cobranca(vencimento=date(2026, 3, 9)))
        assert falhou(resposta) == ("pedido_recusado", False)
        assert isinstance(resposta, FalhaPix)
        assert resposta.alertar
        assert [campo for campo, _ in resposta.violacoes] == ["cobv.calendario.dataDeVencimento"]

    async def test_o_que_nao_existe_nao_se_encontra_nem_se_cancela(self, provedor: Provedor) -> None:
        assert falhou(await provedor.porta.consultar(UUID(int=7).hex)) == ("nao_encontrada", False)
        assert falhou(await provedor.porta.cancelar(UUID(int=7).hex)) == ("nao_encontrada", False)

    async def test_cancelar_duas_vezes_e_o_mesmo_que_uma(self, provedor: Provedor) -> None:
        criada = registrada(await provedor.porta.criar(uma_cobranca()))
        for _ in range(2):
            cancelada = registrada(await provedor.porta.cancelar(criada.txid))
            assert cancelada.situacao == "REMOVIDA_PELO_USUARIO_RECEBEDOR"
        assert registrada(await provedor.porta.consultar(criada.txid)) == cancelada

    async def test_paga_traz_o_pagamento_e_nao_se_cancela_nem_se_muda(self, provedor: Provedor) -> None:
        criada = registrada(await provedor.porta.criar(uma_cobranca()))
        await provedor.pagar(criada.txid, None)
        paga = registrada(await provedor.porta.consultar(criada.txid))
        assert paga.situacao == "CONCLUIDA"
        assert [(pix.txid, pix.valor, pix.pago_em) for pix in paga.recebidos] == [(criada.txid, 12345, date(2026, 3, 10))]
        assert falhou(await provedor.porta.cancelar(criada.txid)) == ("nao_ativa", False)
        assert falhou(await provedor.porta.criar(uma_cobranca(valor=1))) == ("nao_ativa", False)
        assert registrada(await provedor.porta.criar(uma_cobranca())).situacao == "CONCLUIDA"

    async def test_cancelada_nao_se_recria_com_outro_valor(self, provedor: Provedor) -> None:
        criada = registrada(await provedor.porta.criar(uma_cobranca()))
        await provedor.porta.cancelar(criada.txid)
        assert falhou(await provedor.porta.criar(uma_cobranca(valor=1))) == ("nao_ativa", False)

    async def test_webhook_se_registra_quantas_vezes_for(self, provedor: Provedor) -> None:
        for _ in range(2):
            assert await provedor.porta.registrar_webhook("http://127.0.0.1:9/webhooks/pix/segredo-0123456789") is None
