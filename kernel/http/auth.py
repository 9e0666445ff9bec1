"""Who calls and what they may do: bearer tokens, roles, and the one place where roles are checked.

A token is 32 random bytes shown once; the database keeps its SHA-256, so a copy of the table opens nothing.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Protocol
from uuid import UUID, uuid4

import asyncpg
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kernel.http.problema import Conflito, NaoAutenticado, SemPermissao
from kernel.persistence.banco import Banco, Conexao


class Papel(StrEnum):
    """The roles, as stored and as typed on the command line."""

    OPERADOR = "operador"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    INTEGRACAO = "integracao"
    ADMIN = "admin"


# What holding a role gives besides itself.
IMPLICA: Mapping[Papel, frozenset[Papel]] = {
    Papel.OPERADOR: frozenset(),
    Papel.SUPERVISOR: frozenset({Papel.OPERADOR}),
    Papel.AUDITOR: frozenset(),
    Papel.INTEGRACAO: frozenset(),
    Papel.ADMIN: frozenset(Papel),
}
# Roles that may read whatever anybody may read.
LE_TUDO: frozenset[Papel] = frozenset({Papel.AUDITOR})
_METODOS_DE_LEITURA = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Identidade:
    """Whom a token belongs to. `nome` is the person or system that answers for what it does."""

    id: UUID
    nome: str
    papel: Papel


class VerificadorDeToken(Protocol):
    """Finds the holder of a token."""

    async def verificar(self, token: str) -> Identidade | None:
        """None for an unknown or revoked token."""
        ...


def pode(papel: Papel, exigidos: frozenset[Papel], *, leitura: bool) -> bool:
    """Whether `papel` satisfies one of `exigidos`; an empty set asks for any identified caller."""
    if not exigidos or (leitura and papel in LE_TUDO):
        return True
    return bool(exigidos & (IMPLICA[papel] | {papel}))


_PORTADOR = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="Token criado por `python -m plataforma token`, enviado como `Authorization: Bearer <token>`.",
)


def exigir(*papeis: Papel) -> Callable[..., Awaitable[Identidade]]:
    """A FastAPI dependency (`Depends(exigir(Papel.OPERADOR))`) that gives the caller's `Identidade`.

    Without roles, any valid token will do. Auditors pass on GET and HEAD whatever the roles. Raises `NaoAutenticado`
    (401) and `SemPermissao` (403, naming the roles). The verifier is `request.app.state.verificador`.
    """
    exigidos = frozenset(papeis)

    async def identidade(
        request: Request, credencial: Annotated[HTTPAuthorizationCredentials | None, Depends(_PORTADOR)]
    ) -> Identidade:
        quem = await _identificar(request, credencial)
        if not pode(quem.papel, exigidos, leitura=request.method in _METODOS_DE_LEITURA):
            raise SemPermissao(f"Esta operação exige um destes papéis: {', '.join(sorted(exigidos))}.")
        return quem

    return identidade


async def _identificar(request: Request, credencial: HTTPAuthorizationCredentials | None) -> Identidade:
    if credencial is None:
        raise NaoAutenticado(
            "Envie o cabeçalho Authorization: Bearer <token>.", cabecalhos={"WWW-Authenticate": 'Bearer realm="regua"'}
        )
    verificador: VerificadorDeToken = request.app.state.verificador
    quem = await verificador.verificar(credencial.credentials)
    if quem is None:
        raise NaoAutenticado(
            "O token não existe ou foi revogado.",
            cabecalhos={"WWW-Authenticate": 'Bearer realm="regua", error="invalid_token"'},
        )
    return quem


# For routes: `quem: Operador`. Module-level names, since postponed annotations cannot see a factory's local ones: FastAPI
# would take such a parameter for a query field.
Qualquer = Annotated[Identidade, Depends(exigir())]
Operador = Annotated[Identidade, Depends(exigir(Papel.OPERADOR))]
Supervisor = Annotated[Identidade, Depends(exigir(Papel.SUPERVISOR))]
Auditor = Annotated[Identidade, Depends(exigir(Papel.AUDITOR))]
Integracao = Annotated[Identidade, Depends(exigir(Papel.INTEGRACAO))]
Admin = Annotated[Identidade, Depends(exigir(Papel.ADMIN))]

# For the migration of the shared schema, and for tests.
DDL_TOKENS = """
create table plataforma.token (
  id uuid primary key,
  nome text not null unique,
  papel text not null,
  resumo bytea not null unique,
  criado_em timestamptz not null,
  revogado_em timestamptz
)"""


class NomeDeTokenEmUso(Conflito):
    codigo = "nome_de_token_em_uso"
    titulo = "Já existe um token com este nome"


def resumir(token: str) -> bytes:
    """What is stored of a token: its SHA-256. The token has 256 random bits, so no salt and no slow hash are needed."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()


