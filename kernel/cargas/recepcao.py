"""Takes a multipart upload to disk as it comes: one file of any size, a few short fields, nothing held in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO, Final

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from kernel.http.problema import Campo, EntradaInvalida

_MAIOR_CAMPO: Final = 200
_MAIOR_CABECALHO: Final = 4096
_MAIS_PARTES: Final = 20


@dataclass(frozen=True, slots=True)
class Recebido:
    """What an upload held besides the bytes of its file: short fields, and the file's SHA-256 and size."""

    campos: dict[str, str]
    resumo: bytes
    tamanho: int


@dataclass(slots=True)
class _Parte:
    cabecalhos: dict[str, str] = field(default_factory=dict)
    nome: str = ""
    valor: bytearray = field(default_factory=bytearray)


class _Receptor:
    """The parser's callbacks. Of several parts named `arquivo`, only one is taken."""

    def __init__(self, arquivo: BinaryIO) -> None:
        self._arquivo = arquivo
        self._parte = _Parte()
        self._nome_cabecalho = bytearray()
        self._valor_cabecalho = bytearray()
        self._partes = 0
        self.resumo = sha256()
        self.tamanho = 0
        self.tem_arquivo = False
        self.terminou = False
        self.campos: dict[str, str] = {}

    def on_part_begin(self) -> None:
        self._parte = _Parte()
        self._partes += 1
        if self._partes > _MAIS_PARTES:
            raise _recusa("arquivo", "O envio tem partes demais.")

    def on_header_field(self, dados: bytes, inicio: int, fim: int) -> None:
        self._nome_cabecalho += dados[inicio:fim]

    def on_header_value(self, dados: bytes, inicio: int, fim: int) -> None:
        self._valor_cabecalho += dados[inicio:fim]
        if len(self._valor_cabecalho) > _MAIOR_CABECALHO:
            raise _recusa("arquivo", "O envio tem um cabeçalho grande demais.")

    def on_header_end(self) -> None:
        self._parte.cabecalhos[self._nome_cabecalho.decode("latin-1").lower()] = self._valor_cabecalho.decode("latin-1")
        self._nome_cabecalho.clear()
        self._valor_cabecalho.clear()

    def on_headers_finished(self) -> None:
        _, opcoes = parse_options_header(self._parte.cabecalhos.get("content-disposition", ""))
        self._parte.nome = opcoes.get(b"name", b"").decode("utf-8", "replace")
        if self._parte.nome == "arquivo":
            if self.tem_arquivo:
                raise _recusa("arquivo", "Envie um arquivo por vez.")
            self.tem_arquivo = True

    def on_part_data(self, dados: bytes, inicio: int, fim: int) -> None:
        if self._parte.nome == "arquivo":
            trecho = dados[inicio:fim]
            self._arquivo.write(trecho)
            self.resumo.update(trecho)
            self.tamanho += len(trecho)
        elif len(self._parte.valor) <= _MAIOR_CAMPO:
            self._parte.valor += dados[inicio:fim]

    def on_part_end(self) -> None:
        if self._parte.nome and self._parte.nome != "arquivo":
            self.campos[self._parte.nome] = bytes(self._parte.valor[: _MAIOR_CAMPO + 1]).decode("utf-8", "replace").strip()

    def on_end(self) -> None:
        self.terminou = True

    @property
    def chamadas(self) -> dict[str, Callable[..., None]]:
        nomes = (
            *("on_part_begin", "on_header_field", "on_header_value", "on_header_end", "on_headers_finished"),
            *("on_part_data", "on_part_end", "on_end"),
        )
        return {nome: getattr(self, nome) for nome in nomes}


async def receber(request: Request, arquivo: BinaryIO) -> Recebido:
    """Writes the part `arquivo` of the request's body into `arquivo`. Raises `EntradaInvalida` (422)."""
    tipo, opcoes = parse_options_header(request.headers.get("content-type", ""))
    limite = opcoes.get(b"boundary")
    if tipo != b"multipart/form-data" or not limite:
        raise _recusa("corpo", "Envie os dados como multipart/form-data.")
    receptor = _Receptor(arquivo)
    leitor = MultipartParser(limite, receptor.chamadas)  # type: ignore[arg-type]
    try:
        async for trecho in request.stream():
            leitor.write(trecho)
        leitor.finalize()
    except MultipartParseError:
        raise _recusa("corpo", "O corpo não é um multipart/form-data completo.") from None
    if not receptor.terminou:
        raise _recusa("corpo", "O envio foi interrompido.")
    if not receptor.tem_arquivo:
        raise _recusa("arquivo", "Falta o arquivo.")
    return Recebido(campos=receptor.campos, resumo=receptor.resumo.digest(), tamanho=receptor.tamanho)


def _recusa(campo: str, motivo: str) -> EntradaInvalida:
    return EntradaInvalida("Confira o envio do arquivo.", campos=[Campo(campo=campo, motivo=motivo)])
