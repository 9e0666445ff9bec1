"""Contacts that are no rung of the ladder, decisions outside a ciclo, and what plans told."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

_TABELAS = """
-- What became of each plan, as parcelamento told it. `pagamento` is kept to compare instants, and shown elsewhere.
create table regua.parcelamento_fato (
    evento uuid primary key,
    contribuinte text not null,
    parcelamento uuid not null,
    -- formalizado, ativado, parcela_vencida, em_risco, cancelado, quitado, pagamento
    tipo text not null,
    em timestamptz not null,
    detalhe jsonb not null
);
create index parcelamento_fato_contribuinte on regua.parcelamento_fato (contribuinte, em);
create index parcelamento_fato_plano on regua.parcelamento_fato (parcelamento, em);
-- A plan about to be lost: one warning for each date of loss. caso = uuid5 of both.
create table regua.risco (
    caso uuid primary key,
    contribuinte text not null,
    pessoa text not null,
    parcelamento uuid not null,
    tributo text not null,
    perda_em date not null,
    avisado_em timestamptz not null,
    -- moved by each decision, so that a ciclo under way sees that something was decided
    decidido_em timestamptz,
    encerrado_em timestamptz,
    motivo text
);
create index risco_aberto on regua.risco (perda_em) where encerrado_em is null;
create index risco_plano on regua.risco (parcelamento) where encerrado_em is null;
-- As regua.decisao, outside any ciclo: the acionamento's `ciclo` is this decisao.
create table regua.decisao_avulsa (
    decisao uuid primary key,
    caso uuid not null,
    contribuinte text not null,
    tributo text not null,
    data date not null,
    decidida_em timestamptz not null,
    resultado text not null,
    motivo text,
    hipotese text not null,
    etapa smallint not null,
    reincidencia int not null,
    rigidez smallint not null,
    insumos text not null,
    resumo bytea not null,
    acionamento uuid
);
create index decisao_avulsa_contribuinte on regua.decisao_avulsa (contribuinte, decidida_em);
-- null: the text of hipotese × rigidez, a rung of the ladder
alter table regua.acionamento add column modelo text, add column parcelamento uuid;
create index acionamento_parcelamento on regua.acionamento (parcelamento) where parcelamento is not null;
-- an approved message of rigidity 5 is decided again at once: null until that was done
alter table regua.aprovacao add column reavaliada_em timestamptz;
update regua.aprovacao set reavaliada_em = decidida_em where estado = 'aprovada';
create index aprovacao_a_reavaliar on regua.aprovacao (decidida_em)
    where estado = 'aprovada' and tipo = 'rigidez_5' and reavaliada_em is null;
"""


def upgrade() -> None:
    for comando in _TABELAS.split(";\n"):
        if comando.strip():
            op.execute(comando)
