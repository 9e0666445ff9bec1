"""Contacts on Postgres, and the installments that somebody is to be contacted about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final
from uuid import UUID

from kernel.domain.datas import Competencia
from kernel.persistence.banco import Conexao
from parcelamento.application.registrar_contato import AVISO, Contato
from parcelamento.domain.calendarios import FUSO

_COLUNAS: Final = "contato, plano, parcela, meio, pessoa, compromisso, prometido_para, feito_em, autor, excluido_em, excluido_por"


class ContatosPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def numero_de_parcelas(self, plano: UUID) -> int:
        return int(await self._con.fetchval("select count(*) from parcelamento.parcela where plano = $1", plano))

    async def guardar(self, contato: Contato) -> None:
        c = contato
        await self._con.execute(
            f"insert into parcelamento.contato ({_COLUNAS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            *(c.contato, c.plano, c.parcela, c.meio, c.pessoa, c.compromisso, c.prometido_para, c.feito_em, c.autor),
            *(c.excluido_em, c.excluido_por),
        )

    async def excluir(self, plano: UUID, contato: UUID, *, em: datetime, por: str) -> bool:
        return bool(
            await self._con.fetchval(
                """update parcelamento.contato
                set pessoa = null, compromisso = null,
                    excluido_em = coalesce(excluido_em, $3), excluido_por = coalesce(excluido_por, $4)
                where plano = $1 and contato = $2 returning true""",
                *(plano, contato, em, por),
            )
        )


async def contatos_do_plano(con: Conexao, plano: UUID, *, antes_de: tuple[datetime, UUID] | None, limite: int) -> list[Contato]:
    """The newest first, before the key `antes_de`."""
    em, contato = antes_de or (None, None)
    linhas = await con.fetch(
        f"""select {_COLUNAS} from parcelamento.contato
        where plano = $1 and ($2::timestamptz is null or (feito_em, contato) < ($2, $3))
        order by feito_em desc, contato desc limit $4""",
        *(plano, em, contato, limite),
    )
    return [Contato(**dict(linha)) for linha in linhas]


@dataclass(frozen=True, slots=True)
class FiltroDoAcompanhamento:
    """Whose installments, and the month of the contacts; None asks nothing."""

    mes: Competencia
    unidade: str | None = None
    plano: UUID | None = None


async def parcelas_a_acompanhar(
    con: Conexao, filtro: FiltroDoAcompanhamento, *, depois_de: tuple[date, UUID, int] | None, limite: int
) -> Sequence[Any]:
    """Overdue or partly paid installments of living plans that fell due by the month's end, by due date, after the key.

    With each: whether a notice went out for it by then, and the last contact with a person in that month.
    """
    inicio, fim = (datetime.combine(m.primeiro_dia, time.min, FUSO) for m in (filtro.mes, filtro.mes.seguinte()))
    vencimento, plano, numero = depois_de or (None, None, None)
    return await con.fetch(
        """select x.plano, x.numero, x.valor, x.pago, x.vencimento, x.vencida, p.contribuinte, p.unidade, p.tributo, p.situacao,
            n.documento ->> 'uf' as uf, u.feito_em as contato_em, u.prometido_para,
            exists (
                select from parcelamento.contato c
                where c.plano = x.plano and c.parcela = x.numero and c.meio = $1 and c.feito_em < $3
            ) as com_aviso
        from parcelamento.parcela x
        join parcelamento.plano p on p.plano = x.plano
        join parcelamento.norma n on n.norma = p.norma and n.versao = p.versao
        left join lateral (
            select c.feito_em, c.prometido_para from parcelamento.contato c
            where c.plano = x.plano and c.parcela = x.numero and c.meio <> $1 and c.feito_em >= $2 and c.feito_em < $3
            order by c.feito_em desc, c.contato desc limit 1
        ) u on true
        where x.pago < x.valor and (x.vencida or x.pago > 0) and x.vencimento <= $4
            and p.situacao in ('aguardando_entrada', 'ativo')
            and ($5::text is null or p.unidade = $5) and ($6::uuid is null or p.plano = $6)
            and ($7::date is null or (x.vencimento, x.plano, x.numero) > ($7, $8, $9))
        order by x.vencimento, x.plano, x.numero limit $10""",
        *(AVISO, inicio, fim, filtro.mes.ultimo_dia, filtro.unidade, filtro.plano, vencimento, plano, numero, limite),
    )
