"""Payment documents on Postgres."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any, Final
from uuid import UUID

from kernel.persistence.banco import Conexao
from parcelamento.application.ports_documentos import Documento, SituacaoDoDocumento
from parcelamento.domain.documento import ItemImpresso
from parcelamento.domain.documento_norma import TipoDeDocumento

_COLUNAS: Final = (
    "documento, nosso_numero, tipo, plano, parcela, contribuinte, tributo, uf, valor, encargos, vencimento, barras, linha, "
    "txid, pix, situacao, itens, emitido_em, autor"
)
_DO_ITEM: Final = tuple(campo.name for campo in fields(ItemImpresso))


class DocumentosPostgres:
    """The port on one transaction's connection."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def proximo_numero(self) -> int:
        return int(await self._con.fetchval("select nextval('parcelamento.nosso_numero')"))

    async def guardar(self, documento: Documento) -> None:
        campos = asdict(documento)
        campos["itens"] = [asdict(item) | {"valor": item.total} for item in documento.itens]
        lugares = ", ".join(f"${n}" for n in range(1, len(campos) + 1))
        await self._con.execute(f"insert into parcelamento.documento ({_COLUNAS}) values ({lugares})", *campos.values())

    async def ler(self, documento: UUID) -> Documento | None:
        linha = await self._con.fetchrow(f"select {_COLUNAS} from parcelamento.documento where documento = $1", documento)
        return None if linha is None else _documento(linha)

    async def emitidos(self, plano: UUID, tipo: TipoDeDocumento, parcela: int | None) -> list[Documento]:
        linhas = await self._con.fetch(
            f"""select {_COLUNAS} from parcelamento.documento
            where plano = $1 and tipo = $2 and parcela is not distinct from $3 and situacao = 'emitido'
            order by nosso_numero desc""",
            *(plano, tipo, parcela),
        )
        return [_documento(linha) for linha in linhas]

    async def cotas_unicas(self, contribuinte: str) -> list[Documento]:
        await self._con.execute(
            "select pg_advisory_xact_lock(hashtextextended('parcelamento:cota_unica:' || $1, 0))", contribuinte
        )
        linhas = await self._con.fetch(
            f"""select {_COLUNAS} from parcelamento.documento
            where contribuinte = $1 and tipo = 'cota_unica' and situacao = 'emitido' order by nosso_numero desc""",
            contribuinte,
        )
        return [_documento(linha) for linha in linhas]

    async def situar(self, documentos: list[UUID], situacao: SituacaoDoDocumento) -> None:
        await self._con.execute("update parcelamento.documento set situacao = $2 where documento = any($1)", documentos, situacao)

    async def por_pix(self, documento: UUID, pix: str) -> None:
        await self._con.execute("update parcelamento.documento set pix = $2 where documento = $1", documento, pix)


def _documento(linha: Any) -> Documento:
    campos = dict(linha)
    campos["itens"] = tuple(ItemImpresso(**{nome: item[nome] for nome in _DO_ITEM}) for item in campos["itens"])
    return Documento(**campos)
