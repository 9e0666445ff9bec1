"""The bank's return file as a kind of file that loads take: its bytes in blocks, its payments as COPY text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, BinaryIO, Final

from kernel.cargas.celulas import NULO
from kernel.cargas.leitor import Lido
from kernel.cargas.leitura import Bloco
from parcelamento.domain.retorno import TAMANHO, RetornoRecusado, ids_de_pagamentos
from parcelamento.domain.retorno_leitura import LeituraDeRetorno, Trecho

_BLOCO: Final = 256 * 1024
# a line this long is refused, whatever else it has
_MAIOR_LINHA: Final = 64 * 1024


class TipoRetorno:
    """`kernel.cargas.leitor.TipoDeArquivo`. `fatos` of its files: `cabecalho` (Cabecalho), `registros`, `total`, `resumo`."""

    nome: str = "retorno"
    campos: tuple[str, ...] = ("pagamento", "nsr", "pago_em", "creditado_em", "barras", "valor")

    def abrir(self, arquivo: BinaryIO) -> ArquivoDeRetorno:
        return ArquivoDeRetorno(arquivo)


class ArquivoDeRetorno:
    """One return file under way (`kernel.cargas.leitor.ArquivoAberto`)."""

    def __init__(self, arquivo: BinaryIO) -> None:
        self._arquivo = arquivo
        self._leitura = LeituraDeRetorno()

    @property
    def fatos(self) -> Mapping[str, Any]:
        leitura = self._leitura
        return {
            "cabecalho": leitura.cabecalho,
            "registros": leitura.registros,
            "total": leitura.total,
            "resumo": leitura.resumo,
        }

    def lidos(self) -> Iterator[Lido]:
        lidos = 0
        for bruto in self._inteiras():
            lidos += len(bruto)
            trecho = self._leitura.ler(bruto)
            yield Lido(self._copia(trecho), len(trecho.linhas), trecho.rejeitadas, lidos)
        self._leitura.encerrar()

    def linhas(self) -> Iterator[Bloco]:
        primeira, lidos = 1, 0
        for bruto in self._inteiras():
            lidos += len(bruto)
            linhas = bruto.decode("latin-1").replace("\r\n", "\n").removesuffix("\n").split("\n")
            yield Bloco(range(primeira, primeira + len(linhas)), linhas, (), lidos)
            primeira += len(linhas)

    def _inteiras(self) -> Iterator[bytes]:
        """Whole lines, many at a time; the last one may have no end."""
        self._arquivo.seek(0)
        resto = b""
        while pedaco := self._arquivo.read(_BLOCO):
            inteiras, quebra, fim = pedaco.rpartition(b"\n")
            if quebra:
                yield resto + inteiras + quebra
                resto = fim
            else:
                resto += fim
            if len(resto) > _MAIOR_LINHA:
                # it is refused for its length, or for what it begins with; the rest of it need not be read
                yield resto
                raise RetornoRecusado(f"Há uma linha de mais de {_MAIOR_LINHA // 1024} KB, e um registro tem {TAMANHO} bytes.")
        if resto:
            yield resto

    def _copia(self, trecho: Trecho) -> bytes:
        cabecalho = self._leitura.cabecalho
        if not trecho.linhas or cabecalho is None:
            return b""
        linhas = zip(
            map(str, trecho.linhas),
            ids_de_pagamentos(cabecalho.banco, cabecalho.nsa, trecho.nsr),
            trecho.nsr,
            _ou_nulo(trecho.pago_em),
            _ou_nulo(trecho.creditado_em),
            trecho.barras,
            trecho.valor,
            strict=True,
        )
        return ("\n".join(map("\t".join, linhas)) + "\n").encode("ascii")


def _ou_nulo(dias: Sequence[str | None]) -> Iterator[str]:
    return (dia or nulo for dia, nulo in zip(dias, repeat(NULO)))
