"""The bank's return file of collections: FEBRABAN's records A, G and Z, read and written.

Source: FEBRABAN, Layout Padrão de Arrecadação/Recebimento com Utilização do Código de Barras, version 07 (2023-03-01). A
record has 150 bytes and one byte a character; lines end in LF or CRLF. Positions in messages count from 1, as there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from kernel.cargas.leitura import ArquivoRecusado

TAMANHO: Final = 150
MAIS_REGISTROS: Final = 999_999
"""What the six digits of the trailer can count, A and Z included."""

_ESPACO: Final = UUID("a1fd7a8c-6c62-5f0c-9b6e-0f4f1f6f2d10")
_ARRECADACAO: Final = ("CODIGO DE BARRAS", "CÓDIGO DE BARRAS")
_VARIANTE: Final = {c: "89ab"[int(c, 16) & 3] for c in "0123456789abcdef"}


class RetornoRecusado(ArquivoRecusado):
    """Nothing of the file can be taken. The text names the line, and the field where there is one."""

    def __init__(self, motivo: str, *, linha: int | None = None, campo: str | None = None) -> None:
        onde = "" if linha is None else f"Linha {linha}{'' if campo is None else f', {campo}'}: "
        super().__init__(onde + motivo)
        self.linha = linha
        self.campo = campo


@dataclass(frozen=True, slots=True)
class Cabecalho:
    """Record A. `nsa`: the bank's number of the file, one more for each; `convenio`: the contract it was made under."""

    convenio: str
    empresa: str
    banco: int
    nome_do_banco: str
    gerado_em: date
    nsa: int
    versao: int = 7


@dataclass(frozen=True, slots=True)
class PagamentoDoRetorno:
    """Record G: one paid bill. Cents. `nsr`: its number in the file; `captura` and `forma`: the layout's codes 117 and 141."""

    nsr: int
    pago_em: date
    creditado_em: date | None
    barras: str
    valor: int
    tarifa: int = 0
    conta: str = ""
    agencia: str = ""
    captura: str = "3"
    autenticacao: str = ""
    forma: str = "3"


@dataclass(frozen=True, slots=True)
class Trailer:
    """Record Z: how many records the file has, A and Z included, and what they add up to in cents."""

    registros: int
    total: int


def ler_cabecalho(registro: str) -> Cabecalho:
    """Reads 150 characters of record A. Raises RetornoRecusado, naming the field of line 1."""
    if registro[1] != "2":
        raise RetornoRecusado(
            "O arquivo é de remessa, e não de retorno." if registro[1] == "1" else "O código precisa ser 2 (retorno).",
            linha=1,
            campo="código de remessa (posição 2)",
        )
    servico = registro[81:98].strip().upper()
    if servico not in _ARRECADACAO:
        debito = "DEB" in servico or "DÉB" in servico
        raise RetornoRecusado(
            "O arquivo é de débito automático (registros B, E e F), e não de arrecadação por código de barras."
            if debito
            else "Precisa estar escrito CODIGO DE BARRAS: o arquivo não é de arrecadação.",
            linha=1,
            campo="serviço (posições 82 a 98)",
        )
    gerado_em = ler_data(registro[65:73])
    if gerado_em is None:
        raise RetornoRecusado("A data não existe.", linha=1, campo="data do arquivo (posições 66 a 73)")
    return Cabecalho(
        convenio=registro[2:22].strip(),
        empresa=registro[22:42].strip(),
        banco=_numero(registro, 42, 45, linha=1, campo="código do banco"),
        nome_do_banco=registro[45:65].strip(),
        gerado_em=gerado_em,
        nsa=_numero(registro, 73, 79, linha=1, campo="NSA"),
        versao=_numero(registro, 79, 81, linha=1, campo="versão do layout"),
    )


def ler_trailer(registro: str, linha: int) -> Trailer:
    """Reads 150 characters of record Z. Raises RetornoRecusado."""
    return Trailer(
        registros=_numero(registro, 1, 7, linha=linha, campo="total de registros"),
        total=_numero(registro, 7, 24, linha=linha, campo="valor total"),
    )


def ler_data(algarismos: str) -> date | None:
    """`AAAAMMDD`; None where there is no such day between 1990 and 2199."""
    if len(algarismos) != 8 or not so_algarismos(algarismos) or not "1990" <= algarismos[:4] <= "2199":
        return None
    try:
        return date(int(algarismos[:4]), int(algarismos[4:6]), int(algarismos[6:]))
    except ValueError:
        return None


