"""Dead letters over HTTP, of one room or of all the rooms in a process: `/v1/mortas`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from kernel.clock import Relogio
from kernel.http.auth import Operador
from kernel.http.paginacao import Pagina, Paginacao, montar
from kernel.http.problema import NaoEncontrado
from kernel.messaging import mortas
from kernel.messaging.mortas import Morta
from kernel.persistence.banco import Banco

_ID = re.compile(r"([a-z_]{1,40})-([0-9]{1,18})")


class CartaMorta(BaseModel):
    """Um evento que uma sala não conseguiu tratar."""

    id: str = Field(examples=["canais-12"])
    sala: str
    grupo: str
    topico: str
    chave: str = Field(description="O contribuinte ou a conversa; os eventos seguintes dela esperam por este.")
    tipo: str
    motivo: str
    tentativas: int
    criada_em: datetime
    repetir_em: datetime | None = Field(description="Quando se pediu a repetição; null se ninguém pediu.")


class RepeticaoPedida(BaseModel):
    id: str
    repetir_em: datetime


def rotas_de_mortas(banco: Banco, salas: Sequence[str], relogio: Relogio) -> APIRouter:
    """`GET /v1/mortas` and `POST /v1/mortas/{id}/repetir` for the schemas `salas`, once for a process whatever its rooms."""
    rotas = APIRouter(tags=["mortas"])
    em_ordem = sorted(salas)

    @rotas.get("/v1/mortas", response_model=Pagina[CartaMorta], summary="Eventos que não puderam ser tratados")
    async def listar(_: Operador, pagina: Paginacao) -> Pagina[CartaMorta]:
        """Da mais antiga à mais nova, sala por sala."""
        sala_inicial, depois_de = pagina.depois_de(str, int) or ("", 0)
        achadas: list[tuple[str, Morta]] = []
        async with banco.conexao() as con:
            for sala in em_ordem:
                if sala >= sala_inicial and len(achadas) < pagina.buscar:
                    desde = depois_de if sala == sala_inicial else 0
                    lidas = await mortas.listar(con, sala, depois_de=desde, limite=pagina.buscar - len(achadas))
                    achadas += [(sala, morta) for morta in lidas]
        return montar(achadas, pagina, chave=lambda a: (a[0], a[1].id), item=lambda a: _carta(*a))

    @rotas.post("/v1/mortas/{id}/repetir", status_code=202, response_model=RepeticaoPedida, summary="Pede que se tente de novo")
    async def repetir(_: Operador, id_: Annotated[str, Path(alias="id", max_length=80)]) -> RepeticaoPedida:
        """A carta e as que esperam atrás dela são tratadas de novo, em ordem, só pelo grupo que falhou."""
        achado = _ID.fullmatch(id_)
        agora = relogio.agora()
        if achado is None or achado[1] not in em_ordem:
            raise NaoEncontrado("Não há carta morta com este identificador.")
        async with banco.transacao() as con:
            if not await mortas.pedir_repeticao(con, achado[1], int(achado[2]), agora):
                raise NaoEncontrado("Não há carta morta com este identificador.")
        return RepeticaoPedida(id=id_, repetir_em=agora)

    return rotas


def _carta(sala: str, m: Morta) -> CartaMorta:
    return CartaMorta(
        id=f"{sala}-{m.id}",
        sala=sala,
        grupo=m.grupo,
        topico=m.topico,
        chave=m.chave,
        tipo=m.tipo,
        motivo=m.motivo,
        tentativas=m.tentativas,
        criada_em=m.criada_em,
        repetir_em=m.repetir_em,
    )
