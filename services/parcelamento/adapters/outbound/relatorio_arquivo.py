"""The audit report as a file: JSON, CSV and XLSX, each written batch by batch to a stream."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO, Final, Literal, Protocol

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from kernel.cargas.rotas import inofensivo
from parcelamento.application.relatorio_de_auditoria import COLUNAS, SOMADAS, Coluna, Soma, Tipo, Totais

Formato = Literal["json", "csv", "xlsx"]
TIPO_DE_CONTEUDO: Final[Mapping[Formato, str]] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# a sheet has 1,048,576 rows
_LINHAS_DA_PLANILHA: Final = 1_000_000


class Escritor(Protocol):
    """Writes one report to a binary stream."""

    def escrever(self, linhas: Sequence[Mapping[str, Any]]) -> None:
        """A batch of rows."""
        ...

    def terminar(self, totais: Totais) -> None:
        """What follows the rows."""
        ...


class EscritorJson:
    """`{…cabecalho, "itens": […], "totais": {…}, "por_situacao": […], "por_unidade": […]}`, money as text with two decimals."""

    def __init__(self, arquivo: BinaryIO, cabecalho: Mapping[str, Any]) -> None:
        self._arquivo = arquivo
        self._primeira = True
        arquivo.write(orjson.dumps(dict(cabecalho))[:-1] + b',"itens":[')

    def escrever(self, linhas: Sequence[Mapping[str, Any]]) -> None:
        for linha in linhas:
            self._arquivo.write(b"" if self._primeira else b",")
            self._arquivo.write(orjson.dumps({c.nome: _em_json(c.tipo, linha[c.nome]) for c in COLUNAS}))
            self._primeira = False

    def terminar(self, totais: Totais) -> None:
        fim = {
            "totais": _soma_em_json(totais.geral),
            "por_situacao": [{"situacao": s} | _soma_em_json(soma) for s, soma in sorted(totais.por_situacao.items())],
            "por_unidade": [{"unidade": u} | _soma_em_json(soma) for u, soma in sorted(totais.por_unidade.items())],
        }
        self._arquivo.write(b"]," + orjson.dumps(fim)[1:])


class EscritorCsv:
    """`;`, UTF-8 with its mark (spreadsheets read accents by it), `1234,56`, `dd/mm/aaaa`; one line a plan and nothing else."""

    def __init__(self, arquivo: BinaryIO, cabecalho: Mapping[str, Any]) -> None:
        self._arquivo = arquivo
        arquivo.write(b"\xef\xbb\xbf" + ";".join(c.nome for c in COLUNAS).encode() + b"\r\n")

    def escrever(self, linhas: Sequence[Mapping[str, Any]]) -> None:
        saida = io.StringIO()
        csv.writer(saida, delimiter=";").writerows([_EM_CSV[c.tipo](linha[c.nome]) for c in COLUNAS] for linha in linhas)
        self._arquivo.write(saida.getvalue().encode())

    def terminar(self, totais: Totais) -> None:
        """The lines are all there is: sums among them would be read as plans."""
        self._arquivo.flush()


class EscritorXlsx:
    """Sheets `Parcelamentos` and `Totais`; money and dates are numbers and dates. Rows go to disk as they come."""

    def __init__(
        self, arquivo: BinaryIO, cabecalho: Mapping[str, Any], *, linhas_por_planilha: int = _LINHAS_DA_PLANILHA
    ) -> None:
        self._arquivo = arquivo
        self._maximo = linhas_por_planilha
        self._pasta = Workbook(write_only=True)
        self._abertas = 0
        self._abrir()

    def _abrir(self) -> None:
        self._abertas += 1
        nome = "Parcelamentos" if self._abertas == 1 else f"Parcelamentos {self._abertas}"
        self._planilha = self._pasta.create_sheet(nome)
        self._planilha.freeze_panes = "A2"
        _titular(self._planilha, [c.titulo for c in COLUNAS])
        self._celulas = [_celula(self._planilha, c.tipo) for c in COLUNAS]
        self._escritas = 0

    def escrever(self, linhas: Sequence[Mapping[str, Any]]) -> None:
        for linha in linhas:
            if self._escritas == self._maximo:
                self._abrir()
            _preencher(self._planilha, self._celulas, ((c, linha[c.nome]) for c in COLUNAS))
            self._escritas += 1

    def terminar(self, totais: Totais) -> None:
        planilha = self._pasta.create_sheet("Totais")
        colunas = (Coluna("grupo", "Grupo", "texto"), Coluna("planos", "Parcelamentos", "inteiro"), *SOMADAS)
        _titular(planilha, [c.titulo for c in colunas])
        celulas = [_celula(planilha, c.tipo) for c in colunas]
        for grupo, soma in _grupos(totais):
            valores = {"grupo": grupo, "planos": soma.planos, **soma.valores}
            _preencher(planilha, celulas, ((c, valores[c.nome]) for c in colunas))
        self._pasta.save(self._arquivo)


ESCRITORES: Final[Mapping[Formato, Callable[[BinaryIO, Mapping[str, Any]], Escritor]]] = {
    "json": EscritorJson,
    "csv": EscritorCsv,
    "xlsx": EscritorXlsx,
}


def _em_json(tipo: Tipo, valor: Any) -> Any:
    if tipo == "texto" and valor is not None:
        # ids come as the driver's own class
        return str(valor)
    return _reais(valor, ".") if tipo == "dinheiro" else valor


def _soma_em_json(soma: Soma) -> dict[str, Any]:
    return {"planos": soma.planos} | {c.nome: _em_json(c.tipo, soma.valores[c.nome]) for c in SOMADAS}


def _reais(centavos: int, ponto: str) -> str:
    inteiro, resto = divmod(abs(centavos), 100)
    return f"{'-' if centavos < 0 else ''}{inteiro}{ponto}{resto:02d}"


def _ou_vazio(escrever: Callable[[Any], str]) -> Callable[[Any], str]:
    return lambda valor: "" if valor is None else escrever(valor)


_EM_CSV: Final[Mapping[Tipo, Callable[[Any], str]]] = {
    "texto": _ou_vazio(lambda valor: inofensivo(str(valor))),
    "inteiro": str,
    "dinheiro": lambda valor: _reais(valor, ","),
    "dia": _ou_vazio(lambda valor: f"{valor:%d/%m/%Y}"),
    "sim_nao": lambda valor: "sim" if valor else "não",
}
_EM_CELULA: Final[Mapping[Tipo, Callable[[Any], Any]]] = {
    "texto": lambda valor: ILLEGAL_CHARACTERS_RE.sub("", inofensivo(str(valor))),
    "inteiro": lambda valor: valor,
    "dinheiro": lambda valor: Decimal(valor).scaleb(-2),
    "dia": lambda valor: valor,
    "sim_nao": lambda valor: "sim" if valor else "não",
}
_FORMATO_DA_CELULA: Final[Mapping[Tipo, str]] = {"dinheiro": "#,##0.00", "dia": "dd/mm/yyyy"}


def _titular(planilha: Any, titulos: Sequence[str]) -> None:
    celulas = [WriteOnlyCell(planilha, titulo) for titulo in titulos]
    for celula in celulas:
        celula.font = Font(bold=True)
    planilha.append(celulas)


def _celula(planilha: Any, tipo: Tipo) -> Any:
    """A cell that every row of its column is written through: its style is made once."""
    celula = WriteOnlyCell(planilha)
    if tipo in _FORMATO_DA_CELULA:
        celula.number_format = _FORMATO_DA_CELULA[tipo]
    return celula


def _preencher(planilha: Any, celulas: Sequence[Any], valores: Iterator[tuple[Coluna, Any]]) -> None:
    linha: list[Any] = []
    for celula, (coluna, valor) in zip(celulas, valores, strict=True):
        if valor is not None:
            celula.value = _EM_CELULA[coluna.tipo](valor)
        linha.append(None if valor is None else celula)
    planilha.append(linha)


def _grupos(totais: Totais) -> Iterator[tuple[str, Soma]]:
    yield "Todos", totais.geral
    for situacao, soma in sorted(totais.por_situacao.items()):
        yield f"Situação: {situacao}", soma
    for unidade, soma in sorted(totais.por_unidade.items()):
        yield f"Unidade: {unidade}", soma
