"""Canais' first tables: contacts, templates, envios with their history, receipts that wait, providers, prices, loads.

Money is bigint millionths of its currency. The order of `canais.estado` is the order of the states (`canais.domain.estado`).
"""

from __future__ import annotations

from alembic import op

from kernel.messaging.tabelas import ddl_mensageria

revision = "0001"
down_revision = None

_CONTATOS = """
create table canais.contato (
    contribuinte text not null,
    -- whatsapp, sms, messenger, voz; email and postal are kept, and no event tells of them
    canal text not null,
    -- E.164, or WhatsApp's BSUID, or a PSID; null where ausente
    endereco text,
    -- what equals between spellings of one address: DDD + last 8 digits of a Brazilian phone
    chave text,
    idioma text not null default 'pt-BR',
    verificado boolean not null default false,
    consentimento boolean not null default false,
    -- valido, invalido, ausente
    situacao text not null,
    motivo text,
    alterado_em timestamptz not null,
    primary key (contribuinte, canal)
);
create index contato_chave on canais.contato (canal, chave);
-- Who asked to be left alone on a channel. Nothing that is loaded later lifts it.
create table canais.descadastro (
    contribuinte text not null,
    canal text not null,
    origem text not null,
    pedido_em timestamptz not null,
    primary key (contribuinte, canal)
);
-- The same by address, for whoever else is loaded with it one day.
create table canais.descadastro_endereco (
    canal text not null,
    chave text not null,
    origem text not null,
    pedido_em timestamptz not null,
    primary key (canal, chave)
);
create table canais.carga (
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
create index carga_tipo on canais.carga (tipo, concluida_em desc);
create table canais.carga_rejeitado (
    carga uuid not null references canais.carga on delete cascade,
    linha bigint not null,
    campo text not null,
    motivo text not null,
    conteudo text not null,
    primary key (carga, linha)
);
"""

_MODELOS = """
create table canais.modelo (
    modelo uuid primary key,
    -- the name that acionamentos carry: h1_r2
    nome text not null,
    hipotese text not null,
    rigidez smallint not null,
    canal text not null,
    idioma text not null,
    versao int not null,
    -- rascunho, aprovado, substituido
    estado text not null,
    texto text not null,
    -- the name it has at the provider, for channels whose templates live there
    nome_no_provedor text,
    autor text not null,
    aprovador text,
    criado_em timestamptz not null,
    aprovado_em timestamptz,
    unique (nome, canal, idioma, versao)
);
create unique index modelo_em_uso on canais.modelo (nome, canal, idioma) where estado = 'aprovado';
"""

_ENVIOS = """
create type canais.estado as enum (
    'pendente', 'enviando', 'incerto', 'aceito', 'enviado', 'expirado', 'falhou', 'entregue', 'lido', 'suprimido'
);
create sequence canais.trava as int cycle;
-- One channel of one acionamento: envio = uuid5(acionamento, canal), there before any request is.
create table canais.envio (
    envio uuid primary key,
    acionamento uuid not null,
    contribuinte text not null,
    canal text not null,
    estado canais.estado not null default 'pendente',
    motivo text,
    modelo text not null,
    idioma text not null,
    -- the short code that the text carries, by which a message can be found at the provider
    codigo text not null,
    hipotese text not null,
    rigidez smallint not null,
    campanha text not null,
    criado_em timestamptz not null,
    nao_antes timestamptz not null,
    valido_ate timestamptz not null,
    -- where it went, and what it went as: fixed by the last claim
    endereco text,
    modelo_versao uuid,
    provedor text,
    id_provedor text,
    -- requests that may have been taken in; one answered by 429, or refused before it was written, counts for nothing
    tentativas smallint not null default 0,
    requisitado boolean not null default false,
    -- advisory lock of the worker that has it in its hands; free while the row is enviando: an orphan
    trava int,
    verificar_em timestamptz,
    verificacoes smallint not null default 0,
    -- the channel was reported over
    esgotado boolean not null default false,
    codigo_falha text,
    custo_micros bigint,
    moeda text,
    provedor_em timestamptz,
    atualizado_em timestamptz not null,
    traceparent text
);
create index envio_fila on canais.envio (canal, nao_antes) where estado = 'pendente';
create index envio_em_curso on canais.envio (trava) where estado = 'enviando';
create index envio_prazo on canais.envio (valido_ate)
    where estado in ('pendente', 'aceito', 'enviado') or (estado = 'incerto' and not esgotado);
create index envio_verificar on canais.envio (verificar_em) where estado = 'incerto' and verificar_em is not null;
create index envio_incerto on canais.envio (atualizado_em) where estado = 'incerto';
create index envio_contribuinte on canais.envio (contribuinte, criado_em);
-- Twilio's receipts name the envio in their address; Meta's may come without our id
create index envio_id_meta on canais.envio (id_provedor) where id_provedor like 'wamid.%';
create table canais.envio_historico (
    id bigint generated always as identity,
    envio uuid not null,
    estado canais.estado not null,
    em timestamptz not null,
    provedor_em timestamptz,
    codigo text,
    primary key (envio, id)
);
-- A cancel stays, so that it also holds for an acionamento that is emitted after it.
create table canais.cancelamento (
    acionamento uuid not null,
    canal text not null,
    motivo text not null,
    cancelado_em timestamptz not null,
    primary key (acionamento, canal)
);
-- One address receives one acionamento a day, however many people share it.
create table canais.endereco_dia (
    chave text not null,
    dia date not null,
    acionamento uuid not null,
    primary key (chave, dia)
);
create table canais.recibo_quarentena (
    id bigint generated always as identity primary key,
    provedor text not null,
    envio uuid,
    id_provedor text,
    estado canais.estado not null,
    codigo text,
    provedor_em timestamptz,
    recebido_em timestamptz not null
);
create index recibo_quarentena_envio on canais.recibo_quarentena (envio) where envio is not null;
create index recibo_quarentena_id on canais.recibo_quarentena (id_provedor) where id_provedor is not null;
create index recibo_quarentena_idade on canais.recibo_quarentena (recebido_em);
-- A sending process, for who looks from outside; its life is the advisory lock (see envio.trava), not this row.
create table canais.trabalhador (
    trava int primary key,
    nome text not null,
    iniciado_em timestamptz not null
);
"""

_PROVEDORES = """
create table canais.provedor (
    provedor text primary key,
    canal text not null,
    peso smallint not null default 1 check (peso >= 0),
    pausado boolean not null default false,
    -- requests a second; null: no limit of ours
    taxa_por_s double precision check (taxa_por_s > 0),
    motivo text,
    alterado_em timestamptz
);
create table canais.preco (
    provedor text not null,
    desde date not null,
    valor_micros bigint not null,
    moeda text not null,
    -- the state that the provider charges at: aceito or entregue
    cobra_em text not null,
    -- checked against the provider's own list
    verificado boolean not null,
    fonte text not null,
    primary key (provedor, desde)
);
create view canais.custo_diario as
select (e.criado_em at time zone 'America/Maceio')::date as dia, e.canal, e.provedor, e.campanha, e.moeda,
       count(*) as envios, sum(e.custo_micros) as custo_micros
from canais.envio e
where e.custo_micros is not null
group by 1, 2, 3, 4, 5;
"""


def upgrade() -> None:
    for ddl in (ddl_mensageria("canais"), _CONTATOS, _MODELOS, _ENVIOS, _PROVEDORES):
        for comando in ddl.split(";\n"):
            if comando.strip():
                op.execute(comando)