def so_algarismos(texto: str) -> bool:
    """Whether there are digits 0 to 9 in it and nothing else."""
    return texto.isascii() and texto.isdecimal()


def ids_de_pagamentos(banco: int, nsa: int, nsrs: Iterable[str]) -> list[str]:
    """The ids of the payments of one file: uuid5 of `banco·nsa·nsr`, as hexadecimal. `nsrs`: digits, zeros before them or not.

    As `uuid.uuid5` does it (RFC 9562, 5.5), without an object for each: a file has up to a million.
    """
    inicio = hashlib.sha1(_ESPACO.bytes + f"{banco}·{nsa}·".encode(), usedforsecurity=False)
    return [_com_versao(inicio, nsr) for nsr in nsrs]


def id_do_pagamento(banco: int, nsa: int, nsr: int) -> UUID:
    """The id of one payment of a return file."""
    return UUID(ids_de_pagamentos(banco, nsa, [str(nsr)])[0])


def _com_versao(inicio: hashlib._Hash, nsr: str) -> str:
    soma = inicio.copy()
    soma.update((nsr.lstrip("0") or "0").encode())
    h = soma.hexdigest()
    return f"{h[:12]}5{h[13:16]}{_VARIANTE[h[16]]}{h[17:32]}"


def escrever(cabecalho: Cabecalho, pagamentos: Iterable[PagamentoDoRetorno], *, fim: str = "\r\n") -> Iterator[bytes]:
    """A whole return file, a record at a time, each with its line end; the trailer counts what went before it.

    Raises ValueError for what does not fit its field, MAIS_REGISTROS included.
    """
    yield _registro(_cabecalho(cabecalho), fim)
    registros, total = 2, 0
    for pagamento in pagamentos:
        registros += 1
        if registros > MAIS_REGISTROS:
            raise ValueError(f"a return file has at most {MAIS_REGISTROS} records")
        total += pagamento.valor
        yield _registro(_pagamento(pagamento), fim)
    yield _registro(f"Z{_digitos(registros, 6)}{_digitos(total, 17)}", fim)


def _cabecalho(c: Cabecalho) -> str:
    return (
        f"A2{_texto(c.convenio, 20)}{_texto(c.empresa, 20)}{_digitos(c.banco, 3)}{_texto(c.nome_do_banco, 20)}"
        f"{_data(c.gerado_em)}{_digitos(c.nsa, 6)}{_digitos(c.versao, 2)}{_texto(_ARRECADACAO[0], 17)}"
    )


def _pagamento(p: PagamentoDoRetorno) -> str:
    if len(p.barras) != 44:
        raise ValueError("a barcode has 44 characters")
    creditado_em = "0" * 8 if p.creditado_em is None else _data(p.creditado_em)
    return (
        f"G{_texto(p.conta, 20)}{_data(p.pago_em)}{creditado_em}{p.barras}{_digitos(p.valor, 12)}{_digitos(p.tarifa, 7)}"
        f"{_digitos(p.nsr, 8)}{_texto(p.agencia, 8)}{_texto(p.captura, 1)}{_texto(p.autenticacao, 23)}{_texto(p.forma, 1)}"
    )


def _registro(campos: str, fim: str) -> bytes:
    return f"{campos:<{TAMANHO}}{fim}".encode("latin-1")


def _data(dia: date) -> str:
    return f"{dia.year:04d}{dia.month:02d}{dia.day:02d}"


def _digitos(numero: int, tamanho: int) -> str:
    texto = f"{numero:0{tamanho}d}"
    if numero < 0 or len(texto) > tamanho:
        raise ValueError(f"{numero} does not fit {tamanho} digits")
    return texto


def _texto(texto: str, tamanho: int) -> str:
    if len(texto) > tamanho or not texto.isprintable():
        raise ValueError(f"a text does not fit {tamanho} characters")
    return f"{texto:<{tamanho}}"


def _numero(registro: str, inicio: int, fim: int, *, linha: int, campo: str) -> int:
    algarismos = registro[inicio:fim]
    if not so_algarismos(algarismos):
        raise RetornoRecusado("Precisa ter só algarismos.", linha=linha, campo=f"{campo} (posições {inicio + 1} a {fim})")
    return int(algarismos)


def somar(valores: Sequence[str]) -> int:
    """What amounts written in digits add up to."""
    return sum(map(int, valores))
