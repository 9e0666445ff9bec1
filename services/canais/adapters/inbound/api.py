"""The HTTP API of canais: its routes, for whoever builds the application."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fastapi import APIRouter

from canais.adapters.inbound.api_contatos import rotas_de_contatos
from canais.adapters.inbound.api_envios import rotas_de_envios, rotas_de_provedores
from canais.adapters.inbound.api_modelos import rotas_de_modelos
from canais.domain.modelo import Valores
from kernel.cargas.armazem import Armazem
from kernel.cargas.rotas import CargasDaSala, rotas_de_cargas
from kernel.clock import Relogio
from kernel.persistence.banco import Banco

CAMINHO_DAS_CARGAS: Final = "/v1/contatos/cargas"
"""Takes files of any size: `corpo_por_caminho={CAMINHO_DAS_CARGAS: None}`."""


@dataclass(frozen=True, slots=True)
class Dependencias:
    """What the routes need. `dados`: the setting `DADOS`; `link`, `telefone_sefaz`: what templates' variables become."""

    banco: Banco
    relogio: Relogio
    dados: Path
    link: str
    telefone_sefaz: str


def rotas_de_canais(d: Dependencias) -> list[APIRouter]:
    """Every route of the room but its webhooks and `/v1/mortas`, in the order in which they must be asked."""
    cargas = CargasDaSala(
        banco=d.banco, sala="canais", tipos=("contatos",), armazem=Armazem(d.dados, "canais"), relogio=d.relogio
    )
    return [
        # before the contacts: "cargas" would be read as a contribuinte
        rotas_de_cargas(cargas, prefixo=CAMINHO_DAS_CARGAS),
        rotas_de_contatos(d.banco, d.relogio),
        rotas_de_envios(d.banco),
        rotas_de_provedores(d.banco, d.relogio),
        rotas_de_modelos(d.banco, d.relogio, Valores(d.link, d.telefone_sefaz)),
    ]
