"""An agreement from a quote: made once, on the quote's own day, and lifting nothing before the first installment is paid."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from parcelamento.application.cotar import Cotada, reabrir
from parcelamento.application.eventos import formalizado
from parcelamento.application.ports import PlanoNovo, Unidade
from parcelamento.domain.acompanhamento import proximo_prazo
from parcelamento.domain.calendarios import calendario_de
from parcelamento.domain.cotacao import PlanoProposto, consolidar
from parcelamento.domain.plano import Item, Plano
from parcelamento.domain.plano import formalizar as novo_plano
from parcelamento.errors import EstadoNaoPermite, recusar

SEM_UNIDADE = "não informada"


async def formalizar(uow: Unidade, *, cotacao: UUID, parcelas: int, plano: UUID, autor: str) -> Plano:
    """Makes the plan of `parcelas` installments that the quote offers, with the id `plano`.

    Raises `NaoExiste`; `EstadoNaoPermite`: `cotacao_usada`, `cotacao_vencida`, `debito_parcelado`; `DadosRecusados`:
    `contribuinte_ausente`, `parcelas_indisponiveis`, `data_diferente`.
    """
    feito = await uow.planos.da_cotacao(cotacao)
    if feito is not None:
        raise EstadoNaoPermite(f"Desta cotação já nasceu o parcelamento {feito}.", codigo="cotacao_usada")
    cotada = await reabrir(uow, cotacao)
    contribuinte = _conferir(cotada, uow)
    proposto = _proposto(cotada, parcelas)
    consolidados = consolidar(cotada.pedido, cotada.norma.norma, parcelas)
    fatos = {d.debito: d.fato_gerador for d in cotada.pedido.debitos}
    itens = sorted(
        (
            Item(
                debito=c.debito,
                regime=c.regime,
                principal=c.principal,
                multa=c.multa,
                juros=c.juros,
                multa_reduzida=c.multa_reduzida,
                juros_reduzidos=c.juros_reduzidos,
                honorarios=c.honorarios,
            )
            for c in consolidados
        ),
        key=lambda item: (fatos[item.debito], item.debito),
    )
    norma = cotada.norma.norma
    feito_agora = novo_plano(
        plano=plano,
        contribuinte=contribuinte,
        data=uow.hoje,
        valores=proposto.valores,
        vencimentos=proposto.vencimentos,
        itens=tuple(itens),
        cancelamento=norma.cancelamento,
        imputacao=norma.imputacao,
    )
    await _guardar(uow, cotada, feito_agora, proposto, autor)
    await uow.saidas.gravar([formalizado(feito_agora, uow.agora)])
    return feito_agora


def _conferir(cotada: Cotada, uow: Unidade) -> str:
    if cotada.guardada.valida_ate < uow.hoje:
        raise EstadoNaoPermite(
            f"A cotação valeu até {cotada.guardada.valida_ate:%d/%m/%Y}: peça outra.", codigo="cotacao_vencida"
        )
    if cotada.pedido.data != uow.hoje:
        raise recusar(
            "cotacao", "Foi feita para outro dia: o parcelamento usa a cotação do próprio dia.", codigo="data_diferente"
        )
    contribuinte = cotada.pedido.optante.id
    if contribuinte is None:
        raise recusar("cotacao", "Foi feita sem `contribuinte.id`: cote de novo, com ele.", codigo="contribuinte_ausente")
    return contribuinte


def _proposto(cotada: Cotada, parcelas: int) -> PlanoProposto:
    achado = next((p for p in cotada.cotacao.planos if p.parcelas == parcelas), None)
    if achado is None:
        motivo = next((i.motivo for i in cotada.cotacao.indisponiveis if i.parcelas == parcelas), "fora_do_maximo")
        raise recusar("parcelas", f"Este número de parcelas não está disponível ({motivo}).", codigo="parcelas_indisponiveis")
    return achado


async def _guardar(uow: Unidade, cotada: Cotada, plano: Plano, proposto: PlanoProposto, autor: str) -> None:
    aceitos = {i.debito for i in plano.itens}
    debitos = [d for d in cotada.pedido.debitos if d.debito in aceitos]
    presos = await uow.planos.criar(
        PlanoNovo(
            plano=plano,
            cotacao=cotada.guardada.cotacao,
            norma=cotada.norma.id,
            versao=cotada.norma.versao,
            proposto=proposto,
            reparcelamento=cotada.pedido.reparcelamento,
            tributo=_mais_comum([d.tributo for d in debitos]),
            unidade=_mais_comum([d.agencia or SEM_UNIDADE for d in debitos]),
            formalizado_em=uow.agora,
            prazo=proximo_prazo(plano, calendario_de(cotada.norma.norma.uf)),
            autor=autor,
        )
    )
    if presos:
        raise EstadoNaoPermite(
            f"Já estão em outro parcelamento: {', '.join(presos[:5])}{'…' if len(presos) > 5 else ''}.", codigo="debito_parcelado"
        )


def _mais_comum(valores: list[str]) -> str:
    """The most frequent; of several, the first one."""
    return Counter(valores).most_common(1)[0][0]
