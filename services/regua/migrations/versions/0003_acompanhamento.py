"""What following deliveries, the API and the scheduler need: payments without a debt, the agenda, idempotency, list orders."""

from __future__ import annotations

from alembic import op

from kernel.http.idempotencia import ddl_idempotencia

revision = "0003"
down_revision = "0001"

_TABELAS = """
-- Money of a plan, or with neither tributo nor debt known: counted in reports, never matched with a competência.
create table regua.pagamento_avulso (
    pagamento uuid primary key,
    contribuinte text not null,
    tributo text,
    debito text,
    parcelamento uuid,
    parcela int,
    pago_em date not null,
    valor bigint not null,
    recebido_em timestamptz not null
);
create index pagamento_avulso_contribuinte on regua.pagamento_avulso (contribuinte, pago_em);
-- Up to where the scheduler has looked: what fell due while nothing ran is not caught up.
create table regua.agenda (
    unica boolean primary key default true check (unica),
    vista_ate timestamptz not null
);
create index contribuinte_documento on regua.contribuinte (documento);
create index acionamento_lista on regua.acionamento (emitido_em desc, acionamento desc);
create index acionamento_campanha on regua.acionamento (campanha, estado);
create index emissao_data on regua.emissao (data);
create index pagamento_dia on regua.pagamento (pago_em);
create index ciclo_lista on regua.ciclo (data desc, ciclo desc);
create index ciclo_aberto on regua.ciclo (iniciado_em) where estado = 'processando';
create index aprovacao_pendente on regua.aprovacao (criada_em) where estado = 'pendente';
create index tarefa_contribuinte on regua.tarefa (contribuinte);
"""


def upgrade() -> None:
    for ddl in (_TABELAS, ddl_idempotencia("regua")):
        for comando in ddl.split(";\n"):
            if comando.strip():
                op.execute(comando)
