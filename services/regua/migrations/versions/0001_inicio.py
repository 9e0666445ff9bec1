"""The régua's first tables: inputs, casos, decisions, acionamentos, campaigns, policies.

Money is bigint cents; a competência is its month index, year * 12 + month - 1 (consecutive months differ by one).
"""

from __future__ import annotations

from alembic import op

from kernel.messaging.tabelas import ddl_mensageria

revision = "0001"
down_revision = None

_ENTRADAS = """
create table regua.contribuinte (
    contribuinte text primary key,
    documento text not null,
    pessoa text not null,
    nome text not null,
    natureza text not null,
    regime text not null,
    municipio text not null,
    cnae text not null,
    inscricao_estadual text not null,
    receita_bruta bigint,
    beneficios text[] not null default '{}'
);
create index contribuinte_pessoa on regua.contribuinte (pessoa);
create table regua.debito (
    debito text primary key,
    contribuinte text not null,
    tributo text not null,
    conta smallint,
    origem text not null,
    competencia int not null,
    fato_gerador int,
    vencimento date not null,
    principal bigint not null,
    multa bigint not null,
    juros bigint not null,
    situacao text not null,
    ciencia_em date,
    inscrito_em date,
    agencia text not null,
    natureza text,
    lancado_em date
);
create index debito_contribuinte on regua.debito (contribuinte, tributo, competencia);
create table regua.declaracao (
    contribuinte text not null,
    tributo text not null,
    competencia int not null,
    prazo date not null,
    entregue_em date,
    valor_declarado bigint,
    notas_emitidas int not null default 0,
    primary key (contribuinte, tributo, competencia)
);
create table regua.pagamento (
    pagamento text primary key,
    debito text,
    contribuinte text not null,
    tributo text not null,
    codigo_receita text not null,
    competencia int not null,
    pago_em date not null,
    valor bigint not null,
    evento uuid unique
);
create index pagamento_contribuinte on regua.pagamento (contribuinte, tributo, competencia);
create index pagamento_debito on regua.pagamento (debito, pago_em);
create table regua.veiculo (
    renavam text primary key,
    placa text not null,
    contribuinte text not null,
    modelo text not null,
    ano int not null
);
create index veiculo_contribuinte on regua.veiculo (contribuinte);
create index veiculo_placa on regua.veiculo (placa);
create table regua.carga (
    carga uuid primary key,
    tipo text not null,
    arquivo text not null,
    resumo bytea,
    estado text not null,
    total bigint not null default 0,
    aceitos bigint not null default 0,
    rejeitados bigint not null default 0,
    progresso double precision not null default 0,
    motivo text,
    recebida_em timestamptz not null,
    concluida_em timestamptz,
    traceparent text
);
create index carga_tipo on regua.carga (tipo, concluida_em desc);
create table regua.carga_rejeitado (
    carga uuid not null references regua.carga on delete cascade,
    linha bigint not null,
    campo text not null,
    motivo text not null,
    conteudo text not null,
    primary key (carga, linha)
);
"""

_POLITICA = """
create table regua.politica (
    versao text primary key,
    documento jsonb not null,
    resumo bytea not null,
    estado text not null,
    autor text not null,
    aprovador text,
    criada_em timestamptz not null,
    aprovada_em timestamptz,
    valida_de date not null,
    valida_ate date
);
create table regua.campanha (
    campanha text primary key,
    nome text not null,
    estado text not null,
    politica text,
    segmento jsonb not null default '{}',
    canais text[],
    valida_de date,
    valida_ate date,
    orcamento_micros bigint,
    gasto_micros bigint not null default 0,
    moeda text,
    grupo_controle numeric(5, 4) not null default 0,
    segredo bytea not null,
    autor text not null,
    criada_em timestamptz not null,
    atualizada_em timestamptz not null
);
create table regua.sorteio (
    campanha text not null references regua.campanha,
    pessoa text not null,
    controle boolean not null,
    sorteado_em timestamptz not null,
    primary key (campanha, pessoa)
);
"""

