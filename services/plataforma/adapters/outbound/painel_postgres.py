"""The panel's tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from kernel.messaging.envelope import Evento
from kernel.messaging.tabelas import ddl_mensageria
from kernel.persistence.banco import Banco, Conexao
from plataforma.domain.painel import ORDEM_DE_ESTADOS, SITUACOES, Recolhido, Retrato

DDL_PAINEL = (
    ddl_mensageria("plataforma")
    + """
create table plataforma.painel_acionamento (
    acionamento uuid primary key,
    hipotese text not null,
    rigidez smallint not null
);
create table plataforma.painel_envio (
    envio uuid primary key,
    canal text not null,
    posto smallint not null,
    custo_micros bigint,
    moeda text
);
create table plataforma.painel_contador (
    nome text primary key,
    quantos bigint not null
);
"""
)
DDL_PARCELAMENTOS = """
create table plataforma.painel_parcelamento (
    parcelamento uuid primary key,
    posto smallint not null,
    -- of the event that told it
    em timestamptz not null
)"""
_POSTO = {estado: n for n, estado in enumerate(ORDEM_DE_ESTADOS)}


class PainelPostgres:
    """The panel inside a consumer's transaction."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def anotar_emitidos(self, eventos: Sequence[Evento]) -> None:
        await self._con.execute(
            """insert into plataforma.painel_acionamento (acionamento, hipotese, rigidez)
               select * from unnest($1::uuid[], $2::text[], $3::int[]) on conflict do nothing""",
            [evento.dados["acionamento"] for evento in eventos],
            [evento.dados["hipotese"] for evento in eventos],
            [evento.dados["rigidez"] for evento in eventos],
        )

    async def anotar_entregas(self, eventos: Sequence[Evento]) -> None:
        maiores: dict[str, Evento] = {}
        for evento in eventos:
            ate_agora = maiores.get(evento.dados["envio"])
            if ate_agora is None or _POSTO[ate_agora.dados["estado"]] <= _POSTO[evento.dados["estado"]]:
                maiores[evento.dados["envio"]] = evento
        await self._con.execute(
            """insert into plataforma.painel_envio as p (envio, canal, posto, custo_micros, moeda)
               select * from unnest($1::uuid[], $2::text[], $3::int[], $4::bigint[], $5::text[])
               on conflict (envio) do update set
                   posto = greatest(p.posto, excluded.posto),
                   custo_micros = coalesce(excluded.custo_micros, p.custo_micros),
                   moeda = coalesce(excluded.moeda, p.moeda)""",
            list(maiores),
            [evento.dados["canal"] for evento in maiores.values()],
            [_POSTO[evento.dados["estado"]] for evento in maiores.values()],
            [_micros(evento) for evento in maiores.values()],
            [(evento.dados.get("custo") or {}).get("moeda") for evento in maiores.values()],
        )

    async def anotar_parcelamentos(self, situacao: str, eventos: Sequence[Evento]) -> None:
        ultimos = {evento.dados["parcelamento"]: evento.instante for evento in sorted(eventos, key=lambda e: e.instante)}
        await self._con.execute(
            """insert into plataforma.painel_parcelamento as p (parcelamento, em, posto)
               select t.parcelamento, t.em, $3 from unnest($1::uuid[], $2::timestamptz[]) t (parcelamento, em)
               on conflict (parcelamento) do update set em = excluded.em, posto = excluded.posto
               where (excluded.em, excluded.posto) > (p.em, p.posto)""",
            list(ultimos),
            list(ultimos.values()),
            SITUACOES.index(situacao),
        )

    async def contar(self, nome: str, quantos: int) -> None:
        await self._con.execute(
            """insert into plataforma.painel_contador as p values ($1, $2)
               on conflict (nome) do update set quantos = p.quantos + excluded.quantos""",
            nome,
            quantos,
        )


def _micros(evento: Evento) -> int | None:
    custo = evento.dados.get("custo")
    return None if custo is None else int(Decimal(custo["valor"]).scaleb(6))


async def retratar(banco: Banco, agora: datetime, atraso: int) -> Retrato:
    """What the panel shows at `agora`, with `atraso` events still on their way to it."""
    async with banco.transacao(isolamento="repeatable_read", so_leitura=True) as con:
        hipoteses = await con.fetch("select hipotese, count(*) n from plataforma.painel_acionamento group by 1")
        graus = await con.fetch("select rigidez, count(*) n from plataforma.painel_acionamento group by 1")
        envios = await con.fetch("select canal, posto, count(*) n from plataforma.painel_envio group by 1, 2")
        custos = await con.fetch(
            "select moeda, sum(custo_micros) micros from plataforma.painel_envio where moeda is not null group by 1"
        )
        planos = await con.fetch("select posto, count(*) n from plataforma.painel_parcelamento group by 1")
        linhas = await con.fetch("select nome, quantos from plataforma.painel_contador")
        contadores: dict[str, int] = {linha["nome"]: linha["quantos"] for linha in linhas}
    canais: dict[str, dict[str, int]] = {}
    for linha in envios:
        canais.setdefault(linha["canal"], {})[ORDEM_DE_ESTADOS[linha["posto"]]] = linha["n"]
    return Retrato(
        agora=agora,
        por_hipotese={linha["hipotese"]: linha["n"] for linha in hipoteses},
        por_rigidez={linha["rigidez"]: linha["n"] for linha in graus},
        por_canal=canais,
        retidos=contadores.get("retidos", 0),
        regularizadas=contadores.get("regularizadas", 0),
        custos={linha["moeda"]: Decimal(linha["micros"]).scaleb(-6) for linha in custos},
        parcelamentos={SITUACOES[linha["posto"]]: linha["n"] for linha in planos},
        recolhidos=_recolhidos(contadores),
        atraso=atraso,
    )


def _recolhidos(contadores: dict[str, int]) -> dict[str, Recolhido]:
    fontes = [nome.removeprefix("pagamentos:") for nome in contadores if nome.startswith("pagamentos:")]
    return {
        fonte: Recolhido(contadores[f"pagamentos:{fonte}"], Decimal(contadores[f"centavos:{fonte}"]).scaleb(-2))
        for fonte in fontes
    }
