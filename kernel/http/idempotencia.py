"""`Idempotency-Key` on creating calls: the same key gives the same answer, and the effect happens once.

The key's record and the effect commit in one transaction, so there is no lease to expire: a crash leaves neither. In a route:

    @rotas.post("/v1/campanhas", status_code=201, response_model=Campanha)
    async def criar(request: Request, dados: NovaCampanha, quem: Operador, chave: Chave = None):
        return await uma_vez(
            request, chave, banco=banco, esquema="regua", quem=quem, agora=relogio.agora(), status=201,
            executar=lambda con: criar_campanha(con, dados, …),
        )

`executar` must work on the connection it is given, and take no other from the same pool: a connection held while waiting
for another is how a pool locks itself up. What it raises undoes everything, and the key is free again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final

import orjson
from fastapi import Header, Request, Response
from pydantic import BaseModel

from kernel.http.auth import Identidade
from kernel.http.problema import Conflito, EntradaInvalida
from kernel.persistence.banco import Banco, Conexao

# A model, plain JSON values (a Decimal in a mapping is refused rather than turned into a float), or JSON as it will go out.
Conteudo = BaseModel | Mapping[str, Any] | bytes
GUARDADA_POR = timedelta(hours=24)
CABECALHO_REPETIDA: Final = "Idempotency-Replayed"
_MAXIMO_DA_LIMPEZA = 50

Chave = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="Texto único escolhido por quem chama. Repetir a chamada com a mesma chave, em até 24 horas, "
        "devolve a mesma resposta sem repetir o efeito.",
    ),
]


class IdempotenciaConflitante(EntradaInvalida):
    codigo = "idempotencia_conflitante"
    titulo = "A chave de idempotência já foi usada com outros dados"


class IdempotenciaEmAndamento(Conflito):
    codigo = "idempotencia_em_andamento"
    titulo = "Uma chamada com esta chave de idempotência ainda está em andamento"


def ddl_idempotencia(esquema: str) -> str:
    """The table, for the migrations of the room that owns `esquema`."""
    return f"""
create table {esquema}.idempotencia (
  token uuid not null,
  rota text not null,
  chave text not null,
  resumo bytea not null,
  status smallint not null,
  resposta bytea not null,
  criado_em timestamptz not null,
  primary key (token, rota, chave)
);
create index idempotencia_criado_em on {esquema}.idempotencia (criado_em)"""


@dataclass(frozen=True, slots=True)
class _Pedido:
    esquema: str
    token: Any
    rota: str
    chave: str
    resumo: bytes
    agora: datetime

    @property
    def trava(self) -> int:
        """A number for the advisory lock; two keys that meet on it only answer 409 to each other."""
        texto = orjson.dumps([self.esquema, str(self.token), self.rota, self.chave])
        return int.from_bytes(sha256(texto).digest()[:8], "big", signed=True)


async def uma_vez(
    request: Request,
    chave: str | None,
    *,
    banco: Banco,
    esquema: str,
    quem: Identidade,
    agora: datetime,
    executar: Callable[[Conexao], Awaitable[Conteudo]],
    status: int = 201,
    resumo: bytes | None = None,
) -> Response:
    """Runs `executar` in a transaction of `banco` and answers `status` with what it returns, as JSON.

    With a `chave`, a repetition within 24 hours (by `agora`) gets the stored answer and the header
    `Idempotency-Replayed: true`. Raises `IdempotenciaConflitante` (422: same key, other body or query) and
    `IdempotenciaEmAndamento` (409). `resumo` stands for the body where the route has streamed it away (files).
    """
    if chave is None:
        async with banco.transacao() as con:
            return _resposta(status, _json(await executar(con)))
    pedido = _Pedido(
        esquema=esquema,
        token=quem.id,
        rota=f"{request.method} {request.url.path}",
        chave=chave,
        resumo=await _resumo(request, resumo),
        agora=agora,
    )
    async with banco.transacao() as con:
        if not await con.fetchval("select pg_try_advisory_xact_lock($1)", pedido.trava):
            raise IdempotenciaEmAndamento("Aguarde e repita a chamada.", cabecalhos={"Retry-After": "1"})
        if (guardada := await _guardada(con, pedido)) is not None:
            return guardada
        corpo = _json(await executar(con))
        await _guardar(con, pedido, status, corpo)
        await limpar_idempotencia(con, esquema, agora, _MAXIMO_DA_LIMPEZA)
    return _resposta(status, corpo)


async def limpar_idempotencia(con: Conexao, esquema: str, agora: datetime, maximo: int = 10_000) -> int:
    """Deletes up to `maximo` records past their 24 hours; returns how many. `uma_vez` does a little of it by itself."""
    marcador = await con.execute(
        f"""
        delete from {esquema}.idempotencia where ctid = any(array(
          select ctid from {esquema}.idempotencia where criado_em <= $1 limit $2 for update skip locked))
        """,
        agora - GUARDADA_POR,
        maximo,
    )
    return int(marcador.rpartition(" ")[2])


async def _resumo(request: Request, do_corpo: bytes | None) -> bytes:
    digestos = do_corpo if do_corpo is not None else sha256(await request.body()).digest()
    return sha256(request.url.query.encode() + b"\n" + digestos).digest()


async def _guardada(con: Conexao, pedido: _Pedido) -> Response | None:
    linha = await con.fetchrow(
        f"""
        select resumo, status, resposta from {pedido.esquema}.idempotencia
        where token = $1 and rota = $2 and chave = $3 and criado_em > $4
        """,
        pedido.token,
        pedido.rota,
        pedido.chave,
        pedido.agora - GUARDADA_POR,
    )
    if linha is None:
        return None
    if linha["resumo"] != pedido.resumo:
        raise IdempotenciaConflitante("Use uma chave nova para uma chamada com outros dados.")
    return _resposta(linha["status"], linha["resposta"], {CABECALHO_REPETIDA: "true"})


async def _guardar(con: Conexao, pedido: _Pedido, status: int, corpo: bytes) -> None:
    # the conflict is a record past its 24 hours: the lock keeps any other out
    await con.execute(
        f"""
        insert into {pedido.esquema}.idempotencia (token, rota, chave, resumo, status, resposta, criado_em)
        values ($1, $2, $3, $4, $5, $6, $7)
        on conflict (token, rota, chave) do update
        set resumo = excluded.resumo, status = excluded.status, resposta = excluded.resposta, criado_em = excluded.criado_em
        """,
        pedido.token,
        pedido.rota,
        pedido.chave,
        pedido.resumo,
        status,
        corpo,
        pedido.agora,
    )


def _json(conteudo: Conteudo) -> bytes:
    if isinstance(conteudo, bytes):
        return conteudo
    if isinstance(conteudo, BaseModel):
        return conteudo.model_dump_json().encode()
    return orjson.dumps(conteudo)


def _resposta(status: int, corpo: bytes, cabecalhos: Mapping[str, str] | None = None) -> Response:
    return Response(corpo, status_code=status, headers=cabecalhos, media_type="application/json")
