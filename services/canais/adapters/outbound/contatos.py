"""One person's contacts in Postgres: the port `GuardaDeContatos`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from canais.adapters.outbound.contatos_carga import MESCLAR
from canais.adapters.outbound.postgres_contatos import ContatosPostgres, situacao_publica
from canais.application.carregar_contatos import AUSENTE, Endereco
from canais.application.contatos import Contato, ContatoPedido, Descadastro, Ficha
from canais.application.ports import ContatoMudado
from kernel.persistence.banco import Conexao

_FONTE: Final = """
    select contribuinte, canal, endereco, chave, idioma, verificado, consentimento, situacao, motivo, $10::timestamptz
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::boolean[], $8::text[], $9::text[])
        as n (contribuinte, canal, endereco, chave, idioma, verificado, consentimento, situacao, motivo)
    order by contribuinte, canal"""

_SITUACOES: Final = """
    select c.contribuinte, c.canal, c.situacao, c.consentimento, c.verificado, c.idioma,
        d.contribuinte is not null or e.chave is not null as saiu
    from canais.contato c
    left join canais.descadastro d using (contribuinte, canal)
    left join canais.descadastro_endereco e on e.canal = c.canal and e.chave = c.chave
    where c.contribuinte = $1 and c.canal = any($2::text[])
    order by c.canal"""

_ESQUECIDO: Final = "(apagado a pedido da pessoa)"


class ContatosGuardados:
    """Works on one connection inside its transaction."""

    def __init__(self, con: Conexao) -> None:
        self._con = con

    async def ler(self, contribuinte: str) -> Ficha | None:
        contatos = await self._con.fetch(
            """select canal, endereco, idioma, verificado, consentimento, situacao, motivo, alterado_em
               from canais.contato where contribuinte = $1 order by canal""",
            contribuinte,
        )
        saidas = await self._con.fetch(
            "select canal, origem, pedido_em from canais.descadastro where contribuinte = $1 order by canal", contribuinte
        )
        if not contatos and not saidas:
            return None
        return Ficha(contribuinte, tuple(Contato(*c) for c in contatos), tuple(Descadastro(*d) for d in saidas))

    async def gravar(
        self, contribuinte: str, contatos: Sequence[tuple[ContatoPedido, Endereco]], agora: datetime
    ) -> list[ContatoMudado]:
        ha = await self._con.fetch(
            "select canal from canais.contato where contribuinte = $1 and situacao <> 'ausente' for update", contribuinte
        )
        dados = {c.canal for c, _ in contatos}
        somem = [(ContatoPedido(linha["canal"], None), AUSENTE) for linha in ha if linha["canal"] not in dados]
        linhas = [
            (contribuinte, c.canal, e.endereco, e.chave, c.idioma, c.verificado, c.consentimento, e.situacao, e.motivo)
            for c, e in (*contatos, *somem)
        ]
        if not linhas:
            return []
        mudados = await self._con.fetch(MESCLAR.format(fonte=_FONTE), *map(list, zip(*linhas, strict=True)), agora)
        return await self._situacoes(contribuinte, [linha["canal"] for linha in mudados])

    async def descadastrar(self, contribuinte: str, canais: Collection[str], origem: str, agora: datetime) -> list[ContatoMudado]:
        pontos = [(contribuinte, canal) for canal in sorted(canais)]
        return await ContatosPostgres(self._con).descadastrar(pontos, origem, agora) if pontos else []

    async def recadastrar(self, contribuinte: str, canais: Collection[str]) -> list[ContatoMudado]:
        canais = sorted(canais)
        await self._con.execute(
            """delete from canais.descadastro_endereco e using canais.contato c
               where c.contribuinte = $1 and c.canal = any($2::text[]) and e.canal = c.canal and e.chave = c.chave""",
            *(contribuinte, canais),
        )
        await self._con.execute(
            "delete from canais.descadastro where contribuinte = $1 and canal = any($2::text[])", contribuinte, canais
        )
        return await self._situacoes(contribuinte, canais)

    async def exportar(self, contribuinte: str) -> dict[str, Any]:
        consultas = {
            "contatos": "select * from canais.contato where contribuinte = $1 order by canal",
            "descadastros": "select * from canais.descadastro where contribuinte = $1 order by canal",
            "envios": """
                select envio, acionamento, canal, estado::text, motivo, modelo, idioma, codigo, criado_em, endereco, provedor,
                    id_provedor, tentativas, codigo_falha, provedor_em, atualizado_em
                from canais.envio where contribuinte = $1 order by criado_em, envio""",
            "historico": """
                select h.envio, h.estado::text, h.em, h.provedor_em, h.codigo
                from canais.envio_historico h join canais.envio e using (envio) where e.contribuinte = $1 order by h.em, h.id""",
        }
        return {nome: [dict(linha) for linha in await self._con.fetch(sql, contribuinte)] for nome, sql in consultas.items()}

    async def apagar(self, contribuinte: str, agora: datetime) -> list[ContatoMudado]:
        idos = await self._con.fetch(
            "delete from canais.contato where contribuinte = $1 returning canal, chave, verificado, idioma", contribuinte
        )
        # an envio under way still needs its address, to be found at the provider
        await self._con.execute(
            """update canais.envio set endereco = null
               where contribuinte = $1 and endereco is not null and estado not in ('pendente', 'enviando', 'incerto')""",
            contribuinte,
        )
        await self._con.execute(
            "delete from canais.endereco_dia where chave = any($1::text[]) and dia < $2::timestamptz::date - 1",
            *([linha["chave"] for linha in idos if linha["chave"]], agora),
        )
        await self._con.execute(
            "update canais.carga_rejeitado set conteudo = $2 where $1 = any(string_to_array(conteudo, ';'))",
            *(contribuinte, _ESQUECIDO),
        )
        return [ContatoMudado(contribuinte, linha["canal"], "ausente", linha["verificado"], linha["idioma"]) for linha in idos]

    async def _situacoes(self, contribuinte: str, canais: Sequence[str]) -> list[ContatoMudado]:
        return [
            ContatoMudado(
                contribuinte=linha["contribuinte"],
                canal=linha["canal"],
                situacao=situacao_publica(
                    linha["canal"], linha["situacao"], consentimento=linha["consentimento"], saiu=linha["saiu"]
                ),
                verificado=linha["verificado"],
                idioma=linha["idioma"],
            )
            for linha in await self._con.fetch(_SITUACOES, contribuinte, list(canais))
        ]
