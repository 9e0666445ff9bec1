"""What people ask about envios and providers: reads alone, each a statement or two."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from kernel.persistence.banco import Conexao

_ENVIO: Final = """
    select envio, acionamento, contribuinte, canal, estado::text, motivo, provedor, id_provedor, tentativas, custo_micros, moeda,
        esgotado, criado_em, nao_antes, valido_ate
    from canais.envio"""


class Passo(NamedTuple):
    """A state that an envio reached. `em`: by our clock; `provedor_em`: the provider's own instant, raw."""

    envio: UUID
    estado: str
    em: datetime
    provedor_em: datetime | None
    codigo: str | None


class EnvioLido(NamedTuple):
    """A row of envio, for people."""

    envio: UUID
    acionamento: UUID
    contribuinte: str
    canal: str
    estado: str
    motivo: str | None
    provedor: str | None
    id_provedor: str | None
    tentativas: int
    custo_micros: int | None
    moeda: str | None
    esgotado: bool
    criado_em: datetime
    nao_antes: datetime
    valido_ate: datetime


@dataclass(frozen=True, slots=True)
class FiltroDeEnvios:
    """None: any. `envios`: the ids that an acionamento may have, one for each channel."""

    contribuinte: str | None = None
    envios: Sequence[UUID] | None = None
    canal: str | None = None
    estado: str | None = None


class ProvedorLido(NamedTuple):
    """A provider's settings, and what lies with it now."""

    provedor: str
    canal: str
    peso: int
    pausado: bool
    taxa_por_s: float | None
    motivo: str | None
    alterado_em: datetime | None
    na_fila: int
    em_curso: int
    incertos: int


async def listar_envios(
    con: Conexao, filtro: FiltroDeEnvios, *, depois_de: tuple[str, datetime, UUID] | None, limite: int
) -> list[EnvioLido]:
    """Envios by contribuinte and then by age, after that key: the order of an index that sending has anyway."""
    condicoes, valores = ["true"], list[object]()
    for condicao, valor in (
        ("contribuinte = ${}", filtro.contribuinte),
        ("envio = any(${}::uuid[])", filtro.envios),
        ("canal = ${}", filtro.canal),
        ("estado = ${}::text::canais.estado", filtro.estado),
    ):
        if valor is not None:
            valores.append(valor)
            condicoes.append(condicao.format(len(valores)))
    if depois_de is not None:
        n = len(valores)
        condicoes.append(f"(contribuinte, criado_em, envio) > (${n + 1}, ${n + 2}, ${n + 3})")
        valores += depois_de
    linhas = await con.fetch(
        f"{_ENVIO} where {' and '.join(condicoes)} order by contribuinte, criado_em, envio limit {limite:d}", *valores
    )
    return [EnvioLido(*linha) for linha in linhas]


async def ler_envio(con: Conexao, envio: UUID) -> EnvioLido | None:
    linha = await con.fetchrow(f"{_ENVIO} where envio = $1", envio)
    return None if linha is None else EnvioLido(*linha)


async def historico_de(con: Conexao, envios: Collection[UUID]) -> Mapping[UUID, list[Passo]]:
    """The states of each envio as it reached them."""
    passos: dict[UUID, list[Passo]] = {envio: [] for envio in envios}
    linhas = await con.fetch(
        """select envio, estado::text, em, provedor_em, codigo from canais.envio_historico
           where envio = any($1::uuid[]) order by envio, id""",
        list(envios),
    )
    for linha in linhas:
        passos[linha["envio"]].append(Passo(*linha))
    return passos


async def listar_provedores(con: Conexao, agora: datetime) -> list[ProvedorLido]:
    """Every provider; a row of the queue belongs to its channel until it is claimed."""
    linhas = await con.fetch(
        """select p.provedor, p.canal, p.peso, p.pausado, p.taxa_por_s, p.motivo, p.alterado_em,
               (select count(*) from canais.envio e
                where e.estado = 'pendente' and e.canal = p.canal and e.nao_antes <= $1) as na_fila,
               (select count(*) from canais.envio e where e.estado = 'enviando' and e.provedor = p.provedor) as em_curso,
               (select count(*) from canais.envio e where e.estado = 'incerto' and e.provedor = p.provedor) as incertos
           from canais.provedor p order by p.canal, p.provedor""",
        agora,
    )
    return [ProvedorLido(*linha) for linha in linhas]


async def ajustar_provedor(con: Conexao, provedor: str, mudancas: Mapping[str, object], agora: datetime) -> bool:
    """Sets some of peso, pausado, taxa_por_s, motivo; False where there is no such provider."""
    campos = [campo for campo in ("peso", "pausado", "taxa_por_s", "motivo") if campo in mudancas]
    ajustes = "".join(f"{campo} = ${n}, " for n, campo in enumerate(campos, 3))
    feito = await con.execute(
        f"update canais.provedor set {ajustes}alterado_em = $2 where provedor = $1",
        *(provedor, agora),
        *(mudancas[campo] for campo in campos),
    )
    return feito != "UPDATE 0"
