"""`python -m plataforma [token|migrate]`: everything in one process; the only place of this room that reads the environment."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn

from canais.config import Config as ConfigCanais
from canais.config import conferir
from kernel.ambiente import Ambiente, abrir_ambiente, criar_topicos
from kernel.config import ConfigInvalida, ler
from kernel.http.auth import NomeDeTokenEmUso, Papel, criar_token, garantir_token, revogar_token
from kernel.logging import configurar
from kernel.persistence.banco import Conexao, abrir_banco, exigir_banco
from kernel.persistence.relogio import comecar_virtual
from kernel.persistence.servidor import JaEmUso, ServidorIndisponivel, servidor_embutido, trava, url_no_ar
from kernel.processo import ate, exigir_porta, principal, servir, sinal_de_parada
from parcelamento.adapters.outbound.pix_config import conferir_pix
from parcelamento.config import ConfigParcelamento
from plataforma.adapters.outbound.exemplo_http import CargaDoExemplo
from plataforma.adapters.outbound.segredos import completar, token_do_operador
from plataforma.adapters.outbound.terminal import mostrar
from plataforma.config import FUSO, ConfigPlataforma, inicio_do_relogio
from plataforma.errors import ExemploFalhou, FimInesperado
from plataforma.inject import Plataforma, migrar_tudo, preparar_plataforma
from regua.config import ConfigRegua
from schemas.topicos import carregar_topicos
from simulador.application.gerar import proporcao_de_alagoas
from simulador.config import ConfigSimulador, ler_config
from simulador.domain.base_bloco import Parametros

_CONTRIBUINTES_DO_EXEMPLO = 2000
_MAIOR_NOME = 100
_log = logging.getLogger(__name__)


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
        try:
            yield
        except (ConfigInvalida, ServidorIndisponivel):
            raise
        except Exception as erro:
            # whoever looks at the screen gets a sentence; the trace is for who mends it
            _log.critical("fim por erro não tratado", exc_info=erro)
            raise FimInesperado(f"A plataforma parou por um defeito ({type(erro).__name__}): veja {arquivo.name}.") from erro


async def _executar() -> int:
    config = ler(ConfigPlataforma)
    parada = sinal_de_parada()
    with trava(config.dados), _registro(config):
        simulado = completar(os.environ, config.dados, config.porta)
        # with what that filled in
        config = ler(ConfigPlataforma)
        inicio = inicio_do_relogio(config, simulado=simulado, hoje=datetime.now(FUSO).date())
        token = token_do_operador(config.dados, config.regua_token)
        salas = _ler_salas(config, simulado=simulado)
        # what is wrong is said before the long part of the start
        for porta in (config.porta, config.porta + 1) if salas.simulador else (config.porta,):
            exigir_porta(config.endereco, porta)
        with _url_do_banco(config) as url:
            await exigir_banco(url)
            await migrar_tudo(url)
            await _preparar_banco(config, url, inicio, token)
            async with _no_ar(config, salas, url, parada) as (plataforma, ambiente):
                await _viver(config, plataforma, ambiente, token, parada)
    _dizer("parado")
    return 0


async def _preparar_banco(config: ConfigPlataforma, url: str, inicio: datetime | None, token: str | None) -> None:
    """The first operator's token, the clock, the topics."""
    async with abrir_banco(url, aplicacao="plataforma", maximo=2) as banco:
        async with banco.transacao() as con:
            if token is not None:
                await garantir_token(con, "operador-inicial", Papel.ADMIN, datetime.now(UTC), token)
            if config.token_interno is not None:
                interno = config.token_interno.get_secret_value()
                await garantir_token(con, "interno", Papel.INTEGRACAO, datetime.now(UTC), interno)
            if inicio is None:
                await con.execute("delete from plataforma.relogio")
            else:
                await comecar_virtual(con, inicio)
        await criar_topicos(config, banco, carregar_topicos())


@dataclass(frozen=True, slots=True)
class _Salas:
    """The rooms' settings; simulador None: it is not of this process."""

    regua: ConfigRegua
    canais: ConfigCanais
    parcelamento: ConfigParcelamento
    simulador: ConfigSimulador | None


def _ler_salas(config: ConfigPlataforma, *, simulado: bool) -> _Salas:
    canais = ler(ConfigCanais)
    conferir(canais)
    try:
        simulador = ler_config(os.environ) if simulado and config.url_simulador is None else None
    except ValueError as erro:
        raise ConfigInvalida(f"{erro}.") from erro
    parcelamento = ler(ConfigParcelamento)
    conferir_pix(parcelamento)
    return _Salas(regua=ler(ConfigRegua), canais=canais, parcelamento=parcelamento, simulador=simulador)


