"""How the platform starts and ends, as whoever types the command sees it: sentences, exit codes, and what is kept."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import httpx
import pytest

from kernel.persistence.servidor import trava, url_no_ar
from tests.support.instalacao import RAIZ, SEGREDOS, TOKEN, Instalacao, Processo, instalacao_embutida, porta_livre

pytestmark = [pytest.mark.timeout(300)]

INICIO = "2026-03-09T09:00-03:00"
CONTRIBUINTES = (
    "contribuinte;documento;nome;natureza;regime;municipio;cnae;inscricao_estadual;receita_bruta;beneficios",
    "C-1;52998224725;Pessoa de Exemplo;PF;nenhum;Maceió;;;0;",
)


@pytest.fixture
async def no_ar(tmp_path: Path) -> AsyncIterator[Instalacao]:
    async with instalacao_embutida(tmp_path, relogio=INICIO) as instalacao:
        yield instalacao


def _comando(pasta: Path, *argumentos: str, **ajustes: str) -> Processo:
    """A command on the folder of `pasta`, with an output of its own."""
    ambiente = {
        **SEGREDOS,
        "PORTA": str(porta_livre()),
        "DADOS": str(pasta / "dados"),
        "EXEMPLO": "0",
        "RELOGIO": INICIO,
        **ajustes,
    }
    saida = pasta / f"comando-{len(list(pasta.glob('comando-*')))}.log"
    return Processo(["plataforma", *argumentos], ambiente, saida)


async def _terminar(processo: Processo, limite_s: float = 60) -> tuple[int, list[str]]:
    """Runs it to its end: the exit code, and what it said besides its log."""
    processo.iniciar()
    codigo = await asyncio.to_thread(processo.esperar, limite_s)
    dito = processo.fim_do_registro().splitlines()
    return codigo, [linha for linha in dito if not linha.startswith("{")]


async def _reiniciar(instalacao: Instalacao) -> None:
    instalacao.iniciar("plataforma")
    await instalacao.pronta()


async def test_segunda_partida_na_mesma_pasta_diz_que_ha_uma(no_ar: Instalacao, tmp_path: Path) -> None:
    codigo, dito = await _terminar(_comando(tmp_path))
    assert codigo == 2
    assert len(dito) == 1
    assert dito[0].startswith("Já há uma plataforma em execução na pasta ")
    assert (await no_ar.api.get("/saude/pronto")).status_code == 200


@pytest.mark.parametrize("sinal", [signal.SIGINT, signal.SIGTERM])
async def test_parada_limpa_e_nova_partida_continua(no_ar: Instalacao, sinal: signal.Signals) -> None:
    assert (await no_ar.carregar("contribuintes", CONTRIBUINTES))["aceitos"] == 1
    await no_ar.avancar(dias=2)
    antes = await no_ar.agora()
    plataforma = no_ar.processos["plataforma"]
    assert await asyncio.to_thread(plataforma.parar, sinal) == 0
    assert plataforma.fim_do_registro().splitlines()[-1] == "parado"
    await _reiniciar(no_ar)
    assert (await no_ar.api.get("/v1/contribuintes/C-1")).status_code == 200
    assert await no_ar.agora() >= antes
    assert "Traceback" not in plataforma.fim_do_registro(100_000)


async def test_depois_de_kill_9_outra_partida_continua(no_ar: Instalacao) -> None:
    assert (await no_ar.carregar("contribuintes", CONTRIBUINTES))["aceitos"] == 1
    no_ar.processos["plataforma"].matar()
    await _reiniciar(no_ar)
    assert (await no_ar.api.get("/v1/contribuintes/C-1")).status_code == 200
    # and the server that outlived the first process did not keep the folder
    assert url_no_ar(no_ar.pasta / "dados") is not None


async def test_token_se_cria_com_a_plataforma_em_execucao_e_parada(no_ar: Instalacao, tmp_path: Path) -> None:
    codigo, [token] = await _terminar(_comando(tmp_path, "token", "--nome", "ana", "--papel", "operador"))
    assert codigo == 0
    assert await _status(no_ar, token) == 200
    codigo, dito = await _terminar(_comando(tmp_path, "token", "--nome", "ana", "--papel", "operador"))
    assert (codigo, dito) == (2, ["Já existe um token com o nome ana: escolha outro."])
    await no_ar.parar()
    codigo, [outro] = await _terminar(_comando(tmp_path, "token", "--nome", "bia", "--papel", "auditor"))
    assert codigo == 0
    codigo, _ = await _terminar(_comando(tmp_path, "token", "--nome", "ana", "--revogar"))
    assert codigo == 0
    await _reiniciar(no_ar)
    assert await _status(no_ar, outro) == 200
    assert await _status(no_ar, token) == 401


async def _status(instalacao: Instalacao, token: str) -> int:
    return (await instalacao.api.get("/v1/ciclos", headers={"Authorization": f"Bearer {token}"})).status_code


async def test_porta_ocupada(tmp_path: Path) -> None:
    porta = porta_livre()
    for ocupada in (porta, porta + 1):
        with socket.create_server(("127.0.0.1", ocupada)):
            codigo, dito = await _terminar(_comando(tmp_path, PORTA=str(porta)))
        assert (codigo, dito) == (
            2,
            [f"A porta {ocupada} não serve em 127.0.0.1: outro programa já a usa. Escolha outra em PORTA."],
        )


REAL = {"TWILIO_BASE_URL": "https://api.twilio.com"}
RECUSADOS: Mapping[str, tuple[Mapping[str, str], str]] = {
    "porta": ({"PORTA": "oito mil"}, "PORTA"),
    "relogio": ({"RELOGIO": "ontem"}, "RELOGIO"),
    "relogio_sem_fuso": ({"RELOGIO": "2026-01-05T09:00"}, "RELOGIO"),
    "relogio_virtual_com_provedor_real": ({**REAL, "TWILIO_SMS_DE": "+1"}, "RELOGIO"),
    "provedor_real_sem_segredo": ({**REAL, "TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN"),
    "canal": ({"CANAIS_ATIVOS": "sms,fax"}, "CANAIS_ATIVOS"),
    "provedor": ({"WHATSAPP_PROVEDOR": "outro"}, "WHATSAPP_PROVEDOR"),
    "url_publica": ({"URL_PUBLICA": "nada"}, "URL_PUBLICA"),
    "nivel_de_log": ({"NIVEL_DE_LOG": "ALTO"}, "NIVEL_DE_LOG"),
    "banco_de_outro_tipo": ({"BANCO_URL": "mysql://u:segredo@127.0.0.1/x"}, "BANCO_URL"),
    "banco_fora": ({"BANCO_URL": "postgresql://u:segredo@127.0.0.1:1/x"}, "BANCO_URL"),
    "banco_sem_nome": ({"BANCO_URL": "postgresql://u:segredo@nao-existe.invalid/x"}, "BANCO_URL"),
    "kafka_torto": ({"KAFKA_BOOTSTRAP": "tudo bem"}, "KAFKA_BOOTSTRAP"),
    "kafka_fora": ({"KAFKA_BOOTSTRAP": "127.0.0.1:1"}, "KAFKA_BOOTSTRAP"),
    "pasta": ({"DADOS": "/dev/null"}, "DADOS"),
}


@pytest.mark.parametrize("caso", RECUSADOS)
async def test_configuracao_errada_para_a_partida_com_uma_frase(tmp_path: Path, caso: str) -> None:
    ajustes, nome = RECUSADOS[caso]
    codigo, dito = await _terminar(_comando(tmp_path, **ajustes))
    assert codigo == 2
    assert len(dito) == 1, dito
    assert nome in dito[0]
    assert dito[0].endswith(".")
    assert "segredo" not in dito[0]


async def test_banco_que_aceita_e_nao_responde(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mudo:
        porta = mudo.getsockname()[1]
        codigo, dito = await _terminar(_comando(tmp_path, BANCO_URL=f"postgresql://u:segredo@127.0.0.1:{porta}/x"))
    assert (codigo, dito) == (2, [f"O banco de BANCO_URL (127.0.0.1:{porta}/x) não serve: não respondeu em 10 segundos."])


async def test_banco_que_recusa_a_senha_ou_nao_tem_o_nome(no_ar: Instalacao, tmp_path: Path) -> None:
    url = url_no_ar(no_ar.pasta / "dados")
    assert url is not None
    outra = {"DADOS": str(tmp_path / "outra")}
    sem_nome = url.removesuffix("/postgres") + "/nenhum"
    senha = httpx.URL(url).password
    for errada, motivo in (
        (url.replace(senha, "errada"), "o usuário ou a senha foram recusados"),
        (sem_nome, "não há banco de dados com este nome"),
    ):
        codigo, dito = await _terminar(_comando(tmp_path, BANCO_URL=errada, **outra))
        assert codigo == 2
        assert [motivo in frase and senha not in frase for frase in dito] == [True]


async def test_no_terminal_ha_o_resumo_e_ctrl_c_encerra(tmp_path: Path) -> None:
    codigo, tela = await asyncio.to_thread(_no_terminal, tmp_path, lambda tela: "Ctrl-C encerra" in tela and "custo" in tela)
    assert codigo == 0
    assert tela.rstrip().endswith("parado")
    assert "pronto: http://127.0.0.1:" in tela
    assert "09/03/2026 09:0" in tela, "the platform's clock, in local time"
    assert "Traceback" not in tela
    assert '"nivel"' not in tela, "logs tear the summary: they go to a file"
    assert '"nivel"' in (tmp_path / "dados" / "plataforma.log").read_text()


# the terminal becomes the process's own, so that a typed Ctrl-C is its signal
NO_TERMINAL = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.argv = ["plataforma"]
from plataforma.__main__ import main
sys.exit(main())
"""