async def criar_token(con: Conexao, nome: str, papel: Papel, agora: datetime, segredo: str | None = None) -> str:
    """Stores a new token and returns it: the only time it is seen. `segredo` fixes it. Raises `NomeDeTokenEmUso`."""
    token = segredo or secrets.token_urlsafe(32)
    try:
        # a savepoint: the caller's transaction goes on after a refusal
        async with con.transaction():
            await con.execute(
                "insert into plataforma.token (id, nome, papel, resumo, criado_em) values ($1, $2, $3, $4, $5)",
                uuid4(),
                nome,
                papel.value,
                resumir(token),
                agora,
            )
    except asyncpg.UniqueViolationError as erro:
        raise NomeDeTokenEmUso("Escolha outro nome ou revogue o token que já existe.") from erro
    return token


async def garantir_token(con: Conexao, nome: str, papel: Papel, agora: datetime, segredo: str) -> None:
    """Makes `segredo` the valid token of `nome`, whatever was there before: for a token given by settings."""
    await con.execute(
        """
        insert into plataforma.token as t (id, nome, papel, resumo, criado_em) values ($1, $2, $3, $4, $5)
        on conflict (nome) do update set papel = excluded.papel, resumo = excluded.resumo, revogado_em = null
        """,
        uuid4(),
        nome,
        papel.value,
        resumir(segredo),
        agora,
    )


async def revogar_token(con: Conexao, nome: str, agora: datetime) -> bool:
    """Revokes the token of `nome`; False where there is none valid. Processes that know it forget it within 60 s."""
    return bool(
        await con.fetchval(
            "update plataforma.token set revogado_em = $2 where nome = $1 and revogado_em is null returning true",
            nome,
            agora,
        )
    )


@dataclass(frozen=True, slots=True)
class _Lembrado:
    identidade: Identidade
    resumo: bytes
    ate_s: float


class VerificadorPostgres:
    """Reads `plataforma.token`, and remembers valid holders for `validade_s`, at most `maximo` of them.

    Unknown tokens are not remembered: a flood of invented ones must not push the valid ones out.
    """

    def __init__(
        self,
        banco: Banco,
        *,
        validade_s: float = 60,
        maximo: int = 1000,
        relogio_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._banco = banco
        self._validade_s = validade_s
        self._maximo = maximo
        self._relogio_s = relogio_s
        self._lembrados: OrderedDict[bytes, _Lembrado] = OrderedDict()

    async def verificar(self, token: str) -> Identidade | None:
        resumo = resumir(token)
        agora_s = self._relogio_s()
        lembrado = self._lembrados.get(resumo)
        if lembrado is not None and agora_s < lembrado.ate_s and hmac.compare_digest(lembrado.resumo, resumo):
            return lembrado.identidade
        self._lembrados.pop(resumo, None)
        identidade = await self._ler(resumo)
        if identidade is not None:
            self._lembrar(identidade, resumo, agora_s)
        return identidade

    async def _ler(self, resumo: bytes) -> Identidade | None:
        async with self._banco.conexao() as con:
            linha = await con.fetchrow(
                "select id, nome, papel, resumo from plataforma.token where resumo = $1 and revogado_em is null", resumo
            )
        if linha is None or not hmac.compare_digest(linha["resumo"], resumo):
            return None
        return Identidade(id=UUID(str(linha["id"])), nome=linha["nome"], papel=Papel(linha["papel"]))

    def _lembrar(self, identidade: Identidade, resumo: bytes, agora_s: float) -> None:
        self._lembrados[resumo] = _Lembrado(identidade, resumo, agora_s + self._validade_s)
        if len(self._lembrados) > self._maximo:
            self._lembrados.popitem(last=False)
