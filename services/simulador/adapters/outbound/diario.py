"""The journal as a file: one JSON record per line, one write per record, nothing rewritten but as a whole."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from simulador.application.ports import Linha
from simulador.errors import DiarioCorrompido, DiarioEmUso

MENSAGENS = "simulador.diario"
PIX = "simulador-pix.diario"


def _abrir(caminho: Path) -> int:
    return os.open(caminho, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def _codificar(linha: Linha) -> bytes:
    # `default`: orjson leaves named tuples to the caller; they are written as lists
    return orjson.dumps(linha, default=list, option=orjson.OPT_APPEND_NEWLINE)


class DiarioEmArquivo:
    """A journal in a folder, held by one process at a time.

    A record survives SIGKILL once `anexar` has returned (it is in the kernel's page cache); it is not synced to the disk, so a
    power cut may lose the last ones. Raises DiarioEmUso, DiarioCorrompido.
    """

    def __init__(self, pasta: Path, nome: str = MENSAGENS) -> None:
        pasta.mkdir(parents=True, exist_ok=True)
        self._caminho = pasta / nome
        # a lock file of its own: the journal's is exchanged for a new one when compacted
        self._tranca = _abrir(pasta / f"{nome}.tranca")
        try:
            fcntl.flock(self._tranca, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as erro:
            os.close(self._tranca)
            raise DiarioEmUso(f"já há um simulador usando a pasta {pasta}") from erro
        self._fd = _abrir(self._caminho)
        self._tamanho = os.fstat(self._fd).st_size

    @property
    def tamanho(self) -> int:
        """Bytes."""
        return self._tamanho

    def ler(self) -> Iterator[dict[str, Any]]:
        """Every record, oldest first; cuts off a torn last line."""
        lidos = 0
        with self._caminho.open("rb") as arquivo:
            for numero, linha in enumerate(arquivo, start=1):
                if not linha.endswith(b"\n"):
                    break
                try:
                    registro = orjson.loads(linha)
                except orjson.JSONDecodeError as erro:
                    raise DiarioCorrompido(f"{self._caminho}: a linha {numero} não pode ser lida") from erro
                lidos += len(linha)
                yield registro
        os.ftruncate(self._fd, lidos)
        self._tamanho = lidos

    def anexar(self, linha: Linha) -> None:
        """One write. A partial one (full disk) is taken back, and raises OSError."""
        dados = _codificar(linha)
        escritos = os.write(self._fd, dados)
        if escritos != len(dados):
            os.ftruncate(self._fd, self._tamanho)
            raise OSError(f"disco cheio: {self._caminho}")
        self._tamanho += escritos

    def trocar(self, linhas: Iterable[Linha]) -> None:
        """Writes a new file beside the old one and puts it in its place: a kill leaves one or the other, whole."""
        novo = self._caminho.with_suffix(".novo")
        with novo.open("wb") as arquivo:
            for linha in linhas:
                arquivo.write(_codificar(linha))
            arquivo.flush()
            os.fsync(arquivo.fileno())
        novo.replace(self._caminho)
        os.close(self._fd)
        self._fd = _abrir(self._caminho)
        self._tamanho = os.fstat(self._fd).st_size

    def close(self) -> None:
        """Lets another process have it."""
        os.close(self._fd)
        os.close(self._tranca)
