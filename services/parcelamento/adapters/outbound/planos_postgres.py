"""Plans on Postgres: read and written by batches, whatever the number of plans."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from kernel.persistence.banco import Conexao
from parcelamento.adapters.outbound.normas_postgres import NormasPostgres
from parcelamento.application.ports import NormaEmUso, PlanoEmVida, PlanoMudado, PlanoNovo, RegistroDoPlano
from parcelamento.domain.plano import Item, Parcela, Plano

_COLUNAS: Final = "plano, contribuinte, norma, versao, situacao, data, risco_avisado, tributo"
_VENCENDO: Final = "situacao in ('aguardando_entrada', 'ativo') and prazo <= $1"
_DEBITO: Final = "debito, regime, principal, multa, juros, multa_reduzida, juros_reduzidos, honorarios"


class PlanosPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao, normas: NormasPostgres) -> None:
        self._con = con
        self._normas = normas

    async def da_cotacao(self, cotacao: UUID) -> UUID | None:
        await self._con.execute("select from parcelamento.cotacao where cotacao = $1 for update", cotacao)
        achado: UUID | None = await self._con.fetchval("select plano from parcelamento.plano where cotacao = $1", cotacao)
        return achado

    async def em_plano_ativo(self, contribuinte: str, debitos: Sequence[str]) -> list[str]:
        linhas = await self._con.fetch(
            """select d.debito from parcelamento.debito_parcelado d join parcelamento.plano p using (plano)
            where d.contribuinte = $1 and d.debito = any($2) and p.situacao = 'ativo' order by d.debito""",
            *(contribuinte, list(debitos)),
        )
        return [linha["debito"] for linha in linhas]

    async def criar(self, novo: PlanoNovo) -> list[str]:
        p = novo.plano
        if ocupados := await prender_debitos(self._con, p):
            return ocupados
        await self._con.execute(
            """insert into parcelamento.plano (plano, cotacao, contribuinte, norma, versao, regime, reparcelamento, tributo,
                unidade, situacao, data, total, total_sem_reducao, formalizado_em, prazo, autor)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)""",
            *(p.plano, novo.cotacao, p.contribuinte, novo.norma, novo.versao, novo.proposto.regime, novo.reparcelamento),
            *(novo.tributo, novo.unidade, p.situacao, p.data, novo.proposto.total, novo.proposto.total_sem_reducao),
            *(novo.formalizado_em, novo.prazo, novo.autor),
        )
        await self._con.copy_records_to_table(
            "plano_debito",
            schema_name="parcelamento",
            columns=["plano", "ordem", *_DEBITO.split(", ")],
            records=[
                (
                    *(p.plano, n, i.debito, i.regime, i.principal, i.multa, i.juros),
                    *(i.multa_reduzida, i.juros_reduzidos, i.honorarios),
                )
                for n, i in enumerate(p.itens)
            ],
        )
        await self._con.copy_records_to_table(
            "parcela",
            schema_name="parcelamento",
            columns=["plano", "numero", "valor", "vencimento"],
            records=[(p.plano, x.numero, x.valor, x.vencimento) for x in p.parcelas],
        )
        return []

    async def travar(self, planos: Sequence[UUID]) -> list[PlanoEmVida]:
        linhas = await self._con.fetch(
            f"select {_COLUNAS} from parcelamento.plano where plano = any($1) order by plano for update", list(planos)
        )
        return await self._montar(linhas)

    async def vencendo(self, ate: date, limite: int) -> list[UUID]:
        # locked by id, as `travar` does: two workers that take the same plans in two orders wait for each other for ever
        linhas = await self._con.fetch(
            f"""select plano from parcelamento.plano
            where plano = any(array(
                select plano from parcelamento.plano where {_VENCENDO} order by prazo, plano limit $2
            )) and {_VENCENDO}
            order by plano for update""",
            *(ate, limite),
        )
        return [linha["plano"] for linha in linhas]

    async def adiar(self, planos: Sequence[UUID], prazo: date) -> None:
        await self._con.execute("update parcelamento.plano set prazo = $2 where plano = any($1)", list(planos), prazo)

    async def proximo_prazo(self) -> date | None:
        """The first date on which some plan has something to tell."""
        achado: date | None = await self._con.fetchval(
            "select min(prazo) from parcelamento.plano where situacao in ('aguardando_entrada', 'ativo')"
        )
        return achado

    async def ler(self, plano: UUID) -> PlanoEmVida | None:
        """One plan, not locked."""
        linhas = await self._con.fetch(f"select {_COLUNAS} from parcelamento.plano where plano = $1", plano)
        achados = await self._montar(linhas)
        return achados[0] if achados else None

    async def registro(self, plano: UUID) -> RegistroDoPlano | None:
        linha = await self._con.fetchrow("select cotacao, formalizado_em, autor from parcelamento.plano where plano = $1", plano)
        return None if linha is None else RegistroDoPlano(**dict(linha))

    async def _montar(self, linhas: Sequence[Any]) -> list[PlanoEmVida]:
        ids = [linha["plano"] for linha in linhas]
        parcelas = await self._agrupar(
            "select plano, numero, valor, vencimento, pago, quitada_em, vencida from parcelamento.parcela"
            " where plano = any($1) order by plano, numero",
            ids,
        )
        itens = await self._agrupar(
            f"select plano, {_DEBITO} from parcelamento.plano_debito where plano = any($1) order by plano, ordem", ids
        )
        normas = {par: await self._normas.versao(*par) for par in {(linha["norma"], linha["versao"]) for linha in linhas}}
        return [_plano(x, normas[x["norma"], x["versao"]], parcelas[x["plano"]], itens[x["plano"]]) for x in linhas]

    async def _agrupar(self, consulta: str, ids: Sequence[UUID]) -> Mapping[UUID, list[dict[str, Any]]]:
        grupos: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
        for linha in await self._con.fetch(consulta, ids):
            campos = dict(linha)
            grupos[campos.pop("plano")].append(campos)
        return grupos

    async def gravar(self, planos: Sequence[PlanoMudado]) -> None:
        if not planos:
            return
        await self._gravar_planos(planos)
        parcelas = [(m.plano.plano, x) for m in planos for x in m.plano.parcelas]
        await self._con.execute(
            """update parcelamento.parcela p set pago = n.pago, quitada_em = n.quitada_em, vencida = n.vencida
            from unnest($1::uuid[], $2::int[], $3::bigint[], $4::date[], $5::bool[])
                as n (plano, numero, pago, quitada_em, vencida)
            where p.plano = n.plano and p.numero = n.numero
                and (p.pago, p.quitada_em, p.vencida) is distinct from (n.pago, n.quitada_em, n.vencida)""",
            [plano for plano, _ in parcelas],
            [x.numero for _, x in parcelas],
            [x.pago for _, x in parcelas],
            [x.quitada_em for _, x in parcelas],
            [x.vencida for _, x in parcelas],
        )
        await self._devolver(planos)
        await self._recolher([m.plano.plano for m in planos])

    async def _recolher(self, planos: Sequence[UUID]) -> None:
        """Documents of what is paid or over are in force no more; those by which it was paid are told `pago` after this."""
        await self._con.execute(
            """update parcelamento.documento d set situacao = 'cancelado'
            from parcelamento.plano p
            where d.plano = any($1) and d.situacao = 'emitido' and p.plano = d.plano and (
                p.situacao in ('quitado', 'cancelado') or exists (
                    select from parcelamento.parcela x where x.plano = d.plano and x.numero = d.parcela and x.pago = x.valor
                )
            )""",
            list(planos),
        )

    async def _gravar_planos(self, planos: Sequence[PlanoMudado]) -> None:
        await self._con.execute(
            """update parcelamento.plano p
            set situacao = n.situacao, risco_avisado = n.risco, prazo = n.prazo, motivo = coalesce(n.motivo, p.motivo),
                ativado_em = coalesce(p.ativado_em, n.ativado_em), encerrado_em = coalesce(p.encerrado_em, n.encerrado_em)
            from unnest($1::uuid[], $2::text[], $3::date[], $4::date[], $5::text[], $6::date[], $7::date[])
                as n (plano, situacao, risco, prazo, motivo, ativado_em, encerrado_em)
            where p.plano = n.plano""",
            [m.plano.plano for m in planos],
            [m.plano.situacao for m in planos],
            [m.plano.risco_avisado for m in planos],
            [m.prazo for m in planos],
            [m.motivo for m in planos],
            [m.ativado_em for m in planos],
            [m.encerrado_em for m in planos],
        )
        # the debts of a plan that is over may be split again
        await self._con.execute(
            "delete from parcelamento.debito_parcelado where plano = any($1)",
            [m.plano.plano for m in planos if m.plano.situacao == "cancelado"],
        )

    async def _devolver(self, planos: Sequence[PlanoMudado]) -> None:
        saldos = [(m.plano.plano, s) for m in planos for s in m.saldos]
        if not saldos:
            return
        await self._con.execute(
            """update parcelamento.plano_debito d
            set saldo_principal = n.principal, saldo_multa = n.multa, saldo_juros = n.juros, saldo_honorarios = n.honorarios
            from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
                as n (plano, debito, principal, multa, juros, honorarios)
            where d.plano = n.plano and d.debito = n.debito""",
            [plano for plano, _ in saldos],
            [s.debito for _, s in saldos],
            [s.principal for _, s in saldos],
            [s.multa for _, s in saldos],
            [s.juros for _, s in saldos],
            [s.honorarios for _, s in saldos],
        )


async def prender_debitos(con: Conexao, plano: Plano) -> list[str]:
    """Holds the plan's debts for it; names those that another living plan has, and then the caller's transaction must end."""
    debitos = [item.debito for item in plano.itens]
    presos = await con.fetch(
        """insert into parcelamento.debito_parcelado (contribuinte, debito, plano)
        select $1, d, $2 from unnest($3::text[]) as d order by d on conflict do nothing returning debito""",
        *(plano.contribuinte, plano.plano, debitos),
    )
    livres = {linha["debito"] for linha in presos}
    return [debito for debito in debitos if debito not in livres]


def _plano(
    linha: Any, norma: NormaEmUso, parcelas: Sequence[Mapping[str, Any]], itens: Sequence[Mapping[str, Any]]
) -> PlanoEmVida:
    plano = Plano(
        plano=linha["plano"],
        contribuinte=linha["contribuinte"],
        situacao=linha["situacao"],
        data=linha["data"],
        parcelas=tuple(Parcela(**p) for p in parcelas),
        itens=tuple(Item(**i) for i in itens),
        cancelamento=norma.norma.cancelamento,
        imputacao=norma.norma.imputacao,
        risco_avisado=linha["risco_avisado"],
    )
    return PlanoEmVida(plano, norma, linha["tributo"])
