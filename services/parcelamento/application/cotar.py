"""Quotes: worked out by the norm in force, kept as given, and proved again years later."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from kernel.domain.canonico import canonico
from kernel.domain.datas import ler_competencia
from parcelamento.application.ports import CotacaoGuardada, NormaEmUso, Unidade
from parcelamento.domain.cotacao import Cotacao, PlanoProposto, cotar
from parcelamento.domain.debito import Debito, Optante, Pedido, PedidoRecusado
from parcelamento.errors import EstadoNaoPermite, NaoExiste, recusar

ADIANTE_MAXIMO_DIAS: Final = 30


@dataclass(frozen=True, slots=True)
class Cotada:
    """A quote and what it was worked out from."""

    guardada: CotacaoGuardada
    pedido: Pedido
    norma: NormaEmUso
    cotacao: Cotacao


async def cotar_e_guardar(uow: Unidade, entrada: Mapping[str, Any], *, norma: str, cotacao: UUID, autor: str) -> Cotada:
    """Quotes `entrada` (plain JSON values, as the API checked them) by the newest version of `norma`, and keeps the quote.

    Raises `DadosRecusados`: `norma_desconhecida`, `data_adiante`, and what the norm itself refuses.
    """
    em_uso = await uow.normas.atual(norma)
    if em_uso is None:
        raise recusar("norma", "Não há norma com este identificador.", codigo="norma_desconhecida")
    completa = await _com_planos(uow, entrada)
    pedido = ler_pedido(completa)
    if pedido.data > uow.hoje + timedelta(days=ADIANTE_MAXIMO_DIAS):
        raise recusar("data", f"Fica mais de {ADIANTE_MAXIMO_DIAS} dias adiante.", codigo="data_adiante")
    try:
        feita = cotar(pedido, em_uso.norma)
    except PedidoRecusado as recusa:
        raise recusar(recusa.campo, recusa.motivo, codigo=recusa.codigo) from None
    resposta = escrever(cotacao, feita)
    guardada = CotacaoGuardada(
        cotacao=cotacao,
        contribuinte=pedido.optante.id,
        norma=em_uso.id,
        versao=em_uso.versao,
        data=pedido.data,
        valida_ate=feita.valida_ate,
        entrada=zlib.compress(canonico(completa), 1),
        resposta=zlib.compress(resposta, 1),
        resumo=sha256(resposta).digest(),
        autor=autor,
        criada_em=uow.agora,
    )
    await uow.cotacoes.guardar(guardada)
    return Cotada(guardada, pedido, em_uso, feita)


async def _com_planos(uow: Unidade, entrada: Mapping[str, Any]) -> Mapping[str, Any]:
    """`entrada` with what the caller need not know: which debts are in an active plan."""
    contribuinte = entrada["contribuinte"].get("id")
    if contribuinte is None:
        return entrada
    ativos = set(await uow.planos.em_plano_ativo(contribuinte, [d["debito"] for d in entrada["debitos"]]))
    return {**entrada, "debitos": [{**d, "em_parcelamento": d["debito"] in ativos} for d in entrada["debitos"]]}


async def reabrir(uow: Unidade, cotacao: UUID) -> Cotada:
    """The quote worked out again from what it was made of. Raises `NaoExiste`; `EstadoNaoPermite` where it came out different."""
    guardada = await uow.cotacoes.ler(cotacao)
    if guardada is None:
        raise NaoExiste("Não há cotação com este identificador.")
    em_uso = await uow.normas.versao(guardada.norma, guardada.versao)
    pedido = ler_pedido(orjson.loads(zlib.decompress(guardada.entrada)))
    feita = cotar(pedido, em_uso.norma)
    if sha256(escrever(cotacao, feita)).digest() != guardada.resumo:
        raise EstadoNaoPermite("A cotação refeita não é igual à que foi dada.", codigo="cotacao_divergente")
    return Cotada(guardada, pedido, em_uso, feita)


def ler_pedido(entrada: Mapping[str, Any]) -> Pedido:
    """The request in the domain's terms; money in `entrada` is whole cents, a fraction is text."""
    c = entrada["contribuinte"]
    honorarios = entrada.get("honorarios_pge")
    return Pedido(
        optante=Optante(id=c.get("id"), regime=c["regime"], receita_bruta_ano_anterior=c.get("receita_bruta_ano_anterior")),
        data=date.fromisoformat(entrada["data"]),
        reparcelamento=entrada["reparcelamento"],
        multa_reduzida_20=entrada["multa_reduzida_20"],
        honorarios_pge=None if honorarios is None else Decimal(honorarios),
        debitos=tuple(_debito(d) for d in entrada["debitos"]),
    )


def _debito(d: Mapping[str, Any]) -> Debito:
    return Debito(
        debito=d["debito"],
        tributo=d["tributo"],
        agencia=d.get("agencia"),
        conta=d.get("conta"),
        natureza=d["natureza"],
        fato_gerador=ler_competencia(d["fato_gerador"]),
        lancado_em=_dia(d.get("lancado_em")),
        ciencia_em=_dia(d.get("ciencia_em")),
        divida_ativa=d["divida_ativa"],
        principal=d["principal"],
        multa=d["multa"],
        juros=d["juros"],
        em_parcelamento=d.get("em_parcelamento", False),
    )


def _dia(texto: str | None) -> date | None:
    return None if texto is None else date.fromisoformat(texto)


def escrever(cotacao: UUID, feita: Cotacao) -> bytes:
    """The answer as JSON, to the byte the same for the same quote."""
    return orjson.dumps(
        {
            "cotacao": str(cotacao),
            "valida_ate": feita.valida_ate.isoformat(),
            "recusados": [{"debito": r.debito, "motivo": r.motivo, "fundamento": r.fundamento} for r in feita.recusados],
            "planos": [em_json(p) for p in feita.planos],
            "indisponiveis": [{"parcelas": i.parcelas, "motivo": i.motivo} for i in feita.indisponiveis],
        }
    )


def em_json(p: PlanoProposto) -> dict[str, Any]:
    """A proposed plan in the API's terms."""
    return {
        "parcelas": p.parcelas,
        "regime": p.regime,
        "reducao_multa": _fracao(p.reducao_multa),
        "reducao_juros": _fracao(p.reducao_juros),
        "total_sem_reducao": _reais(p.total_sem_reducao),
        "desconto": _reais(p.desconto),
        "total": _reais(p.total),
        "entrada": _reais(p.entrada),
        "valores": _todos(p.valores),
        "vencimentos": [d.isoformat() for d in p.vencimentos],
        "fundamento": p.fundamento,
    }


def _reais(centavos: int) -> str:
    return f"{centavos // 100}.{centavos % 100:02d}"


def _fracao(valor: Decimal) -> str:
    """Two decimals, more only where the norm has them."""
    return f"{valor:.2f}" if valor == round(valor, 2) else f"{valor.normalize():f}"


def _todos(valores: Iterable[int]) -> list[str]:
    # a plan has few distinct values
    textos: dict[int, str] = {}
    return [textos.get(v) or textos.setdefault(v, _reais(v)) for v in valores]
