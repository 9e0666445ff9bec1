"""Where uploaded files wait for their load: one folder of a room, readable by its owner alone."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

_ABANDONADO_S = 24 * 3600


class Armazem:
    """Files of the loads of one room, under `<dados>/cargas/<sala>`. API and worker see the same folder."""

    def __init__(self, dados: Path, sala: str) -> None:
        self._pasta = dados / "cargas" / sala

    def caminho(self, carga: UUID) -> Path:
        return self._pasta / f"{carga}.csv"

    def criar(self, carga: UUID) -> BinaryIO:
        """A new file of mode 0600, under a name that `guardar` makes final."""
        self._pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(self._parcial(carga), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def guardar(self, carga: UUID) -> None:
        """Makes durable and final what was written after `criar`."""
        with self._parcial(carga).open("rb") as arquivo:
            os.fsync(arquivo.fileno())
        self._parcial(carga).rename(self.caminho(carga))

    def apagar(self, carga: UUID) -> None:
        """Whatever there is of it; nothing is fine."""
        for caminho in (self._parcial(carga), self.caminho(carga)):
            caminho.unlink(missing_ok=True)

    def guardadas(self) -> Iterator[UUID]:
        """Loads that have a whole file here."""
        for caminho in self._pasta.glob("*.csv"):
            with contextlib.suppress(ValueError):
                yield UUID(caminho.stem)

    def abandonada(self, carga: UUID) -> bool:
        """Whether its file has lain here for a day: without a row by then, it never gets one."""
        return _velho(self.caminho(carga))

    def apagar_abandonados(self) -> None:
        """Uploads that broke off a day ago or earlier, with the process that was taking them."""
        for caminho in self._pasta.glob("*.parcial"):
            if _velho(caminho):
                caminho.unlink(missing_ok=True)

    def _parcial(self, carga: UUID) -> Path:
        return self._pasta / f"{carga}.parcial"


def _velho(caminho: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return time.time() - caminho.stat().st_mtime > _ABANDONADO_S
    return False
