"""`python -m plataforma [token|migrate]`: everything in one process; the only place of this room that reads the environment."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import Any

from canais.config import Config as ConfigCanais
from kernel.ambiente import Ambiente, abrir_ambiente, abrir_log
from kernel.config import ConfigInvalida, ler
from kernel.http.auth import Papel, criar_token, garantir_token
from kernel.http.problema import Problema
from kernel.logging import configurar
from kernel.persistence.banco import abrir_banco
from kernel.persistence.relogio import comecar_virtual
from kernel.persistence.servidor import JaEmUso, servidor_embutido, trava
from kernel.processo import ate, principal, servir, sinal_de_parada
from plataforma.adapters.outbound.exemplo_http import CargaDoExemplo
from plataforma.adapters.outbound.segredos import completar, token_do_operador
from plataforma.adapters.outbound.terminal import mostrar
from plataforma.config import FUSO, ConfigPlataforma, inicio_do_relogio
from plataforma.errors import ExemploFalhou
from plataforma.inject import Plataforma, criar_topicos, migrar_tudo, preparar_plataforma
from regua.config import ConfigRegua
from simulador.application.gerar import proporcao_de_alagoas
from simulador.config import ler_config
from simulador.domain.base_bloco import Parametros

_CONTRIBUINTES_DO_EXEMPLO = 2000


def _dizer(linha: str) -> None:
    sys.stdout.write(f"{linha}\n")
    sys.stdout.flush()


@contextmanager
def _url_do_banco(config: ConfigPlataforma) -> Iterator[str]:
    if config.banco_url:
        yield config.banco_url
        return
    with servidor_embutido(config.dados) as servidor:
        yield servidor.url


@contextmanager
def _registro(config: ConfigPlataforma) -> Iterator[None]:
    """Logs to stderr; to a file of the folder where a terminal shows the live summary, which they would tear."""
    if not sys.stdout.isatty():
        configurar(config.nivel_de_log, "plataforma")
        yield
        return
    with (config.dados / "plataforma.log").open("a") as arquivo:
        configurar(config.nivel_de_log, "plataforma", saida=arquivo)
        _dizer(f"registro em {arquivo.name}")
        yield


async def _executar() -> int:
    config = ler(ConfigPlataforma)
    parada = sinal_de_parada()
    with trava(config.dados), _registro(config):
        simulado = completar(os.environ, config.dados, config.porta)
        inicio = inicio_do_relogio(config, simulado=simulado, hoje=datetime.now(FUSO).date())
        token = token_do_operador(config.dados, config.regua_token)
        with _url_do_banco(config) as url:
            await migrar_tudo(url)
            await _preparar_banco(config, url, inicio, token)
            async with _no_ar(config, url, parada, simulado=simulado) as (plataforma, ambiente):
                await _viver(config, plataforma, ambiente, token, parada)
    _dizer("parado")
    return 0


async def _preparar_banco(config: ConfigPlataforma, url: str, inicio: datetime | None, token: str | None) -> None:
    """The first operator's token, the clock, the topics."""
    async with abrir_banco(url, aplicacao="plataforma", maximo=2) as banco:
        async with banco.transacao() as con:
            if token is not None:
                await garantir_token(con, "operador-inicial", Papel.ADMIN, datetime.now(UTC), token)
            if inicio is None:
                await con.execute("delete from plataforma.relogio")
            else:
                await comecar_virtual(con, inicio)
        log = abrir_log(config, banco)
        await criar_topicos(log)
        await log.close()


@asynccontextmanager
async def _no_ar(
    config: ConfigPlataforma, url: str, parada: asyncio.Event, *, simulado: bool
) -> AsyncIterator[tuple[Plataforma, Ambiente]]:
    """The rooms composed and both ports listening."""
    config_simulador = ler_config(os.environ) if simulado and config.url_simulador is None else None
    async with contextlib.AsyncExitStack() as pilha:
        ambiente = await pilha.enter_async_context(abrir_ambiente(config, sala="plataforma", url=url, conexoes=30))
        plataforma = await pilha.enter_async_context(
            preparar_plataforma(
                config,
                ambiente,
                config_regua=ler(ConfigRegua),
                config_canais=ler(ConfigCanais),
                config_simulador=config_simulador,
            )
        )
        if plataforma.simulador is not None and config_simulador is not None:
            endereco, porta = config_simulador.endereco, config_simulador.porta + 1
            await pilha.enter_async_context(servir(plataforma.simulador.app, endereco=endereco, porta=porta, ao_cair=parada.set))
        await pilha.enter_async_context(servir(plataforma.app, endereco=config.endereco, porta=config.porta, ao_cair=parada.set))
        yield plataforma, ambiente


