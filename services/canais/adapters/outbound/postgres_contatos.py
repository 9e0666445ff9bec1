"""Contact points and opt-outs in Postgres, as far as sending and receiving change them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from canais.application.ports import ContatoMudado
from canais.domain.redacao import ModeloEmUso
from kernel.persistence.banco import Conexao

_INVALIDAR: Final = """
    update canais.contato c set situacao = 'invalido', motivo = p.motivo, alterado_em = $5
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as p (contribuinte, canal, endereco, motivo)
    where c.contribuinte = p.contribuinte and c.canal = p.canal and c.endereco = p.endereco and c.situacao = 'valido'
    returning c.contribuinte, c.canal, case when exists (
        select from canais.descadastro d where d.contribuinte = c.contribuinte and d.canal = c.canal
    ) then 'optou_sair' else c.situacao end, c.verificado, c.idioma"""

_DESCADASTRAR: Final = """
    with p as (select distinct * from unnest($1::text[], $2::text[]) as p (contribuinte, canal)),
    novo as (
        insert into canais.descadastro (contribuinte, canal, origem, pedido_em)
        select contribuinte, canal, $3, $4 from p on conflict (contribuinte, canal) do nothing
        returning contribuinte, canal
    ), endereco as (
        insert into canais.descadastro_endereco (canal, chave, origem, pedido_em)
        select distinct c.canal, c.chave, $3, $4 from p join canais.contato c using (contribuinte, canal)
        where c.chave is not null
        on conflict (canal, chave) do nothing
    )
    select novo.contribuinte, novo.canal, 'optou_sair' as situacao, coalesce(c.verificado, false) as verificado, c.idioma
    from novo left join canais.contato c using (contribuinte, canal)"""

_DESCADASTRAR_ENDERECO: Final = """
    with endereco as (
        insert into canais.descadastro_endereco (canal, chave, origem, pedido_em) values ($1, $2, $3, $4)
        on conflict (canal, chave) do nothing
    ), novo as (
        insert into canais.descadastro (contribuinte, canal, origem, pedido_em)
        select contribuinte, canal, $3, $4 from canais.contato where canal = $1 and chave = $2
        on conflict (contribuinte, canal) do nothing
        returning contribuinte, canal
    )
    select c.contribuinte, c.canal, 'optou_sair' as situacao, c.verificado, c.idioma
    from novo join canais.contato c using (contribuinte, canal)"""

# only what the person asked for by a message is lifted by a message; an operator's opt-out stays
_RECADASTRAR_ENDERECO: Final = """
    with endereco as (
        delete from canais.descadastro_endereco where canal = $1 and chave = $2
    ), velho as (
        delete from canais.descadastro d using canais.contato c
        where c.canal = $1 and c.chave = $2 and d.contribuinte = c.contribuinte and d.canal = c.canal and d.origem <> 'operador'
        returning d.contribuinte, d.canal
    )
    select c.contribuinte, c.canal, c.situacao, c.consentimento, c.verificado, c.idioma
    from velho join canais.contato c using (contribuinte, canal)"""


def situacao_publica(canal: str, situacao: str, *, consentimento: bool, saiu: bool) -> str:
    """What other rooms are told: an opt-out beats all, and WhatsApp without consent is as if it were not there."""
    if saiu:
        return "optou_sair"
    return "ausente" if canal == "whatsapp" and situacao == "valido" and not consentimento else situacao


class ContatosPostgres:
    """The port `Contatos` on one connection inside its transaction."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def invalidar(self, pontos: Sequence[tuple[str, str, str, str]], agora: datetime) -> list[ContatoMudado]:
        linhas = await self._con.fetch(_INVALIDAR, *([p[i] for p in pontos] for i in range(4)), agora)
        return [ContatoMudado(*linha) for linha in linhas]

    async def descadastrar(self, pontos: Sequence[tuple[str, str]], origem: str, agora: datetime) -> list[ContatoMudado]:
        linhas = await self._con.fetch(_DESCADASTRAR, [p[0] for p in pontos], [p[1] for p in pontos], origem, agora)
        return [ContatoMudado(*linha) for linha in linhas]

    async def descadastrar_endereco(self, canal: str, chave: str, origem: str, agora: datetime) -> list[ContatoMudado]:
        linhas = await self._con.fetch(_DESCADASTRAR_ENDERECO, canal, chave, origem, agora)
        return [ContatoMudado(*linha) for linha in linhas]

    async def recadastrar_endereco(self, canal: str, chave: str) -> list[ContatoMudado]:
        return [
            ContatoMudado(
                contribuinte=linha["contribuinte"],
                canal=linha["canal"],
                situacao=situacao_publica(linha["canal"], linha["situacao"], consentimento=linha["consentimento"], saiu=False),
                verificado=linha["verificado"],
                idioma=linha["idioma"],
            )
            for linha in await self._con.fetch(_RECADASTRAR_ENDERECO, canal, chave)
        ]

    async def chave_das_conversas(self) -> bytes:
        return bytes(await self._con.fetchval("select chave from canais.chave_das_conversas"))


class ModelosPostgres:
    """The port `Modelos`."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def por_id(self, ids: Collection[UUID]) -> list[ModeloEmUso]:
        linhas = await self._con.fetch(
            "select modelo, nome, canal, idioma, texto, nome_no_provedor from canais.modelo where modelo = any($1::uuid[])",
            list(ids),
        )
        return [ModeloEmUso(*linha) for linha in linhas]
