"""Reads a file of monthly SELIC rates, CSV or the Banco Central's JSON, whole or not at all."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import orjson

from kernel.cargas.leitura import ArquivoRecusado, ler_blocos, ler_cabecalho, separar
from kernel.domain.datas import Competencia, ler_competencia, ler_data, mes_de
from parcelamento.domain.selic import TaxaMensal
from parcelamento.errors import CampoRecusado, DadosRecusados

# The month with the highest rate since taxes go by the SELIC is 1995-04, 4.26%: what is above is a yearly rate in the wrong file.
MAIOR_TAXA: Final = Decimal(5)
MAIOR_FONTE: Final = 200
_MAIS_RECUSAS: Final = 50
_TAXA: Final = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,4})?")
_BOM: Final = b"\xef\xbb\xbf"
_JSON: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[")


class SelicRecusada(DadosRecusados):
    """Nothing of the file is taken. `campos` names each bad line (`linha 3`) or item (`item 3`)."""

    codigo = "selic_recusada"


@dataclass(frozen=True, slots=True)
class _Celulas:
    """A line as it stands: where it is (`linha 3`), the texts of its month, rate and source; or why it cannot be taken apart."""

    onde: str
    mes: str = ""
    taxa: str = ""
    fonte: str = ""
    defeito: str = ""


def ler_selic(conteudo: bytes, *, fonte: str, ate: Competencia | None = None) -> tuple[TaxaMensal, ...]:
    """The months in the file, in order of time.

    CSV: `;`, header `competencia;taxa` and optionally `fonte`, months `aaaa-mm`, rates `0,97` or `0.97`. JSON: a list of
    `{"data": "01/01/2025", "valor": "1.01"}`, as series 4390 comes. `fonte` goes where the line names none. `ate`: the last month
    that is over; the Banco Central's series shows the present month half-way, which is no rate yet. Raises `SelicRecusada`.
    """
    do_json = _JSON.match(conteudo) is not None
    taxas: dict[Competencia, TaxaMensal] = {}
    recusas: list[CampoRecusado] = []
    for celulas in _do_json(conteudo) if do_json else _do_csv(conteudo):
        try:
            taxa = _ler(celulas, fonte, do_json=do_json)
            _conferir(taxa, taxas, ate)
        except ValueError as erro:
            recusas.append({"campo": celulas.onde, "motivo": str(erro)})
        else:
            taxas[taxa.competencia] = taxa
    if recusas:
        raise SelicRecusada("Nada foi gravado: há linhas que não servem.", campos=recusas[:_MAIS_RECUSAS])
    if not taxas:
        raise _recusa("O arquivo não tem nenhum mês.")
    return tuple(taxas[c] for c in sorted(taxas))


def _recusa(motivo: str) -> SelicRecusada:
    return SelicRecusada("Nada foi gravado: o arquivo não serve.", campos=({"campo": "arquivo", "motivo": motivo},))


def _do_csv(conteudo: bytes) -> Iterator[_Celulas]:
    arquivo = io.BytesIO(conteudo)
    try:
        cabecalho = ler_cabecalho(arquivo, ("competencia", "taxa"), ("fonte",))
    except ArquivoRecusado as erro:
        raise _recusa(str(erro)) from None
    arquivo.seek(cabecalho.inicio)
    for bloco in ler_blocos(arquivo, cabecalho):
        yield from (_Celulas(f"linha {r.linha}", defeito=r.motivo) for r in bloco.rejeitadas)
        yield from (_da_linha(n, linha, cabecalho.colunas) for n, linha in zip(bloco.numeros, bloco.linhas, strict=True))


def _da_linha(numero: int, linha: str, colunas: tuple[str, ...]) -> _Celulas:
    onde = f"linha {numero}"
    try:
        partes = dict(zip(colunas, separar(linha, len(colunas)), strict=True))
    except ArquivoRecusado as erro:
        return _Celulas(onde, defeito=str(erro))
    return _Celulas(onde, partes["competencia"], partes["taxa"], partes.get("fonte", ""))


def _do_json(conteudo: bytes) -> Iterator[_Celulas]:
    try:
        itens = orjson.loads(conteudo.removeprefix(_BOM))
    except orjson.JSONDecodeError:
        raise _recusa("O arquivo não é um JSON válido.") from None
    yield from (_do_item(i, item) for i, item in enumerate(itens, start=1))


def _do_item(i: int, item: Any) -> _Celulas:
    data, valor = (item.get("data"), item.get("valor")) if isinstance(item, dict) else (None, None)
    if not isinstance(data, str) or not isinstance(valor, str):
        return _Celulas(f"item {i}", defeito='Precisa ser como {"data": "01/01/2025", "valor": "1.01"}.')
    return _Celulas(f"item {i}", data, valor)


def _ler(c: _Celulas, fonte: str, *, do_json: bool) -> TaxaMensal:
    if c.defeito:
        raise ValueError(c.defeito)
    competencia = _mes_da_serie(c.mes) if do_json else ler_competencia(c.mes)
    texto = c.taxa.strip()
    if not _TAXA.fullmatch(texto):
        raise ValueError("A taxa é um percentual com até quatro casas, como 0,97.")
    if len(c.fonte) > MAIOR_FONTE:
        raise ValueError(f"A fonte passa de {MAIOR_FONTE} caracteres.")
    return TaxaMensal(competencia, Decimal(texto.replace(",", ".")), c.fonte.strip() or fonte)


def _mes_da_serie(texto: str) -> Competencia:
    dia = ler_data(texto)
    if dia.day != 1:
        raise ValueError("A data não é o primeiro dia do mês: esta não é a série mensal (4390).")
    return mes_de(dia)


def _conferir(t: TaxaMensal, ja_lidas: dict[Competencia, TaxaMensal], ate: Competencia | None) -> None:
    if t.taxa > MAIOR_TAXA:
        raise ValueError(f"A taxa passa de {MAIOR_TAXA}% ao mês: parece ser a taxa anual.")
    if t.competencia in ja_lidas:
        raise ValueError(f"O mês {t.competencia} aparece mais de uma vez.")
    if ate is not None and t.competencia > ate:
        raise ValueError(f"O mês {t.competencia} ainda não terminou: a taxa dele ainda não existe.")