@asynccontextmanager
async def _no_ar(
    config: ConfigPlataforma, salas: _Salas, url: str, parada: asyncio.Event
) -> AsyncIterator[tuple[Plataforma, Ambiente]]:
    """The rooms composed and both ports listening."""
    async with contextlib.AsyncExitStack() as pilha:
        ambiente = await pilha.enter_async_context(abrir_ambiente(config, sala="plataforma", url=url, conexoes=30))
        plataforma = await pilha.enter_async_context(
            preparar_plataforma(
                config,
                ambiente,
                config_regua=salas.regua,
                config_canais=salas.canais,
                config_parcelamento=salas.parcelamento,
                config_simulador=salas.simulador,
            )
        )
        if plataforma.simulador is not None:
            app, porta = plataforma.simulador.app, config.porta + 1
            await pilha.enter_async_context(servir(app, endereco=config.endereco, porta=porta, ao_cair=parada.set))
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
        await mostrar(plataforma.retratar, cabecalho=f"Régua Multicanal em {endereco} (Ctrl-C encerra)")

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
    with _banco_parado(config) as url:
        await exigir_banco(url)
        await migrar_tudo(url)
        await _preparar_banco(config, url, inicio, config.regua_token)
    _dizer("esquemas e tópicos prontos")
    return 0


@contextmanager
def _banco_parado(config: ConfigPlataforma) -> Iterator[str]:
    """The database of BANCO_URL, or this folder's, started for as long as this takes. Raises `JaEmUso`."""
    if config.banco_url:
        yield config.banco_url
        return
    with trava(config.dados), servidor_embutido(config.dados) as servidor:
        yield servidor.url


@contextmanager
def _banco_da_pasta(config: ConfigPlataforma) -> Iterator[str]:
    """As `_banco_parado`; where the platform runs on the folder, the database that it runs."""
    with ExitStack() as pilha:
        try:
            url = pilha.enter_context(_banco_parado(config))
        except JaEmUso:
            no_ar = url_no_ar(config.dados)
            if no_ar is None:
                raise ConfigInvalida("A plataforma desta pasta ainda está iniciando: tente de novo em instantes.") from None
            url = no_ar
        yield url


def _com_tokens(acao: Callable[[Conexao], Awaitable[str]]) -> Callable[[], Coroutine[Any, Any, int]]:
    """A program that does `acao` in a transaction and says what it answers."""

    async def executar() -> int:
        config = ler(ConfigPlataforma)
        with _banco_da_pasta(config) as url:
            await exigir_banco(url)
            await migrar_tudo(url)
            async with abrir_banco(url, aplicacao="plataforma", maximo=2) as banco, banco.transacao() as con:
                dito = await acao(con)
        _dizer(dito)
        return 0

    return executar


def _criar(nome: str, papel: Papel) -> Callable[[Conexao], Awaitable[str]]:
    async def criar(con: Conexao) -> str:
        try:
            return await criar_token(con, nome, papel, datetime.now(UTC))
        except NomeDeTokenEmUso as erro:
            raise ConfigInvalida(f"Já existe um token com o nome {nome}: escolha outro.") from erro

    return criar


def _revogar(nome: str) -> Callable[[Conexao], Awaitable[str]]:
    async def revogar(con: Conexao) -> str:
        if not await revogar_token(con, nome, datetime.now(UTC)):
            raise ConfigInvalida(f"Não há token em vigor com o nome {nome}.")
        return f"token de {nome} revogado: deixa de valer em até um minuto"

    return revogar


def _nome(texto: str) -> str:
    if not 1 <= len(nome := texto.strip()) <= _MAIOR_NOME or not nome.isprintable():
        raise argparse.ArgumentTypeError(f"precisa ter de 1 a {_MAIOR_NOME} caracteres visíveis")
    return nome


class _Leitor(argparse.ArgumentParser):
    """Says in Portuguese that a command is not understood; what the library adds stays in its own words."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"Comando não entendido ({message}). Veja {self.prog} --help.\n")


def _argumentos() -> argparse.ArgumentParser:
    leitor = _Leitor(prog="python -m plataforma", description="Todas as salas em um processo.")
    comandos = leitor.add_subparsers(dest="comando", metavar="token|migrate")
    comandos.add_parser("migrate", help="prepara os esquemas e os tópicos, e termina")
    token = comandos.add_parser("token", help="cria um token e o mostra uma única vez, ou revoga um")
    token.add_argument("--nome", required=True, type=_nome, help="de quem é o token")
    fazer = token.add_mutually_exclusive_group(required=True)
    fazer.add_argument("--papel", choices=[papel.value for papel in Papel], help="o que o token permite")
    fazer.add_argument("--revogar", action="store_true", help="o token deixa de valer")
    return leitor


def main() -> int:
    """The exit code: 0; 2 with one sentence for what the user can mend; 1 for a defect."""
    args = _argumentos().parse_args()
    if args.comando == "token":
        return principal(_com_tokens(_revogar(args.nome) if args.revogar else _criar(args.nome, Papel(args.papel))))
    if args.comando == "migrate":
        return principal(_migrar)
    try:
        return principal(_executar)
    except FimInesperado as erro:
        sys.stderr.write(f"{erro}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
