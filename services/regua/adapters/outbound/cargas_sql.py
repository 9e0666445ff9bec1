"""How staged lines go into the régua's tables. Each statement reads ENTRADA, and writes only rows that really differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from kernel.cargas.execucao import ENTRADA, RECUSADA

SEM_CONTRIBUINTE: Final = f"""
    insert into {RECUSADA} (linha, campo, motivo)
    select e.linha, 'contribuinte', 'O contribuinte não está cadastrado: carregue antes o arquivo de contribuintes.'
    from {ENTRADA} e
    where not exists (select from regua.contribuinte c where c.contribuinte = e.contribuinte)
    on conflict (linha) do nothing"""

DEBITO_DE_OUTRO: Final = f"""
    insert into {RECUSADA} (linha, campo, motivo)
    select e.linha, 'debito', 'O débito é de outro contribuinte.'
    from {ENTRADA} e join regua.debito d on d.debito = e.debito and d.contribuinte <> e.contribuinte
    on conflict (linha) do nothing"""


def mesclar(tabela: str, chave: Sequence[str], campos: Sequence[str]) -> str:
    """Inserts or updates `campos` of `tabela` (as `t`) by `chave`; of lines with the same key the last one counts."""
    chaves, todos = ", ".join(chave), ", ".join(campos)
    outros = [campo for campo in campos if campo not in chave]
    # in the order of the key, so that two transactions meet on rows in one order
    fonte = f"select distinct on ({chaves}) {todos} from {ENTRADA} order by {chaves}, linha desc"
    return f"""
        insert into regua.{tabela} as t ({todos}) {fonte}
        on conflict ({chaves}) do update set {", ".join(f"{c} = excluded.{c}" for c in outros)}
        where ({", ".join(f"t.{c}" for c in outros)}) is distinct from ({", ".join(f"excluded.{c}" for c in outros)})"""


CAMPOS: Final[Mapping[str, Mapping[str, str]]] = {
    "contribuintes": {
        "contribuinte": "text",
        "documento": "text",
        "nome": "text",
        "natureza": "text",
        "regime": "text",
        "municipio": "text",
        "cnae": "text",
        "inscricao_estadual": "text",
        "receita_bruta": "bigint",
        "beneficios": "text[]",
        "pessoa": "text",
    },
    "declaracoes": {
        "contribuinte": "text",
        "tributo": "text",
        "competencia": "int",
        "prazo": "date",
        "entregue_em": "date",
        "valor_declarado": "bigint",
        "notas_emitidas": "int",
    },
    "debitos": {
        "debito": "text",
        "contribuinte": "text",
        "tributo": "text",
        "conta": "smallint",
        "origem": "text",
        "competencia": "int",
        "fato_gerador": "int",
        "vencimento": "date",
        "principal": "bigint",
        "multa": "bigint",
        "juros": "bigint",
        "situacao": "text",
        "ciencia_em": "date",
        "inscrito_em": "date",
        "agencia": "text",
        "natureza": "text",
        "lancado_em": "date",
    },
    "pagamentos": {
        "pagamento": "text",
        "debito": "text",
        "contribuinte": "text",
        "tributo": "text",
        "codigo_receita": "text",
        "competencia": "int",
        "pago_em": "date",
        "valor": "bigint",
    },
    "veiculos": {
        "renavam": "text",
        "placa": "text",
        "contribuinte": "text",
        "modelo": "text",
        "ano": "int",
        "dv_correto": "boolean",
    },
}
"""Columns of each tipo, in the table as in ENTRADA, with their types."""

CHAVES: Final[Mapping[str, tuple[str, Sequence[str]]]] = {
    "contribuintes": ("contribuinte", ("contribuinte",)),
    "declaracoes": ("declaracao", ("contribuinte", "tributo", "competencia")),
    "debitos": ("debito", ("debito",)),
    "pagamentos": ("pagamento", ("pagamento",)),
    "veiculos": ("veiculo", ("renavam",)),
}
"""Table and key of each tipo."""

MUDADOS: Final = "create temp table carga_mudado (contribuinte text not null) on commit drop"
"""Contribuintes about whom something was decided that may not be said any more."""

# an update of a debt that stays open may have made it smaller
MESCLAR_DEBITOS: Final = f"""
    with antes as materialized (select debito from regua.debito where debito in (select debito from {ENTRADA})),
    mudado as ({mesclar("debito", ("debito",), tuple(CAMPOS["debitos"]))} returning t.debito, t.contribuinte, t.situacao)
    insert into carga_mudado
    select distinct m.contribuinte from mudado m left join antes a using (debito)
    where m.situacao <> 'aberto' or a.debito is not null"""

# only one that was known, and is delivered now, can be an omission that somebody was going to be told of
MESCLAR_DECLARACOES: Final = f"""
    with antes as materialized (
        select contribuinte, tributo, competencia from regua.declaracao
        where (contribuinte, tributo, competencia) in (select contribuinte, tributo, competencia from {ENTRADA})
    ), mudado as (
        {mesclar("declaracao", ("contribuinte", "tributo", "competencia"), tuple(CAMPOS["declaracoes"]))}
        returning t.contribuinte, t.tributo, t.competencia, t.entregue_em
    )
    insert into carga_mudado
    select distinct contribuinte from mudado join antes using (contribuinte, tributo, competencia)
    where entregue_em is not null"""

COMPETENCIA_DO_PAGAMENTO: Final = f"""
    update {ENTRADA} set competencia = extract(year from pago_em)::int * 12 + extract(month from pago_em)::int - 1
    where competencia is null"""

# A payment that an event told of, and that no file has named yet, is kept under its event's id. The n-th such payment of
# a debt, day and value and the n-th new line with the same three are one: it takes the file's id from then on.
RECONHECER_PAGAMENTOS: Final = f"""
    with linha as (
        select e.pagamento, e.debito, e.pago_em, e.valor,
            row_number() over (partition by e.debito, e.pago_em, e.valor order by e.pagamento) as n
        from (select distinct on (pagamento) * from {ENTRADA} where debito is not null order by pagamento, linha desc) e
        where not exists (select from regua.pagamento p where p.pagamento = e.pagamento)
    ), evento as (
        select p.pagamento, p.debito, p.pago_em, p.valor,
            row_number() over (partition by p.debito, p.pago_em, p.valor order by p.pagamento) as n
        from regua.pagamento p where p.evento is not null and p.pagamento = p.evento::text
    )
    update regua.pagamento p set pagamento = l.pagamento
    from linha l join evento e using (debito, pago_em, valor, n)
    where p.pagamento = e.pagamento"""

PAGAMENTOS_NOVOS: Final = f"""
    create temp table carga_nova on commit drop as
    select distinct on (pagamento) pagamento, debito, contribuinte, tributo, pago_em, valor
    from {ENTRADA} e
    where not exists (select from regua.pagamento p where p.pagamento = e.pagamento)
    order by pagamento, linha desc"""

MESCLAR_PAGAMENTOS: Final = f"""
    with mudado as ({mesclar("pagamento", ("pagamento",), tuple(CAMPOS["pagamentos"]))} returning t.contribuinte)
    insert into carga_mudado select distinct contribuinte from mudado"""
