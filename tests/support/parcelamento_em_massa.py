"""Two thousand plans at once: one is made as users make them, and its rows are copied for the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from kernel.persistence.banco import Banco, Conexao
from parcelamento.domain.febraban import compor_barras

_ESPACO: Final = UUID("7c2f7c52-4c0e-5a1b-9f43-1d0a9b7a6e55")
_PRIMEIRO_NUMERO: Final = 1_000_000
_EMPRESA: Final = "0000"

_DE_CADA_UM: Final = ("cotacao", "plano", "plano_debito", "debito_parcelado", "parcela")
# what differs from the model's row, by column
_MUDA: Final = {
    "cotacao": "n.cotacao",
    "plano": "n.plano",
    "contribuinte": "n.contribuinte",
    "debito": "n.debito",
}


@dataclass(frozen=True, slots=True)
class DocumentoEmMassa:
    """One installment's document. `valor` in cents."""

    documento: UUID
    parcela: int
    barras: str
    valor: int

    @property
    def txid(self) -> str:
        return self.documento.hex


@dataclass(frozen=True, slots=True)
class PlanoEmMassa:
    """A plan of one taxpayer and one debt, with a document for each installment."""

    numero: int
    plano: UUID
    documentos: tuple[DocumentoEmMassa, ...]

    @property
    def contribuinte(self) -> str:
        return f"T-{self.numero:06d}"

    @property
    def debito(self) -> str:
        return f"D-{self.numero:06d}"


async def multiplicar(banco: Banco, modelo: UUID, quantos: int) -> list[PlanoEmMassa]:
    """Copies the plan `modelo`, of one debt, for the taxpayers T-000000…, and gives each installment a document."""
    async with banco.transacao() as con:
        planos = await _planos(con, modelo, quantos)
        await _copiar(con, modelo, planos)
        await _documentos(con, modelo, planos)
    return planos


async def _planos(con: Conexao, modelo: UUID, quantos: int) -> list[PlanoEmMassa]:
    parcelas = await con.fetch(
        "select numero, valor, vencimento from parcelamento.parcela where plano = $1 order by numero", modelo
    )
    return [
        PlanoEmMassa(
            numero=n,
            plano=uuid5(_ESPACO, f"plano {n}"),
            documentos=tuple(_documento(n, p["numero"], p["valor"], p["vencimento"], len(parcelas)) for p in parcelas),
        )
        for n in range(quantos)
    ]


def _documento(n: int, parcela: int, valor: int, vencimento: date, parcelas: int) -> DocumentoEmMassa:
    barras = compor_barras(valor, vencimento, _numero(n, parcela, parcelas), _EMPRESA).codigo
    return DocumentoEmMassa(uuid5(_ESPACO, f"documento {n} {parcela}"), parcela, barras, valor)


def _numero(n: int, parcela: int, parcelas: int) -> int:
    return _PRIMEIRO_NUMERO + n * parcelas + parcela - 1


async def _copiar(con: Conexao, modelo: UUID, planos: Sequence[PlanoEmMassa]) -> None:
    await con.execute("create temp table nova (cotacao uuid, plano uuid, contribuinte text, debito text) on commit drop")
    await con.copy_records_to_table(
        "nova", records=[(uuid5(p.plano, "cotacao"), p.plano, p.contribuinte, p.debito) for p in planos]
    )
    cotacao = await con.fetchval("select cotacao from parcelamento.plano where plano = $1", modelo)
    for tabela in _DE_CADA_UM:
        linhas = await con.fetch(
            "select column_name from information_schema.columns where table_schema = 'parcelamento' and table_name = $1"
            " order by ordinal_position",
            tabela,
        )
        colunas = [linha["column_name"] for linha in linhas]
        valores = ", ".join(_MUDA.get(coluna, f"m.{coluna}") for coluna in colunas)
        chave, de = ("cotacao", cotacao) if tabela == "cotacao" else ("plano", modelo)
        await con.execute(
            f"insert into parcelamento.{tabela} ({', '.join(colunas)})"
            f" select {valores} from parcelamento.{tabela} m cross join nova n where m.{chave} = $1",
            de,
        )


async def _documentos(con: Conexao, modelo: UUID, planos: Sequence[PlanoEmMassa]) -> None:
    parcelas = await con.fetch("select numero, vencimento from parcelamento.parcela where plano = $1", modelo)
    vencimentos = {p["numero"]: p["vencimento"] for p in parcelas}
    formalizado = await con.fetchval("select formalizado_em from parcelamento.plano where plano = $1", modelo)
    await con.execute(
        "create temp table novo (documento uuid, numero bigint, plano uuid, parcela int, contribuinte text, valor bigint,"
        " vencimento date, barras text, txid text) on commit drop"
    )
    await con.copy_records_to_table(
        "novo",
        records=[
            (
                *(d.documento, _numero(p.numero, d.parcela, len(p.documentos)), p.plano, d.parcela, p.contribuinte, d.valor),
                *(vencimentos[d.parcela], d.barras, d.txid),
            )
            for p in planos
            for d in p.documentos
        ],
    )
    await con.execute(
        """insert into parcelamento.documento (documento, nosso_numero, tipo, plano, parcela, contribuinte, tributo, uf, valor,
            vencimento, barras, linha, txid, situacao, itens, emitido_em, autor)
        select documento, numero, 'parcela', plano, parcela, contribuinte, 'ICMS', 'MA', valor, vencimento, barras,
            repeat('0', 48), txid, 'emitido', '[]', $1, 'teste' from novo""",
        formalizado,
    )