async def _viver(config: ConfigPlataforma, plataforma: Plataforma, ambiente: Ambiente, token: str, parada: asyncio.Event) -> None:
    endereco = f"http://127.0.0.1:{config.porta}"
    exemplo = CargaDoExemplo(endereco=endereco, token=token, pasta=config.dados / "exemplo", avisar=_dizer)

    async def acompanhar() -> None:
        _dizer(f"pronto: {endereco} (documentação em {endereco}/docs)")
        _dizer(f"token do operador: {token}" if not config.regua_token else "token do operador: o de REGUA_TOKEN")
        if config.exemplo and not exemplo.feita:
            await _carregar_exemplo(exemplo, ambiente)
        await mostrar(plataforma.retratar, cabecalho=f"Régua Multicanal em {endereco}")

    await ate(parada, *(trabalho() for trabalho in plataforma.trabalhos), acompanhar())


async def _carregar_exemplo(exemplo: CargaDoExemplo, ambiente: Ambiente) -> None:
    hoje = ambiente.relogio.agora().astimezone(FUSO).date()
    _dizer(f"carregando a base de exemplo ({_CONTRIBUINTES_DO_EXEMPLO} contribuintes)…")
    icms, ipva = proporcao_de_alagoas(_CONTRIBUINTES_DO_EXEMPLO)
    try:
        await exemplo.carregar(Parametros(icms=icms, ipva=ipva, semente=1, hoje=hoje), hoje)
    except ExemploFalhou as erro:
        # the platform is of use without it
        _dizer(str(erro))


async def _migrar() -> int:
    """For rooms that run apart: all schemas and topics, the first token where REGUA_TOKEN gives it, and the clock."""
    config = ler(ConfigPlataforma)
    configurar(config.nivel_de_log, "plataforma")
    inicio = inicio_do_relogio(config, simulado=config.url_simulador is not None, hoje=datetime.now(FUSO).date())
    with _banco_ja_no_ar(config) as url:
        await migrar_tudo(url)
        await _preparar_banco(config, url, inicio, config.regua_token)
    _dizer("esquemas e tópicos prontos")
    return 0


@contextmanager
def _banco_ja_no_ar(config: ConfigPlataforma) -> Iterator[str]:
    """The database of BANCO_URL, or this folder's, started for as long as this takes."""
    if config.banco_url:
        yield config.banco_url
        return
    try:
        with trava(config.dados), servidor_embutido(config.dados) as servidor:
            yield servidor.url
    except JaEmUso:
        raise ConfigInvalida(
            "A plataforma está em execução nesta pasta: pare-a antes, ou use a API com o token que ela mostrou."
        ) from None


def _criar_token(nome: str, papel: Papel) -> Callable[[], Coroutine[Any, Any, int]]:
    async def executar() -> int:
        config = ler(ConfigPlataforma)
        with _banco_ja_no_ar(config) as url:
            await migrar_tudo(url)
            async with abrir_banco(url, aplicacao="plataforma", maximo=2) as banco, banco.transacao() as con:
                try:
                    _dizer(await criar_token(con, nome, papel, datetime.now(UTC)))
                except Problema as erro:
                    raise ConfigInvalida(str(erro)) from erro
        return 0

    return executar


def _argumentos() -> argparse.ArgumentParser:
    leitor = argparse.ArgumentParser(prog="python -m plataforma", description="Todas as salas em um processo.")
    comandos = leitor.add_subparsers(dest="comando", metavar="token|migrate")
    comandos.add_parser("migrate", help="prepara os esquemas e os tópicos, e termina")
    token = comandos.add_parser("token", help="cria um token e o mostra uma única vez")
    token.add_argument("--nome", required=True, help="de quem é o token")
    token.add_argument("--papel", required=True, choices=[papel.value for papel in Papel])
    return leitor


def main() -> int:
    """The exit code: 0; 2 with one sentence for what the user can mend; 1 for a defect."""
    args = _argumentos().parse_args()
    if args.comando == "token":
        return principal(_criar_token(args.nome, Papel(args.papel)))
    if args.comando == "migrate":
        return principal(_migrar)
    return principal(_executar)


if __name__ == "__main__":
    sys.exit(main())
