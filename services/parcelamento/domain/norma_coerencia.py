"""What a norm must not say: bands that overlap or leave gaps, dates out of order, rules that never apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from parcelamento.domain.norma import Entrada, Faixa, Minimo, Norma, Recusa, Regime
from parcelamento.errors import CampoRecusado


def incoerencias(norma: Norma, documento: Mapping[str, Any]) -> Iterator[CampoRecusado]:
    """Each contradiction of a norm whose fields are well formed, by the path of its field in `documento`."""
    for campo, motivo in (
        *_vigencia(norma),
        *_regimes(norma, unica=documento.get("cota_unica") is not None),
        *_entradas(norma),
        *_minimos(norma.minimos),
        *_recusas(norma.recusas),
        *_regras(norma),
        *_nao_verificados(norma, documento),
    ):
        yield {"campo": campo, "motivo": motivo}


def _vigencia(norma: Norma) -> Iterator[tuple[str, str]]:
    if norma.vigencia_ate is not None and norma.vigencia_ate < norma.vigencia_de:
        yield "vigencia.ate", "vem antes do início da vigência."


def _regimes(norma: Norma, *, unica: bool) -> Iterator[tuple[str, str]]:
    nomes = [regime.nome for regime in norma.regimes]
    if len(set(nomes)) != len(nomes) or "misto" in nomes:
        yield "regimes", 'cada regime tem um nome só seu, que não é "misto".'
    for i, regime in enumerate(norma.regimes):
        # the band that `cota_unica` adds has no place in the document
        faixas = regime.faixas[1:] if unica else regime.faixas
        yield from _seguidas(faixas, f"regimes[{i}].faixas", de_um=unica)
        yield from _datas(regime, norma, f"regimes[{i}]")
    for (i, a), (j, b) in combinations(enumerate(norma.regimes), 2):
        if _cruzam(a, b):
            yield f"regimes[{j}].fato_gerador", f"tem meses que também são de regimes[{i}]."


def _datas(regime: Regime, norma: Norma, campo: str) -> Iterator[tuple[str, str]]:
    de, ate = regime.fato_gerador_de, regime.fato_gerador_ate
    if de is not None and ate is not None and ate < de:
        yield f"{campo}.fato_gerador.ate", "vem antes do início do intervalo."
    inicio = max(filter(None, (regime.concessao_de, norma.vigencia_de)))
    if regime.concessao_ate is not None and regime.concessao_ate < inicio:
        yield f"{campo}.concessao.ate", "vem antes do início da concessão ou da vigência."
    if regime.concessao_de is not None and norma.vigencia_ate is not None and norma.vigencia_ate < regime.concessao_de:
        yield f"{campo}.concessao.de", "vem depois do fim da vigência."


def _cruzam(a: Regime, b: Regime) -> bool:
    return _alcanca(a, b) and _alcanca(b, a)


def _alcanca(a: Regime, b: Regime) -> bool:
    """Whether the months of `a` begin before those of `b` are over."""
    return a.fato_gerador_de is None or b.fato_gerador_ate is None or a.fato_gerador_de <= b.fato_gerador_ate


def _seguidas(faixas: Sequence[Faixa | Entrada], campo: str, *, de_um: bool = False) -> Iterator[tuple[str, str]]:
    for i, faixa in enumerate(faixas):
        if faixa.ate < faixa.de:
            yield f"{campo}[{i}].ate", "é menor que o começo da faixa."
    if faixas[0].de > 2 or (de_um and faixas[0].de != 2):
        yield f"{campo}[0].de", "a primeira faixa começa em 2 parcelas (ou em 1, onde não há cota única à parte)."
    for i, (antes, depois) in enumerate(pairwise(faixas), start=1):
        if depois.de <= antes.ate:
            yield f"{campo}[{i}].de", "a faixa começa antes do fim da anterior."
        elif depois.de > antes.ate + 1:
            yield f"{campo}[{i}].de", f"há um vazio: falta a faixa de {antes.ate + 1} a {depois.de - 1} parcelas."


def _entradas(norma: Norma) -> Iterator[tuple[str, str]]:
    if not norma.entradas:
        return
    yield from _seguidas(norma.entradas, "entradas")
    if norma.entradas[-1].ate < norma.maximo_de_parcelas:
        yield f"entradas[{len(norma.entradas) - 1}].ate", f"deve chegar a {norma.maximo_de_parcelas}, como os regimes."


def _minimos(minimos: Sequence[Minimo]) -> Iterator[tuple[str, str]]:
    for i, minimo in enumerate(minimos):
        geral = minimo.regime is None and minimo.receita_ate is None and minimo.naturezas is None
        if geral and i < len(minimos) - 1:
            yield f"minimos[{i}]", "vale para todos: os que vêm depois nunca seriam usados."
        if not geral and i == len(minimos) - 1:
            yield f"minimos[{i}]", "o último mínimo deve valer para todos os casos, sem condições."


def _recusas(recusas: Sequence[Recusa]) -> Iterator[tuple[str, str]]:
    for i, recusa in enumerate(recusas):
        condicoes = (recusa.naturezas, recusa.regimes, recusa.em_parcelamento, recusa.exceto_naturezas or None)
        if all(condicao is None for condicao in condicoes):
            yield f"recusas[{i}]", "não tem condição: recusaria todos os débitos."


def _regras(norma: Norma) -> Iterator[tuple[str, str]]:
    if not {"multa", "juros", "principal"} <= set(norma.imputacao):
        yield "imputacao", "deve ter multa, juros e principal."
    cancelamento = norma.cancelamento
    if cancelamento.parcelas_em_atraso is None and cancelamento.dias_de_atraso is None:
        yield "cancelamento", "deve dizer com quantas parcelas ou com quantos dias de atraso o parcelamento é perdido."
    if cancelamento.parcelas_em_atraso is None and cancelamento.consecutivas:
        yield "cancelamento.consecutivas", "só faz sentido com parcelas_em_atraso."
    nomes = {regime.nome for regime in norma.regimes}
    if norma.multa_reduzida is not None and not norma.multa_reduzida.regimes <= nomes:
        yield "multa_reduzida_20.regimes", "nomeia um regime que a norma não tem."
    if norma.lancamento is not None and not norma.lancamento.contas <= norma.lancamento.contas_com_ciencia:
        yield "lancamento.contas_com_ciencia", "deve incluir as contas que viram notificação de lançamento."


def _nao_verificados(norma: Norma, documento: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for i, item in enumerate(norma.nao_verificados):
        if not _existe(documento, item.campo):
            yield f"nao_verificados[{i}].campo", "aponta para um campo que a norma não tem."


def _existe(documento: Any, caminho: str) -> bool:
    atual = documento
    for parte in caminho.replace("[", ".").replace("]", "").split("."):
        if isinstance(atual, Mapping) and parte in atual:
            atual = atual[parte]
        elif isinstance(atual, list) and parte.isdecimal() and int(parte) < len(atual):
            atual = atual[int(parte)]
        else:
            return False
    return True