def _no_terminal(pasta: Path, bastante: Callable[[str], bool]) -> tuple[int, str]:
    """Runs the platform on a terminal until `bastante` of the screen, presses Ctrl-C; the exit code and all that was shown."""
    mestre, escravo = pty.openpty()
    ambiente = {**SEGREDOS, "PORTA": str(porta_livre()), "DADOS": str(pasta / "dados"), "EXEMPLO": "0", "RELOGIO": INICIO}
    filho = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-c", NO_TERMINAL],
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/",
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "COLUMNS": "100",
            **ambiente,
            "REGUA_TOKEN": TOKEN,
        },
        stdin=escravo,
        stdout=escravo,
        stderr=escravo,
        cwd=RAIZ,
        start_new_session=True,
    )
    os.close(escravo)
    tela = b""
    apertado = False
    try:
        while pedaco := _ler(mestre):
            tela += pedaco
            if not apertado and bastante(tela.decode(errors="replace")):
                os.write(mestre, b"\x03")
                apertado = True
        return filho.wait(60), tela.decode(errors="replace").replace("\r\n", "\n")
    finally:
        os.close(mestre)
        if filho.poll() is None:
            filho.kill()
            filho.wait()


def _ler(mestre: int, limite_s: float = 120) -> bytes:
    """What the terminal shows next; empty at the end. On Linux the end of the last writer is an I/O error."""
    assert select.select([mestre], [], [], limite_s)[0], "nada mais na tela"
    try:
        return os.read(mestre, 65536)
    except OSError:
        return b""


async def test_enquanto_inicia_o_token_pede_que_se_espere(tmp_path: Path) -> None:
    with trava(tmp_path / "dados"):
        codigo, dito = await _terminar(_comando(tmp_path, "token", "--nome", "ana", "--papel", "operador"))
    assert (codigo, dito) == (2, ["A plataforma desta pasta ainda está iniciando: tente de novo em instantes."])
