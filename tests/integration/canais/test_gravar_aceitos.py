"""Accepted rows are written only while they are as their claim left them."""

from __future__ import annotations

from canais.adapters.outbound.postgres import unidade
from canais.application.ports import Mudanca, Reivindicacao
from canais.domain.envio import Envio
from tests.support.canais import SEGUNDA, Bancada, envio_id, um_acionamento

_TRAVA = 7


async def _reivindicados(mesa: Bancada) -> list[Envio]:
    async with mesa.banco.transacao() as con:
        return await unidade(con, SEGUNDA).envios.reivindicar(
            Reivindicacao("sms", "twilio-sms", maximo=10, trava=_TRAVA, agora=SEGUNDA, dia=SEGUNDA.date())
        )


def _aceitos(tomados: list[Envio]) -> list[Mudanca]:
    return [
        Mudanca(e, e._replace(estado="aceito", trava=None, requisitado=True, id_provedor=f"SM{e.contribuinte}")) for e in tomados
    ]


async def test_so_o_que_segue_como_foi_tomado_e_gravado(mesa: Bancada) -> None:
    await mesa.contatos([1, 2, 3])
    await mesa.tratar(um_acionamento(1), um_acionamento(2), um_acionamento(3))
    tomados = await _reivindicados(mesa)
    assert {e.estado for e in tomados} == {"enviando"}
    async with mesa.banco.transacao() as con:
        # a receipt was faster than the answer of the first; another worker has the second
        await con.execute("update canais.envio set estado = 'entregue' where envio = $1", envio_id(1))
        await con.execute("update canais.envio set trava = $2 where envio = $1", envio_id(2), _TRAVA + 1)
        gravados = await unidade(con, SEGUNDA).envios.gravar_meus(_aceitos(tomados), SEGUNDA)
    assert gravados == {envio_id(3)}
    assert await mesa.estados() == {"c1": "entregue", "c2": "enviando", "c3": "aceito"}
    assert [h[0] for h in await mesa.linhas("select envio from canais.envio_historico")] == [envio_id(3)]


async def test_todos_gravados_sao_respondidos_todos(mesa: Bancada) -> None:
    await mesa.contatos([1, 2])
    await mesa.tratar(um_acionamento(1), um_acionamento(2))
    tomados = await _reivindicados(mesa)
    async with mesa.banco.transacao() as con:
        gravados = await unidade(con, SEGUNDA).envios.gravar_meus(_aceitos(tomados), SEGUNDA)
    assert gravados == {envio_id(1), envio_id(2)}


async def test_precos_diferentes_num_turno_ficam_cada_um_no_seu(mesa: Bancada) -> None:
    await mesa.contatos([1, 2])
    await mesa.tratar(um_acionamento(1), um_acionamento(2))
    mudancas = [
        Mudanca(m.antes, m.depois._replace(custo_micros=custo, moeda="USD"))
        for m, custo in zip(_aceitos(await _reivindicados(mesa)), (6_800, 7_500), strict=True)
    ]
    async with mesa.banco.transacao() as con:
        await unidade(con, SEGUNDA).envios.gravar_meus(mudancas, SEGUNDA)
    ditos = {r[0]: r[1] for r in await mesa.linhas("select envio, custo_micros from canais.envio")}
    assert ditos == {m.depois.envio: m.depois.custo_micros for m in mudancas}
