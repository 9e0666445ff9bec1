"""Parcelamento's first tables: norms, quotes, plans, documents, payments, return files.

Money is bigint cents.
"""

from __future__ import annotations

from alembic import op

from kernel.cargas.registro import ddl_cargas
from kernel.http.idempotencia import ddl_idempotencia
from kernel.messaging.tabelas import ddl_mensageria

revision = "0001"
down_revision = None

_NORMAS = """
-- Every version ever in use: a quote names the one it was made by.
create table parcelamento.norma (
    norma text not null,
    versao int not null,
    documento jsonb not null,
    resumo bytea not null,
    autor text not null,
    criada_em timestamptz not null,
    primary key (norma, versao)
);
create table parcelamento.selic (
    -- months since year 0
    competencia int primary key,
    -- per cent, of the month
    taxa numeric(8, 4) not null,
    fonte text not null,
    carregada_em timestamptz not null
);
"""

_PLANOS = """
create table parcelamento.cotacao (
    cotacao uuid primary key,
    contribuinte text,
    norma text not null,
    versao int not null,
    data date not null,
    valida_ate date not null,
    -- the request as canonical JSON, the answer as it was given (zlib), and the answer's SHA-256
    entrada bytea not null,
    resposta bytea not null,
    resumo bytea not null,
    autor text not null,
    criada_em timestamptz not null,
    foreign key (norma, versao) references parcelamento.norma
);
create index cotacao_contribuinte on parcelamento.cotacao (contribuinte, criada_em);
create table parcelamento.plano (
    plano uuid primary key,
    -- one plan of a quote, whatever is asked twice
    cotacao uuid not null unique references parcelamento.cotacao,
    contribuinte text not null,
    norma text not null,
    versao int not null,
    regime text not null,
    reparcelamento boolean not null,
    tributo text not null,
    unidade text not null,
    -- aguardando_entrada, ativo, quitado, cancelado
    situacao text not null,
    data date not null,
    total bigint not null,
    total_sem_reducao bigint not null,
    formalizado_em timestamptz not null,
    ativado_em date,
    encerrado_em date,
    motivo text,
    -- the date of loss that was last told
    risco_avisado date,
    -- the first date on which following the plan up would say something
    prazo date,
    autor text not null
);
create index plano_contribuinte on parcelamento.plano (contribuinte, data);
create index plano_prazo on parcelamento.plano (prazo) where situacao in ('aguardando_entrada', 'ativo');
create index plano_lista on parcelamento.plano (data, plano);
create table parcelamento.plano_debito (
    plano uuid not null references parcelamento.plano on delete cascade,
    ordem int not null,
    debito text not null,
    regime text not null,
    principal bigint not null,
    multa bigint not null,
    juros bigint not null,
    multa_reduzida bigint not null,
    juros_reduzidos bigint not null,
    honorarios bigint not null,
    -- what the debt got back when the plan was lost; null while it lives
    saldo_principal bigint,
    saldo_multa bigint,
    saldo_juros bigint,
    saldo_honorarios bigint,
    primary key (plano, ordem)
);
-- A debt is in one living plan at most.
create table parcelamento.debito_parcelado (
    contribuinte text not null,
    debito text not null,
    -- written before the plan, which is made only if every debt was free
    plano uuid not null references parcelamento.plano on delete cascade deferrable initially deferred,
    primary key (contribuinte, debito)
);
create table parcelamento.parcela (
    plano uuid not null references parcelamento.plano on delete cascade,
    numero int not null,
    valor bigint not null,
    vencimento date not null,
    pago bigint not null default 0,
    quitada_em date,
    -- that it is overdue was told
    vencida boolean not null default false,
    primary key (plano, numero),
    check (pago between 0 and valor)
);
create table parcelamento.contato (
    contato uuid primary key,
    plano uuid not null references parcelamento.plano on delete cascade,
    parcela int not null,
    -- aviso_de_debito, telefone, presencial, outro
    meio text not null,
    -- who spoke for the company, and to what they committed it
    pessoa text,
    compromisso text,
    prometido_para date,
    feito_em timestamptz not null,
    autor text not null
);
create index contato_plano on parcelamento.contato (plano, feito_em);
"""

_DOCUMENTOS = """
create sequence parcelamento.nosso_numero;
create table parcelamento.documento (
    documento uuid primary key,
    nosso_numero bigint not null unique,
    -- parcela, quitacao, cota_unica
    tipo text not null,
    plano uuid references parcelamento.plano,
    parcela int,
    contribuinte text not null,
    tributo text,
    uf text not null,
    -- what it collects, and the charges of that day among it
    valor bigint not null,
    encargos bigint not null default 0,
    vencimento date not null,
    barras char(44) not null unique,
    linha char(48) not null,
    txid text unique,
    pix text,
    -- emitido, pago, substituido, cancelado; a payment of any of them counts
    situacao text not null,
    itens jsonb not null,
    emitido_em timestamptz not null,
    pago_em timestamptz,
    autor text not null
);
create index documento_plano on parcelamento.documento (plano, parcela, emitido_em);
create index documento_contribuinte on parcelamento.documento (contribuinte, emitido_em);
"""

_PAGAMENTOS = """
create table parcelamento.pagamento (
    -- uuid5 of bank·NSA·NSR, or of the endToEndId
    pagamento uuid primary key,
    -- retorno, pix
    origem text not null,
    banco int,
    nsa int,
    nsr bigint,
    end_to_end text unique,
    barras char(44),
    txid text,
    documento uuid references parcelamento.documento,
    pago_em date not null,
    creditado_em date,
    valor bigint not null,
    -- a_aplicar, aplicado, pendente (an operator's), resolvido
    estado text not null,
    motivo_pendencia text,
    -- what it did: exato, parcial, em_atraso, antecipado, excedente, em_duplicidade, plano_cancelado
    resultado text,
    excedente bigint not null default 0,
    -- given back since by Pix
    devolvido bigint not null default 0,
    carga uuid,
    linha bigint,
    recebido_em timestamptz not null,
    resolvido_em timestamptz,
    resolvido_por text,
    resolucao text,
    nota text,
    unique (banco, nsa, nsr)
);
create index pagamento_estado on parcelamento.pagamento (estado, recebido_em, pagamento)
    where estado in ('a_aplicar', 'pendente');
create index pagamento_documento on parcelamento.pagamento (documento);
-- To which installment each cent went.
create table parcelamento.aplicacao (
    pagamento uuid not null references parcelamento.pagamento,
    plano uuid not null references parcelamento.plano,
    parcela int not null,
    valor bigint not null,
    encargos bigint not null,
    primary key (pagamento, parcela)
);
create index aplicacao_plano on parcelamento.aplicacao (plano);
-- The bank numbers its files: the same number with other content is refused.
create table parcelamento.retorno (
    banco int not null,
    convenio text not null,
    nsa int not null,
    carga uuid not null,
    resumo bytea not null,
    data date not null,
    registros int not null,
    total bigint not null,
    primary key (banco, convenio, nsa)
);
"""


def upgrade() -> None:
    partes = (_NORMAS, _PLANOS, _DOCUMENTOS, _PAGAMENTOS, ddl_cargas("parcelamento"))
    for ddl in (*partes, ddl_mensageria("parcelamento"), ddl_idempotencia("parcelamento")):
        for comando in filter(str.strip, ddl.split(";\n")):
            op.execute(comando)
