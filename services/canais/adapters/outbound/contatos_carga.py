"""The destination of files of contacts: merged by contribuinte and canal, and told to other rooms where something changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from canais.adapters.outbound.postgres_contatos import situacao_publica
from canais.application.carregar_contatos import CANAIS_CONTADOS, contatos_carregados, tipo_contatos
from canais.application.ports import ContatoMudado
from kernel.cargas.analise import TipoDeCarga
from kernel.cargas.execucao import ENTRADA, Contexto
from kernel.messaging import outbox
from kernel.persistence.banco import Conexao

_LOTE: Final = 5000
_TIPOS_SQL: Final[Mapping[str, str]] = {
    **dict.fromkeys(("contribuinte", "canal", "endereco", "idioma", "destino", "chave", "situacao", "motivo"), "text"),
    "verificado": "boolean",
    "consentimento": "boolean",
}

# What a provider or a person said of an address stays true of it, however often a file brings it again.
_SITUACAO: Final = """
    case when t.situacao = 'invalido' and excluded.situacao = 'valido' and t.endereco = excluded.endereco
        then t.{campo} else excluded.{campo} end"""

MESCLAR: Final = f"""
    insert into canais.contato as t (contribuinte, canal, endereco, chave, idioma, verificado, consentimento, situacao, motivo,
        alterado_em)
    {{fonte}}
    on conflict (contribuinte, canal) do update
    set endereco = excluded.endereco, chave = excluded.chave, idioma = excluded.idioma, verificado = excluded.verificado,
        consentimento = excluded.consentimento, situacao = {_SITUACAO.format(campo="situacao")},
        motivo = {_SITUACAO.format(campo="motivo")}, alterado_em = excluded.alterado_em
    where (t.endereco, t.chave, t.idioma, t.verificado, t.consentimento, t.situacao, t.motivo) is distinct from
        (excluded.endereco, excluded.chave, excluded.idioma, excluded.verificado, excluded.consentimento,
            {_SITUACAO.format(campo="situacao")}, {_SITUACAO.format(campo="motivo")})
    returning t.contribuinte, t.canal"""
"""`fonte`: a select of the ten columns, at most one row for each contribuinte and canal."""

_FONTE: Final = f"""
    select distinct on (contribuinte, canal) contribuinte, canal, destino, chave, idioma, verificado, consentimento, situacao,
        motivo, $1::timestamptz
    from {ENTRADA} order by contribuinte, canal, linha desc"""

_MUDADOS: Final = """
    select c.contribuinte, c.canal, c.situacao, c.consentimento, c.verificado, c.idioma,
        d.contribuinte is not null or e.chave is not null as saiu
    from carga_mudado m
    join canais.contato c using (contribuinte, canal)
    left join canais.descadastro d using (contribuinte, canal)
    left join canais.descadastro_endereco e on e.canal = c.canal and e.chave = c.chave
    where c.canal = any($1::text[])
    order by c.contribuinte, c.canal"""


class DestinoContatos:
    """The port `Destino` of the tipo `contatos`."""

    tipos_sql: Mapping[str, str] = _TIPOS_SQL
    recusas: Sequence[str] = ()

    def __init__(self) -> None:
        self.tipo: TipoDeCarga = tipo_contatos()

    async def mesclar(self, con: Conexao, contexto: Contexto) -> None:
        await con.execute("create temp table carga_mudado (contribuinte text, canal text) on commit drop")
        await con.execute(f"with m as ({MESCLAR.format(fonte=_FONTE)}) insert into carga_mudado select * from m", contexto.agora)
        cursor = await con.cursor(_MUDADOS, sorted(CANAIS_CONTADOS))
        while lote := await cursor.fetch(_LOTE):
            mudados = (
                ContatoMudado(
                    contribuinte=linha["contribuinte"],
                    canal=linha["canal"],
                    situacao=situacao_publica(
                        linha["canal"], linha["situacao"], consentimento=linha["consentimento"], saiu=linha["saiu"]
                    ),
                    verificado=linha["verificado"],
                    idioma=linha["idioma"],
                )
                for linha in lote
            )
            await outbox.gravar(con, "canais", contatos_carregados(mudados, contexto.carga, contexto.agora))
