"""Dead letters of one consumer group: kept with their reason, followed by later events of their key, replayed in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kernel.messaging import outbox
from kernel.messaging.log import Registro, Saida
from kernel.persistence.banco import Conexao
from kernel.persistence.sinal import avisar


@dataclass(frozen=True, slots=True)
class Morta:
    """An event that a group could not take. `repetir_em` is set once somebody asked for it again."""

    id: int
    grupo: str
    topico: str
    chave: str
    tipo: str
    motivo: str
    tentativas: int
    criada_em: datetime
    repetir_em: datetime | None


def canal_das_mortas(sala: str) -> str:
    """The notice channel on which consumers of `sala` hear that a replay was asked for."""
    return f"{sala}_mortas"


async def chaves_presas(con: Conexao, sala: str, grupo: str, chaves: Sequence[str]) -> set[str]:
    """The keys among `chaves` that have a dead letter. Waits for a replay of one of them to end (`for share`)."""
    # most of the time there is none, and the keys of a batch need not travel
    if not await con.fetchval(f"select exists (select from {sala}.morta where grupo = $1)", grupo):
        return set()
    linhas = await con.fetch(
        f"select chave from {sala}.morta where grupo = $1 and chave = any($2::text[]) for share", grupo, list(chaves)
    )
    return {linha["chave"] for linha in linhas}


async def enterrar(
    con: Conexao,
    sala: str,
    grupo: str,
    registro: Registro,
    *,
    tipo: str,
    evento: UUID | None,
    motivo: str,
    tentativas: int,
    agora: datetime,
) -> None:
    """Keeps `registro` as a dead letter and tells `<topic>-dlq`; inside the caller's transaction."""
    await con.execute(
        f"""insert into {sala}.morta (grupo, evento, topico, chave, tipo, valor, motivo, tentativas, criada_em)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        *(grupo, evento, registro.topico, registro.chave, tipo, registro.valor, motivo, tentativas, agora),
    )
    cabecalhos = (
        ("grupo", grupo.encode()),
        ("motivo", motivo.encode()),
        ("particao", str(registro.particao).encode()),
        ("offset", str(registro.offset).encode()),
    )
    await outbox.gravar(con, sala, [Saida(f"{registro.topico}-dlq", registro.chave, registro.valor, cabecalhos)])


async def listar(con: Conexao, sala: str, *, depois_de: int = 0, limite: int = 100) -> list[Morta]:
    """Dead letters of the room, oldest first, after id `depois_de`."""
    linhas = await con.fetch(
        f"""select id, grupo, topico, chave, tipo, motivo, tentativas, criada_em, repetir_em
            from {sala}.morta where id > $1 order by id limit $2""",
        depois_de,
        limite,
    )
    return [Morta(**dict(linha)) for linha in linhas]


async def pedir_repeticao(con: Conexao, sala: str, id_: int, agora: datetime) -> bool:
    """Asks for the letter and all that wait behind it in its group and key; False where there is no such letter."""
    feito = await con.execute(
        f"""update {sala}.morta m set repetir_em = $2 from {sala}.morta alvo
            where alvo.id = $1 and m.grupo = alvo.grupo and m.chave = alvo.chave""",
        id_,
        agora,
    )
    await avisar(con, canal_das_mortas(sala))
    return feito != "UPDATE 0"