_DECISOES = """
create table regua.ciclo (
    ciclo uuid primary key,
    data date not null,
    campanha text not null references regua.campanha,
    politica text,
    estado text not null,
    avaliados bigint not null default 0,
    acionados bigint not null default 0,
    retidos bigint not null default 0,
    contagens jsonb not null default '{}',
    motivo text,
    iniciado_em timestamptz not null,
    concluido_em timestamptz,
    traceparent text,
    unique (data, campanha)
);
-- One non-conformity of a contribuinte in a tributo, from first seen to nothing left.
create table regua.caso (
    caso uuid primary key,
    contribuinte text not null,
    pessoa text not null,
    tributo text not null,
    n int not null,
    aberto_em date not null,
    fechado_em date,
    -- last consumed rung (0: none), and the day on which it was delivered or its channels exhausted (null: still under way)
    etapa smallint not null default 0,
    etapa_em date,
    hipotese text,
    reincidencia int,
    rigidez smallint,
    -- the rung that the last `divida.classificada` named
    etapa_classificada smallint,
    -- a supervisor refused rigidity 5: the caso stays at 4
    teto_rigidez smallint not null default 5,
    unique (contribuinte, tributo, n)
);
create unique index caso_aberto on regua.caso (contribuinte, tributo) where fechado_em is null;
create index caso_pessoa on regua.caso (pessoa);
create table regua.decisao (
    ciclo uuid not null references regua.ciclo,
    caso uuid not null,
    contribuinte text not null,
    tributo text not null,
    resultado text not null,
    motivo text,
    hipotese text not null,
    etapa smallint not null,
    reincidencia int not null,
    rigidez smallint not null,
    -- canonical JSON of everything the decision used, and its SHA-256: enough to execute it again
    insumos text not null,
    resumo bytea not null,
    acionamento uuid,
    primary key (ciclo, caso)
);
create index decisao_contribuinte on regua.decisao (contribuinte);
-- One rung of one caso, over all its channels.
create table regua.acionamento (
    acionamento uuid primary key,
    caso uuid not null,
    contribuinte text not null,
    pessoa text not null,
    tributo text not null,
    etapa smallint not null,
    tentativa int not null,
    hipotese text not null,
    reincidencia int not null,
    rigidez smallint not null,
    campanha text not null,
    ciclo uuid not null,
    politica text not null,
    decisao bytea not null,
    codigo text not null,
    idioma text not null,
    -- emitido, entregue, esgotado, cancelado, retido
    estado text not null,
    -- channels in order, as they were reachable at the decision, and the place of the one under way (from 1)
    canais text[] not null,
    ordem smallint not null,
    -- a request left for a provider (or the contact was retained for control): the rung counts
    consumido boolean not null default false,
    entregue_em timestamptz,
    emitido_em timestamptz not null,
    encerrado_em timestamptz,
    motivo text,
    traceparent text
);
-- nothing is sent twice for a caso and etapa: only a contact that was cancelled before any request may be tried again
create unique index acionamento_degrau on regua.acionamento (caso, etapa) where estado <> 'cancelado' or consumido;
create index acionamento_contribuinte on regua.acionamento (contribuinte, emitido_em);
create index acionamento_pessoa on regua.acionamento (pessoa, emitido_em);
create index acionamento_aberto on regua.acionamento (caso) where estado = 'emitido';
-- One channel of one acionamento: what was emitted and what canais or ura answered.
create table regua.emissao (
    acionamento uuid not null references regua.acionamento,
    canal text not null,
    ordem smallint not null,
    pessoa text not null,
    -- local day of the emission, for the caps
    data date not null,
    emitido_em timestamptz not null,
    valido_ate timestamptz not null,
    estado text not null default 'pendente',
    esgotado boolean not null default false,
    requisitado boolean not null default false,
    cancelada boolean not null default false,
    motivo text,
    custo_micros bigint,
    moeda text,
    atualizado_em timestamptz,
    primary key (acionamento, canal)
);
create index emissao_pessoa on regua.emissao (pessoa, data) where not cancelada;
create table regua.suspensao (
    suspensao uuid primary key,
    contribuinte text not null,
    motivo text not null,
    desde date not null,
    ate date,
    origem text not null,
    criada_em timestamptz not null,
    encerrada_em timestamptz
);
create index suspensao_contribuinte on regua.suspensao (contribuinte) where encerrada_em is null;
-- What canais told us is reachable, never the address.
create table regua.contato_canal (
    contribuinte text not null,
    canal text not null,
    situacao text not null,
    verificado boolean not null,
    idioma text,
    -- while the provider lets us answer freely, where the person's last conversation was on this channel
    conversa_ate timestamptz,
    alterado_em timestamptz not null,
    primary key (contribuinte, canal)
);
create table regua.aprovacao (
    aprovacao uuid primary key,
    tipo text not null,
    objeto text not null,
    contribuinte text,
    autor text not null,
    estado text not null,
    decidida_por text,
    motivo text,
    criada_em timestamptz not null,
    decidida_em timestamptz,
    unique (tipo, objeto)
);
create table regua.tarefa (
    tarefa uuid primary key,
    contribuinte text not null,
    motivo text not null,
    caso uuid,
    acionamento uuid,
    rigidez smallint,
    estado text not null default 'aberta',
    solicitada_em timestamptz not null
);
create index tarefa_aberta on regua.tarefa (solicitada_em) where estado = 'aberta';
"""


def upgrade() -> None:
    for ddl in (ddl_mensageria("regua"), _ENTRADAS, _POLITICA, _DECISOES):
        for comando in ddl.split(";\n"):
            if comando.strip():
                op.execute(comando)
