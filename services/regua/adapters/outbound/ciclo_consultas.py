"""The ciclo's reading in SQL: the same texts for the whole base and for one person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from regua.domain import acervo, estado
from regua.domain.fatos_pessoa import menos_meses
from regua.domain.politica import Politica

ESQUEMAS: Final[Mapping[str, Mapping[str, pl.DataType]]] = {
    "contribuintes": acervo.CONTRIBUINTES,
    "debitos": acervo.DEBITOS,
    "declaracoes": acervo.DECLARACOES,
    "pagamentos": acervo.PAGAMENTOS,
    "lembretes": acervo.LEMBRETES,
    "suspensoes": acervo.SUSPENSOES,
    "abertos": estado.ABERTOS,
    "fechados": estado.FECHADOS,
    "degraus": estado.DEGRAUS,
    "contatos": estado.CONTATOS,
    "emissoes": estado.EMISSOES,
    "aprovacoes": estado.APROVACOES,
    "sorteados": estado.SORTEADOS,
}


@dataclass(frozen=True, slots=True)
class Alvo:
    """Whom to read: None for everyone, or the registrations of one person."""

    pessoa: str
    contribuintes: Sequence[str]


def literal(texto: str) -> str:
    """A text as SQL writes it: this reading has no place for parameters (ADBC takes one statement at a time as text)."""
    return "'" + texto.replace("'", "''") + "'"


def consultas(*, data: date, politica: Politica, campanha: str, alvo: Alvo | None = None) -> dict[str, str]:
    """One query for each frame of `Base` and `Estado`, by name, in the order in which to read; columns as in their schemas."""
    dia, fuso = f"date {literal(data.isoformat())}", literal(politica.horario.fuso)
    desde = literal(menos_meses(data, politica.definicoes.lembrete_meses).isoformat())
    caps = literal((data - timedelta(days=politica.limites.janela_dias - 1)).isoformat())
    sejam = {campo: _filtro(campo, alvo) for campo in ("contribuinte", "c.contribuinte", "a.contribuinte")}
    pessoa = "true" if alvo is None else f"pessoa = {literal(alvo.pessoa)}"
    so_deles = "true" if alvo is None else f"contribuinte in ({_lista(alvo.contribuintes)})"
    return {
        "contribuintes": f"""select contribuinte, pessoa, natureza, regime, municipio from regua.contribuinte
            where {sejam["contribuinte"]}""",
        "debitos": f"""select debito, contribuinte, tributo, competencia, vencimento, principal + multa + juros as total, situacao
            from regua.debito where {sejam["contribuinte"]}""",
        "pagamentos": f"""select debito, contribuinte, tributo, competencia, pago_em, valor
            from regua.pagamento where pago_em <= {dia} and {sejam["contribuinte"]}""",
        "declaracoes": f"""select contribuinte, tributo, competencia, prazo, entregue_em, valor_declarado, notas_emitidas
            from regua.declaracao where {sejam["contribuinte"]}""",
        "lembretes": f"""select pessoa, (emitido_em at time zone {fuso})::date as emitido,
                (entregue_em at time zone {fuso})::date as entregue
            from regua.acionamento where entregue_em is not null and (emitido_em at time zone {fuso})::date >= {desde}
                and parcelamento is null and {pessoa}""",
        "suspensoes": f"""select contribuinte, motivo, desde, ate, encerrada_em is null as ativa
            from regua.suspensao where {sejam["contribuinte"]}""",
        "abertos": f"""select caso::text as caso, contribuinte, tributo, n, etapa as etapa_consumida, etapa_em, teto_rigidez,
                hipotese as hipotese_anterior, reincidencia as reincidencia_anterior, rigidez as rigidez_anterior,
                etapa_classificada
            from regua.caso where fechado_em is null and {sejam["contribuinte"]}""",
        "fechados": f"""select contribuinte, tributo, max(n) as n_anterior
            from regua.caso where fechado_em is not null and {sejam["contribuinte"]} group by contribuinte, tributo""",
        "degraus": f"""select a.caso::text as caso, a.etapa, count(*) as tentativas,
                bool_or(a.estado <> 'cancelado' or a.consumido) as ocupado
            from regua.acionamento a join regua.caso c using (caso)
            where c.fechado_em is null and {sejam["c.contribuinte"]} group by a.caso, a.etapa""",
        "contatos": f"""select contribuinte, canal, situacao, idioma, conversa_ate
            from regua.contato_canal where {sejam["contribuinte"]}""",
        "emissoes": f"""select distinct pessoa, data as dia from regua.emissao
            where not cancelada and data between {caps} and {dia} and {pessoa}""",
        "aprovacoes": f"""select objeto, estado as aprovacao from regua.aprovacao
            where tipo = 'rigidez_{len(politica.niveis)}' and {so_deles}""",
        "sorteados": f"select pessoa, controle from regua.sorteio where campanha = {literal(campanha)} and {pessoa}",
    }


def gasto(*, politica: Politica, campanha: str) -> str:
    """What the campaign spent, in millionths: known costs, and the expected ones of what is still under way."""
    esperado = " ".join(f"when {literal(canal)} then {micros}" for canal, micros in politica.custos.micros)
    return f"""select coalesce(sum(coalesce(e.custo_micros, case e.canal {esperado} else 0 end)), 0)::bigint as gasto
        from regua.emissao e join regua.acionamento a using (acionamento)
        where a.campanha = {literal(campanha)} and not (e.cancelada and e.custo_micros is null)"""


def _filtro(campo: str, alvo: Alvo | None) -> str:
    return "true" if alvo is None else f"{campo} in ({_lista(alvo.contribuintes)})"


def _lista(textos: Sequence[str]) -> str:
    return ", ".join(literal(t) for t in textos)
