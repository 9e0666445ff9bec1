"""Acionamentos and cancels as they come in: order, repetition, and what keeps a message from leaving."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid5

import pytest

from canais.adapters.outbound.metricas import MetricasDeCanais
from canais.adapters.outbound.postgres import unidade
from canais.application.handlers import montar_handlers
from canais.domain.estado import ESTADOS
from kernel.metrics import Metricas
from schemas.evento import para_saida
from tests.support.canais import ESPACO, SEGUNDA, Bancada, ate_que, envio_id, um_acionamento
from tests.support.provedor_de_teste import ProvedorDeTeste


async def test_evento_repetido_nao_faz_segunda_linha(mesa: Bancada) -> None:
    await mesa.contatos([1])
    await mesa.tratar(um_acionamento(1))
    await mesa.tratar(um_acionamento(1), um_acionamento(1))
    assert [r[0] for r in await mesa.linhas("select envio from canais.envio")] == [envio_id(1)]


async def test_cancelado_antes_de_emitido_nasce_suprimido(mesa: Bancada) -> None:
    await mesa.contatos([1])
    await mesa.cancelar(1, "pago")
    assert await mesa.entregas() == []
    await mesa.tratar(um_acionamento(1))
    assert await mesa.estados() == {"c1": "suprimido"}
    entrega = (await mesa.entregas())[0]
    assert (entrega["estado"], entrega["motivo"], entrega["esgotado"], entrega["requisitado"]) == (
        "suprimido",
        "pago",
        True,
        False,
    )
    historia = await mesa.linhas("select estado::text from canais.envio_historico")
    assert [h[0] for h in historia] == ["suprimido"]


async def test_cancelado_ainda_pendente_fica_suprimido_com_o_motivo(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos([1, 2])
    await mesa.tratar(um_acionamento(1), um_acionamento(2))
    await mesa.cancelar(1, "parcelado")
    assert await mesa.estados() == {"c1": "suprimido", "c2": "pendente"}
    assert [(e["estado"], e["motivo"]) for e in await mesa.entregas(1)] == [("suprimido", "parcelado")]
    await mesa.cancelar(1, "pago")  # a second cancel is answered as well, and changes nothing
    assert [(e["estado"], e["motivo"]) for e in await mesa.entregas(1)] == [("suprimido", "parcelado")] * 2


@pytest.mark.parametrize("estado", ["enviando", "incerto", "aceito", "enviado", "entregue", "lido", "falhou", "expirado"])
async def test_cancelado_depois_de_sair_fica_e_e_respondido_uma_vez(mesa: Bancada, estado: str) -> None:
    await mesa.contatos([1])
    await mesa.tratar(um_acionamento(1))
    async with mesa.banco.conexao() as con:
        await con.execute("update canais.envio set estado = $1::text::canais.estado", estado)
    await mesa.cancelar(1, "pago")
    assert await mesa.estados() == {"c1": estado}
    assert [e["estado"] for e in await mesa.entregas()] == [estado]


@pytest.mark.parametrize(
    ("contato", "canal", "motivo"),
    [
        (None, "sms", "sem_contato"),
        ({"situacao": "invalido"}, "sms", "sem_contato"),
        ({"consentimento": False}, "whatsapp", "sem_consentimento"),
        ({"consentimento": False}, "sms", None),
    ],
)
async def test_sem_contato_que_sirva_nasce_suprimido(
    mesa: Bancada, contato: dict[str, object] | None, canal: str, motivo: str | None
) -> None:
    if contato is not None:
        await mesa.contatos([1], canal=canal, **contato)
    await mesa.tratar(um_acionamento(1, canal=canal))
    linha = (await mesa.linhas("select estado::text, motivo, esgotado from canais.envio"))[0]
    assert tuple(linha) == (("suprimido", motivo, True) if motivo else ("pendente", None, False))


async def test_quem_saiu_entre_o_registro_e_a_vez_nao_recebe(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos([1, 2])
    await mesa.tratar(um_acionamento(1), um_acionamento(2))
    async with mesa.banco.transacao() as con:
        await unidade(con, SEGUNDA).contatos.descadastrar_endereco("sms", "8200000001", "mensagem", SEGUNDA)
    async with mesa.trabalhando():
        await ate_que(lambda: _em(mesa, {"c1": "suprimido", "c2": "aceito"}))
    assert [e["motivo"] for e in await mesa.entregas(1)] == ["optou_sair"]
    assert provedor.aceitas() == [str(envio_id(2))]


async def test_sem_modelo_aprovado_nada_sai(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos([1])
    async with mesa.trabalhando():
        await mesa.tratar(um_acionamento(1, modelo="h9_r9"))
        await ate_que(lambda: _em(mesa, {"c1": "suprimido"}))
    assert [e["motivo"] for e in await mesa.entregas()] == ["sem_modelo"]
    assert provedor.pedidos == []


async def test_outro_idioma_sem_modelo_recebe_em_portugues(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos([1])
    async with mesa.trabalhando():
        await mesa.tratar(um_acionamento(1, idioma="en"))
        await ate_que(lambda: _em(mesa, {"c1": "aceito"}))


async def test_pendente_no_prazo_expira_sem_ter_sido_requisitado(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos([1])
    amanha = SEGUNDA + timedelta(hours=20)
    await mesa.tratar(um_acionamento(1, nao_antes=amanha, valido_ate=amanha + timedelta(hours=1)))
    async with mesa.trabalhando() as canais:
        assert (await canais.pendencias(SEGUNDA)).proximo == amanha + timedelta(hours=1)  # before the hours open
        await mesa.passar(21 * 3600)
        canais.acordar()
        await ate_que(lambda: _em(mesa, {"c1": "expirado"}))
    entrega = (await mesa.entregas())[0]
    assert (entrega["esgotado"], entrega["requisitado"], entrega["motivo"]) == (True, False, "prazo_vencido")
    assert provedor.pedidos == []


async def test_do_log_ao_provedor_com_reentrega(mesa: Bancada, provedor: ProvedorDeTeste) -> None:
    await mesa.contatos(range(30))
    produtor = await mesa.log.producer()
    saidas = [
        para_saida(um_acionamento(n), id_=uuid5(ESPACO, f"emitido:{n}"), origem="regua", instante=SEGUNDA) for n in range(30)
    ]
    await produtor.publish([*saidas, *saidas])
    async with mesa.trabalhando():
        await ate_que(lambda: _em(mesa, {f"c{n}": "aceito" for n in range(30)}))
    assert len(provedor.pedidos) == 30
    assert len(await mesa.linhas("select from canais.inbox")) == 30


async def test_handlers_cobrem_os_eventos_do_contrato() -> None:
    assert set(montar_handlers(MetricasDeCanais(Metricas()))) == {
        "cobranca.acionamento.emitido.v1",
        "cobranca.acionamento.cancelado.v1",
    }


async def _em(mesa: Bancada, estados: dict[str, str]) -> bool:
    return await mesa.estados() == estados


async def test_a_ordem_no_banco_e_a_do_dominio(mesa: Bancada) -> None:
    linhas = await mesa.linhas("select unnest(enum_range(null::canais.estado))::text")
    assert tuple(linha[0] for linha in linhas) == ESTADOS
