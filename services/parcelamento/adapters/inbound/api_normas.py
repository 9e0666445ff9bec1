"""Routes for the rule sets: what is in force, every version, and a new one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path
from pydantic import BaseModel, Field

from kernel.http.paginacao import Pagina
from parcelamento.adapters.inbound.api import Leitor, Mesa, Supervisor
from parcelamento.adapters.outbound.encargos_postgres import regras_de_encargos
from parcelamento.adapters.outbound.normas_postgres import CacheDeNormas, NormasPostgres
from parcelamento.domain.norma_leitura import ler_norma
from parcelamento.errors import NaoExiste, recusar

NormaNoCaminho = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,60}$")]
CAMINHO_DAS_NORMAS = "/v1/normas/parcelamento"


class NormaGuardada(BaseModel):
    norma: str
    versao: int
    autor: str
    criada_em: datetime
    documento: dict[str, Any] = Field(description="A norma inteira, com vigência, fundamentos e o que não foi verificado.")


def rotas_de_normas(m: Mesa) -> APIRouter:
    """`/v1/normas/parcelamento`."""
    rotas = APIRouter(tags=["normas"])

    @rotas.get(CAMINHO_DAS_NORMAS, response_model=Pagina[NormaGuardada], summary="As normas de parcelamento em uso")
    async def listar(_: Leitor) -> Pagina[NormaGuardada]:
        async with m.banco.conexao() as con:
            linhas = await NormasPostgres(con, CacheDeNormas()).listar()
        return Pagina(itens=[NormaGuardada(**dict(linha)) for linha in linhas], proximo=None)

    @rotas.get(f"{CAMINHO_DAS_NORMAS}/{{norma}}", response_model=Pagina[NormaGuardada], summary="As versões de uma norma")
    async def versoes(norma: NormaNoCaminho, _: Leitor) -> Pagina[NormaGuardada]:
        """Da mais nova à mais antiga. As cotações dizem por qual foram feitas."""
        async with m.banco.conexao() as con:
            linhas = await NormasPostgres(con, CacheDeNormas()).historico(norma)
        if not linhas:
            raise NaoExiste("Não há norma com este identificador.")
        return Pagina(itens=[NormaGuardada(**dict(linha)) for linha in linhas], proximo=None)

    @rotas.put(CAMINHO_DAS_NORMAS, response_model=NormaGuardada, summary="Grava uma norma nova, ou uma versão nova")
    async def gravar(documento: Annotated[dict[str, Any], Body()], quem: Supervisor) -> NormaGuardada:
        """Vale para as cotações seguintes; as feitas seguem pela versão com que nasceram. Igual à última: nada muda."""
        norma = ler_norma(documento)
        if norma.encargos not in regras_de_encargos():
            # found only when an installment is late, it would stop all payments
            raise recusar("encargos", f"Não há esta regra: use uma destas: {', '.join(sorted(regras_de_encargos()))}.")
        agora = m.relogio.agora()
        async with m.banco.transacao() as con:
            normas = NormasPostgres(con, CacheDeNormas())
            versao = await normas.gravar(documento, norma, autor=quem.nome, agora=agora)
            linha = next(v for v in await normas.historico(norma.norma) if v["versao"] == versao)
        return NormaGuardada(**dict(linha))

    return rotas
