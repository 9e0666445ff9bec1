"""The régua's routes of loads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fastapi import APIRouter

from kernel.cargas.armazem import Armazem
from kernel.cargas.rotas import CargasDaSala, rotas_de_cargas
from kernel.clock import Relogio
from kernel.persistence.banco import Banco
from regua.domain.carga import TIPOS

CAMINHO_DAS_CARGAS: Final = "/v1/cargas"
"""Takes files of any size: `corpo_por_caminho={CAMINHO_DAS_CARGAS: None}`."""


def rotas_de_cargas_da_regua(banco: Banco, relogio: Relogio, dados: Path, *, ler_tambem: Sequence[str] = ()) -> APIRouter:
    """`/v1/cargas` for the five tipos. `dados`: the setting `DADOS`. `ler_tambem`: see `kernel.cargas.rotas`."""
    cargas = CargasDaSala(banco=banco, sala="regua", tipos=tuple(TIPOS), armazem=Armazem(dados, "regua"), relogio=relogio)
    return rotas_de_cargas(cargas, prefixo=CAMINHO_DAS_CARGAS, ler_tambem=ler_tambem)
