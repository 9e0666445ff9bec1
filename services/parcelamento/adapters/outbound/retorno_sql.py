"""The statements that take a staged return file into `parcelamento.pagamento`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kernel.cargas.execucao import ENTRADA, RECUSADA

TIPOS: Final[Mapping[str, str]] = {
    "pagamento": "uuid",
    "nsr": "bigint",
    "pago_em": "date",
    "creditado_em": "date",
    "barras": "char(44)",
    "valor": "bigint",
}

NSR_REPETIDO: Final = f"""
    insert into {RECUSADA} (linha, campo, motivo)
    select linha, 'nsr', 'O NSR já apareceu na linha ' || primeira || ' deste arquivo.'
    from (select linha, min(linha) over (partition by nsr) as primeira from {ENTRADA}) e
    where linha > primeira on conflict do nothing"""

OUTRO_CONVENIO: Final = """
    select convenio from parcelamento.retorno where banco = $1 and nsa = $2 and convenio <> $3 limit 1"""

MESMO_NUMERO: Final = """
    select resumo from parcelamento.retorno where banco = $1 and convenio = $2 and nsa = $3"""

GUARDAR_RETORNO: Final = """
    insert into parcelamento.retorno (banco, convenio, nsa, carga, resumo, data, registros, total)
    values ($1, $2, $3, $4, $5, $6, $7, $8)"""

# A statement of its own: one that reads the table it fills may look, for each line, at all that it has put there.
JA_GUARDADOS: Final = f"""
    delete from {ENTRADA} e using parcelamento.pagamento p where p.banco = $1 and p.nsa = $2 and p.nsr = e.nsr"""

# Whether money can be applied: the first reason that holds sends it to an operator. $5: the file's day.
GUARDAR_PAGAMENTOS: Final = f"""
    with lido as (
        select e.*, d.documento, case
            when d.documento is null then 'sem_documento'
            when e.valor = 0 then 'valor_zero'
            when e.pago_em > $5 then 'data_posterior'
        end as motivo
        from {ENTRADA} e left join parcelamento.documento d on d.barras = e.barras
    )
    insert into parcelamento.pagamento (pagamento, origem, banco, nsa, nsr, barras, documento, pago_em, creditado_em, valor,
        estado, motivo_pendencia, carga, linha, recebido_em)
    select pagamento, 'retorno', $1, $2, nsr, barras, documento, pago_em, creditado_em, valor,
        case when motivo is null then 'a_aplicar' else 'pendente' end, motivo, $3, linha, $4
    from lido"""

# Those of this load alone: an earlier load of the same file told of its own.
CONFIRMAR: Final = """
    select p.pagamento, d.contribuinte, d.tributo, d.plano, d.parcela, p.pago_em, p.valor,
        case when d.plano is null then d.itens end as itens
    from parcelamento.pagamento p join parcelamento.documento d using (documento)
    where p.banco = $1 and p.nsa = $2 and p.carga = $3 and p.estado = 'a_aplicar'
    order by p.nsr"""
