"""The payments that wait for a person, on Postgres."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from kernel.messaging import outbox
from kernel.messaging.log import Saida
from kernel.persistence.banco import Conexao
from parcelamento.adapters.outbound.retorno_carga import CANAL_DOS_PAGAMENTOS
from parcelamento.application.confirmar_pagamento import PagamentoDeDocumento
from parcelamento.application.resolver_pagamento import Pendente, Resolucao
from parcelamento.errors import NaoExiste

_COLUNAS: Final = """pagamento, origem, banco, nsa, nsr, end_to_end, barras, txid, documento, pago_em, creditado_em, valor,
    excedente, devolvido, motivo_pendencia as motivo, resultado, carga, linha, recebido_em"""


async def listar_pendentes(
    con: Conexao, *, motivo: str | None, depois_de: tuple[datetime, UUID] | None, limite: int
) -> list[Pendente]:
    """Payments that wait, the oldest first, after the key `depois_de`."""
    em, pagamento = depois_de or (None, None)
    linhas = await con.fetch(
        f"""select {_COLUNAS} from parcelamento.pagamento
        where estado = 'pendente' and ($1::text is null or motivo_pendencia = $1)
            and ($2::timestamptz is null or (recebido_em, pagamento) > ($2, $3))
        order by recebido_em, pagamento limit $4""",
        *(motivo, em, pagamento, limite),
    )
    return [Pendente(**dict(linha)) for linha in linhas]


class PendenciasPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def travar(self, pagamento: UUID) -> Pendente | None:
        linha = await self._con.fetchrow(
            f"select estado, {_COLUNAS} from parcelamento.pagamento where pagamento = $1 for update", pagamento
        )
        if linha is None:
            raise NaoExiste("Não há pagamento com este identificador.")
        dados = dict(linha)
        return Pendente(**dados) if dados.pop("estado") == "pendente" else None

    async def do_documento(self, p: Pendente, documento: UUID) -> PagamentoDeDocumento | None:
        linha = await self._con.fetchrow(
            "select contribuinte, tributo, plano, parcela, itens from parcelamento.documento where documento = $1", documento
        )
        if linha is None:
            return None
        contribuinte, tributo, plano, parcela, itens = linha
        return PagamentoDeDocumento(p.pagamento, contribuinte, tributo, plano, parcela, p.pago_em, p.valor, itens)

    async def resolver(self, p: Pendente, resolucao: Resolucao) -> None:
        r = resolucao
        await self._con.execute(
            """insert into parcelamento.pagamento_resolucao
                (pagamento, motivo, acao, documento, documento_anterior, nota, por, em)
            values ($1, $2, $3, $4, $5, $6, $7, $8)""",
            *(p.pagamento, p.motivo, r.acao, r.documento, p.documento, r.nota, r.quem, r.em),
        )
        await self._con.execute(
            """update parcelamento.pagamento
            set estado = case when $2::uuid is null then 'resolvido' else 'a_aplicar' end, documento = coalesce($2, documento),
                motivo_pendencia = case when $2 is null then motivo_pendencia end,
                resolucao = $3, nota = $4, resolvido_por = $5, resolvido_em = $6
            where pagamento = $1""",
            *(p.pagamento, r.documento, r.acao, r.nota, r.quem, r.em),
        )
        await self._con.execute("select pg_notify($1, '')", CANAL_DOS_PAGAMENTOS)

    async def contar(self, saidas: Sequence[Saida]) -> None:
        await outbox.gravar(self._con, "parcelamento", saidas)
