"""One payment or plan that cannot be worked on holds up no other: the payment goes to a person, the plan waits a day."""

from __future__ import annotations

from datetime import date

from tests.support.parcelamento_sala import DIA, SalaParcelamento, centavos, um_debito

_ILEGIVEL = "update parcelamento.norma set documento = documento - 'cancelamento', resumo = '\\x00' where norma = $1"
_OUTRA = "ma-copia"


async def dois_planos(sala: SalaParcelamento) -> tuple[str, str]:
    """Of two rule sets; the first one's can be made unreadable by `estragar`."""
    normas = (await sala.obter("/v1/normas/parcelamento"))["itens"]
    documento = next(n["documento"] for n in normas if n["norma"] == "ma-mp-189-2015")
    posta = await sala.pedir("PUT", "/v1/normas/parcelamento", json=documento | {"norma": _OUTRA})
    assert posta.status_code == 200, posta.text
    ruim = await sala.formalizar(3, um_debito("R1"), norma=_OUTRA, contribuinte="MA-2")
    bom = await sala.formalizar(3, um_debito("B1"))
    return ruim["id"], bom["id"]


async def estragar(sala: SalaParcelamento) -> None:
    """As a release does whose reader refuses what an older one took."""
    async with sala.banco.conexao() as con:
        await con.execute(_ILEGIVEL, _OUTRA)


async def situacao(sala: SalaParcelamento, plano: str) -> str:
    [(achada,)] = await sala.linhas("select situacao from parcelamento.plano where plano = $1::text::uuid", plano)
    return str(achada)


async def test_pagamento_que_nao_se_aplica_vai_a_uma_pessoa_e_os_outros_seguem(parcelamento: SalaParcelamento) -> None:
    ruim, bom = await dois_planos(parcelamento)
    documentos = [await parcelamento.documento(plano, 1) for plano in (ruim, bom)]
    await estragar(parcelamento)
    pagos = [(d["barras"], DIA, centavos(d["valor"])) for d in documentos]
    await parcelamento.retornar(*pagos)
    assert (await situacao(parcelamento, ruim), await situacao(parcelamento, bom)) == ("aguardando_entrada", "ativo")
    [pendente] = await parcelamento.pendentes()
    assert (pendente["motivo"], pendente["resultado"]) == ("falha_ao_aplicar", None)
    assert pendente["documento"] == documentos[0]["id"]


async def test_plano_que_nao_se_acompanha_espera_um_dia_e_os_outros_seguem(parcelamento: SalaParcelamento) -> None:
    ruim, bom = await dois_planos(parcelamento)
    await estragar(parcelamento)
    depois = date(2015, 6, 1)
    parcelamento.ir_para(depois)
    await parcelamento.trabalhar()
    assert await situacao(parcelamento, bom) == "cancelado"
    prazos = await parcelamento.linhas("select prazo from parcelamento.plano where plano = $1::text::uuid", ruim)
    # of the day up to which plans were judged: the bank tells of payments a business day later
    assert prazos == [(date(2015, 5, 30),)]


async def test_consertada_a_norma_o_pagamento_e_aplicado(parcelamento: SalaParcelamento) -> None:
    ruim, _ = await dois_planos(parcelamento)
    documento = await parcelamento.documento(ruim, 1)
    [(inteira, resumo)] = await parcelamento.linhas("select documento, resumo from parcelamento.norma where norma = $1", _OUTRA)
    await estragar(parcelamento)
    await parcelamento.retornar((documento["barras"], DIA, centavos(documento["valor"])))
    async with parcelamento.banco.conexao() as con:
        await con.execute("update parcelamento.norma set documento = $2, resumo = $3 where norma = $1", _OUTRA, inteira, resumo)
    [pendente] = await parcelamento.pendentes()
    resolver = f"/v1/retornos/pendentes/{pendente['pagamento']}/resolver"
    await parcelamento.criar(resolver, {"documento": documento["id"], "nota": "norma corrigida"}, status=200)
    await parcelamento.trabalhar()
    assert await parcelamento.pendentes() == []
    assert await situacao(parcelamento, ruim) == "ativo"
    assert len(await parcelamento.eventos("pagamento.confirmado")) == 1
