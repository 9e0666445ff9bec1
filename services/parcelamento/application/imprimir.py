"""What goes on paper: a document as it was issued, and the term of an agreement with all that it binds to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from parcelamento.application.cotar import reabrir
from parcelamento.application.ports import Unidade
from parcelamento.application.ports_documentos import Documento, NormasDeDocumentos
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.documento import (
    Aceite,
    DebitoDoTermo,
    DocumentoImpresso,
    ParcelaDoTermo,
    ReducaoDoTermo,
    Termo,
)
from parcelamento.domain.documento_norma import NormaDeDocumentos
from parcelamento.domain.documento_texto import aviso_de_sem_efeito, por_cento
from parcelamento.domain.febraban import Barras
from parcelamento.domain.norma import Norma
from parcelamento.errors import NaoExiste

SEM_ENCARGOS: Final = "nenhum"
"""The rule that charges nothing for being late."""


async def documento_impresso(uow: Unidade, d: Documento, norma: NormaDeDocumentos) -> DocumentoImpresso:
    """`d` ready to be drawn; of an installment, which of how many, and since when it is late."""
    fuso = ZoneInfo(norma.fuso)
    emitido_em, hoje = (instante.astimezone(fuso).date() for instante in (d.emitido_em, uow.agora))
    pagavel_ate = calendario_de(d.uf).proximo_dia_util(d.vencimento)
    parcelas = vencimento_original = None
    if d.tipo == "parcela" and d.plano is not None and d.parcela is not None:
        vivo = await uow.planos.ler(d.plano)
        if vivo is not None:
            parcelas = len(vivo.plano.parcelas)
            original = vivo.plano.parcela(d.parcela).vencimento
            vencimento_original = original if original != d.vencimento else None
    return DocumentoImpresso(
        norma=norma,
        tipo=d.tipo,
        numero=d.nosso_numero,
        contribuinte=d.contribuinte,
        documento_mascarado=None,
        emitido_em=emitido_em,
        vencimento=d.vencimento,
        pagavel_ate=pagavel_ate,
        itens=d.itens,
        valor=d.valor,
        barras=Barras(d.barras, d.linha),
        pix=d.pix,
        encargos=d.encargos,
        parcelamento=None if d.plano is None else str(d.plano),
        parcela=d.parcela,
        parcelas=parcelas,
        vencimento_original=vencimento_original,
        segunda_via=hoje != emitido_em,
        aviso=aviso_de_sem_efeito(d.situacao, pagavel_ate=pagavel_ate, hoje=hoje),
    )


async def termo_do_plano(uow: Unidade, plano: UUID, normas: NormasDeDocumentos) -> Termo:
    """The agreement's term, from the quote that it was made of. Raises `NaoExiste`."""
    registro = await uow.planos.registro(plano)
    vivo = await uow.planos.ler(plano)
    if registro is None or vivo is None:
        raise NaoExiste("Não há parcelamento com este identificador.")
    cotada = await reabrir(uow, registro.cotacao)
    proposto = next(p for p in cotada.cotacao.planos if p.parcelas == len(vivo.plano.parcelas))
    debitos = {d.debito: d for d in cotada.pedido.debitos}
    calendario = calendario_de(vivo.norma.norma.uf)
    regra = vivo.norma.norma
    norma = normas(regra.uf)
    return Termo(
        norma=norma,
        parcelamento=str(plano),
        cotacao=str(registro.cotacao),
        resumo=cotada.guardada.resumo.hex(),
        programa=regra.nome,
        fundamento=proposto.fundamento,
        contribuinte=vivo.plano.contribuinte,
        documento_mascarado=None,
        data=vivo.plano.data,
        reparcelamento=cotada.pedido.reparcelamento,
        entrada=proposto.entrada,
        total_sem_reducao=proposto.total_sem_reducao,
        total=proposto.total,
        debitos=tuple(
            DebitoDoTermo(
                debito=i.debito,
                tributo=debitos[i.debito].tributo,
                referencia=f"{debitos[i.debito].fato_gerador.mes:02d}/{debitos[i.debito].fato_gerador.ano}",
                regime=i.regime,
                principal=i.principal,
                multa=i.multa,
                juros=i.juros,
                multa_reduzida=i.multa_reduzida,
                juros_reduzidos=i.juros_reduzidos,
                honorarios=i.honorarios,
            )
            for i in vivo.plano.itens
        ),
        parcelas=tuple(
            ParcelaDoTermo(p.numero, p.valor, p.vencimento, calendario.proximo_dia_util(p.vencimento))
            for p in vivo.plano.parcelas
        ),
        reducoes=_reducoes(regra, {i.regime for i in vivo.plano.itens}, len(vivo.plano.parcelas)),
        cancelamento=regra.cancelamento,
        imputacao=regra.imputacao,
        encargos=None if regra.encargos == SEM_ENCARGOS else (await uow.encargos.regra(regra.encargos)).nome,
        juros_mensal=f"{por_cento(regra.juros_mensal)} ao mês" if regra.juros_mensal else None,
        aceite=Aceite(
            em=registro.formalizado_em.astimezone(ZoneInfo(norma.fuso)), por=registro.autor, meio="registro eletrônico"
        ),
    )


def _reducoes(norma: Norma, regimes: Collection[str], parcelas: int) -> tuple[ReducaoDoTermo, ...]:
    """What each regime among the plan's debts takes off in a plan of so many installments."""
    return tuple(
        ReducaoDoTermo(f"Regime {regime.nome}: {por_cento(fracao)} {de_que}.", faixa.fundamento)
        for regime in norma.regimes
        for faixa in regime.faixas
        if regime.nome in regimes and faixa.de <= parcelas <= faixa.ate
        for fracao, de_que in ((faixa.reducao_multa, "da multa"), (faixa.reducao_juros, "dos juros"))
        if fracao
    )
