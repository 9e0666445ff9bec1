"""Templates in Postgres, and those that ship with canais."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from canais.application.eventos import ESPACO
from canais.application.modelos import Modelo
from canais.domain.modelo import nome_do_modelo
from canais.normas.modelos import modelos_pt_br
from kernel.persistence.banco import Conexao

_COLUNAS: Final = (
    "modelo, nome, hipotese, rigidez, canal, idioma, versao, estado, texto, nome_no_provedor, autor, aprovador, criado_em, "
    "aprovado_em"
)
_INSERIR: Final = f"insert into canais.modelo ({_COLUNAS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
_AUTOR_DOS_QUE_VEM: Final = "sistema"
_FILTROS: Final = ("nome", "hipotese", "rigidez", "canal", "idioma", "estado")


class ModelosGuardados:
    """The port `GuardaDeModelos` on one connection inside its transaction."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def proxima_versao(self, nome: str, canal: str, idioma: str) -> int:
        await self._con.execute("select pg_advisory_xact_lock(hashtextextended('modelo:' || $1, 0))", f"{nome}:{canal}:{idioma}")
        return int(
            await self._con.fetchval(
                "select coalesce(max(versao), 0) + 1 from canais.modelo where nome = $1 and canal = $2 and idioma = $3",
                *(nome, canal, idioma),
            )
        )

    async def inserir(self, modelo: Modelo) -> None:
        await self._con.execute(_INSERIR, *asdict(modelo).values())

    async def travar(self, modelo: UUID) -> Modelo | None:
        linha = await self._con.fetchrow(f"select {_COLUNAS} from canais.modelo where modelo = $1 for update", modelo)
        return None if linha is None else Modelo(**dict(linha))

    async def por_em_uso(self, modelo: Modelo) -> None:
        await self._con.execute(
            """update canais.modelo set estado = 'substituido'
               where nome = $1 and canal = $2 and idioma = $3 and estado = 'aprovado'""",
            *(modelo.nome, modelo.canal, modelo.idioma),
        )
        await self._con.execute(
            "update canais.modelo set estado = 'aprovado', aprovador = $2, aprovado_em = $3 where modelo = $1",
            *(modelo.modelo, modelo.aprovador, modelo.aprovado_em),
        )


async def ler_modelo(con: Conexao, modelo: UUID) -> Modelo | None:
    linha = await con.fetchrow(f"select {_COLUNAS} from canais.modelo where modelo = $1", modelo)
    return None if linha is None else Modelo(**dict(linha))


async def listar_modelos(
    con: Conexao, filtros: Mapping[str, Any], *, depois_de: tuple[str, str, str, int] | None, limite: int
) -> list[Modelo]:
    """Templates by name, canal, idioma and versao, after that key; `filtros` by column, None for any."""
    condicoes = [
        f"(${n}::{'smallint' if nome == 'rigidez' else 'text'} is null or {nome} = ${n})" for n, nome in enumerate(_FILTROS, 5)
    ]
    linhas = await con.fetch(
        f"""select {_COLUNAS} from canais.modelo
            where ($1::text is null or (nome, canal, idioma, versao) > ($1, $2, $3, $4)) and {" and ".join(condicoes)}
            order by nome, canal, idioma, versao limit {limite:d}""",
        *(depois_de or (None, None, None, None)),
        *(filtros.get(nome) for nome in _FILTROS),
    )
    return [Modelo(**dict(linha)) for linha in linhas]


async def semear_modelos(con: Conexao, agora: datetime) -> int:
    """Puts the texts that ship in use, each where its name, channel and language have no template at all. How many."""
    novos = 0
    for m in modelos_pt_br():
        nome = m.get("nome") or nome_do_modelo(m["hipotese"], m["rigidez"])
        feito = await con.execute(
            f"""insert into canais.modelo ({_COLUNAS})
                select $1, $2, $3, $4, $5, 'pt-BR', 1, 'aprovado', $6, null, $7, $7, $8, $8
                where not exists (select from canais.modelo where nome = $2 and canal = $5 and idioma = 'pt-BR')
                on conflict do nothing""",
            *(
                uuid5(ESPACO, f"modelo:{nome}:{m['canal']}:pt-BR:1"),
                nome,
                m.get("hipotese"),
                m.get("rigidez"),
                m["canal"],
                m["texto"],
            ),
            *(_AUTOR_DOS_QUE_VEM, agora),
        )
        novos += feito == "INSERT 0 1"
    return novos
