"""The separate process: what a SIGKILL leaves, and what the next start does with it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from simulador.errors import DiarioEmUso
from tests.integration.simulador.apoio import (
    META_SEGREDO,
    META_TOKEN,
    PRAZO_S,
    SID,
    TOKEN,
    WHATSAPP_ID,
    Plataforma,
    abrir_servico,
    ate,
    porta_livre,
)


def porta_do_processo() -> int:
    """PORTA such that PORTA+1 is free."""
    with porta_livre() as tomada:
        porta: int = tomada.getsockname()[1]
    return porta - 1


@contextmanager
def processo(dados: Path, porta: int, url_publica: str) -> Iterator[subprocess.Popen[str]]:
    ambiente = os.environ | {
        "PORTA": str(porta),
        "DADOS": str(dados),
        "URL_PUBLICA": url_publica,
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "META_TOKEN": META_TOKEN,
        "META_APP_SECRET": META_SEGREDO,
        "WHATSAPP_PHONE_NUMBER_ID": WHATSAPP_ID,
    }
    comando = [sys.executable, "-m", "simulador", "servir"]
    with subprocess.Popen(  # noqa: S603 our own module
        comando, env=ambiente, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as filho:
        try:
            yield filho
        finally:
            if filho.poll() is None:
                filho.kill()


async def pronto(http: httpx.AsyncClient) -> None:
    async def responde() -> bool:
        try:
            return (await http.get("/saude/pronto")).status_code == 200
        except httpx.TransportError:
            return False

    await ate(responde, 60.0)


async def sem_devidos(http: httpx.AsyncClient) -> None:
    async def nada() -> bool:
        return bool((await http.get("/contagem")).json()["recibos_devidos"] == 0)

    await ate(nada, 60.0)


async def test_sigkill_guarda_a_contagem_o_comportamento_e_os_recibos_devidos(tmp_path: Path, plataforma: Plataforma) -> None:
    porta = porta_do_processo()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{porta + 1}", timeout=PRAZO_S) as http:
        with processo(tmp_path, porta, plataforma.url) as filho:
            await pronto(http)
            lento = {"latencia_ms": [1500, 1500], "entregue": 1.0, "lido": 0.0}
            comportamento = {"semente": 3, "canais": {"sms": lento | {"taxa_429": 0.3}, "whatsapp": lento}}
            await http.put("/comportamento", json=comportamento)
            aceitos = 0
            for n in range(20):
                form = {
                    "To": "+5582999990001",
                    "From": "+15005550006",
                    "Body": "oi",
                    "StatusCallback": f"{plataforma.url}/webhooks/twilio/estado/e{n}",
                }
                url = f"/2010-04-01/Accounts/{SID}/Messages.json"
                aceitos += (await http.post(url, data=form, auth=(SID, TOKEN))).status_code == 201
            corpo = {"messaging_product": "whatsapp", "to": "5582999990001", "type": "text", "text": {"body": "x"}}
            portador = {"Authorization": f"Bearer {META_TOKEN}"}
            await http.post(f"/v25.0/{WHATSAPP_ID}/messages", json=corpo | {"biz_opaque_callback_data": "z"}, headers=portador)
            em_vigor = (await http.get("/comportamento")).json()
            filho.send_signal(signal.SIGKILL)
            filho.wait()
        chegaram_antes = len(plataforma.recebidos)
        with processo(tmp_path, porta, plataforma.url) as filho:
            await pronto(http)
            contagem = (await http.get("/contagem")).json()
            assert (contagem["aceitos"], contagem["recusados"]) == (aceitos + 1, 20 - aceitos)
            assert 0 < aceitos < 20
            assert set(contagem["por_envio"].values()) == {1}
            assert len(contagem["por_envio"]) == aceitos + 1
            assert (await http.get("/comportamento")).json() == em_vigor
            assert contagem["recibos_devidos"] == 2 * (aceitos + 1) - chegaram_antes
            await sem_devidos(http)
            itens = (await http.get("/mensagens", params={"para": "5582999990001"})).json()["itens"]
            assert all([r["estado"] for r in m["recibos"]] == ["sent", "delivered"] for m in itens)
            assert all(r["chegou"] for m in itens for r in m["recibos"])
            filho.send_signal(signal.SIGTERM)
            assert filho.wait(30) == 0
    assert len(plataforma.recebidos) >= 2 * (aceitos + 1)


async def test_plataforma_fora_do_ar_a_meta_deve_e_paga_depois_de_reiniciar(tmp_path: Path, plataforma: Plataforma) -> None:
    morta = Plataforma(url="http://127.0.0.1:1")
    corpo = {"messaging_product": "whatsapp", "to": "5582999990001", "type": "text", "text": {"body": "x"}}
    async with abrir_servico(tmp_path, morta) as servico:
        await servico.comportar(whatsapp={"latencia_ms": [0, 0], "entregue": 1.0, "lido": 0.0})
        await servico.postar_meta(corpo | {"biz_opaque_callback_data": "e"})

        async def tentou() -> bool:
            return 'simulador_avisos_total{resultado="nao_chegou"} 0' not in (await servico.http.get("/metrics")).text

        await ate(tentou)
        assert (await servico.contagem())["recibos_devidos"] == 2
    diario = tmp_path / "simulador.diario"
    diario.write_bytes(diario.read_bytes().replace(morta.url.encode(), plataforma.url.encode()))
    async with abrir_servico(tmp_path, plataforma) as servico:
        await servico.sem_devidos()
        assert (await servico.contagem())["por_envio"] == {"e": 1}
    assert len(plataforma.recebidos) == 2


async def test_ultima_linha_rasgada_e_posta_de_lado(tmp_path: Path, plataforma: Plataforma) -> None:
    async with abrir_servico(tmp_path, plataforma) as servico:
        for n in range(3):
            await servico.postar_sms(StatusCallback=servico.retorno(f"e{n}"))
        await servico.http.put("/comportamento", json={})
    diario = tmp_path / "simulador.diario"
    diario.write_bytes(diario.read_bytes() + b'{"t":"a","id":"SM123","can')
    async with abrir_servico(tmp_path, plataforma) as servico:
        assert (await servico.contagem())["aceitos"] == 3
        await servico.postar_sms(StatusCallback=servico.retorno("e3"))
    async with abrir_servico(tmp_path, plataforma) as servico:
        assert (await servico.contagem())["por_envio"] == {f"e{n}": 1 for n in range(4)}


async def test_compactado_diz_o_mesmo_e_a_memoria_tem_limite(tmp_path: Path, plataforma: Plataforma) -> None:
    poucos: dict[str, Any] = {"limite_mensagens": 10, "compactar_em_bytes": 4096}
    async with abrir_servico(tmp_path, plataforma, **poucos) as servico:
        await servico.comportar(sms={"latencia_ms": [0, 0], "entregue": 1.0})
        await servico.http.post("/mensagens", json={"de": "+5582988880000", "canal": "sms", "texto": "SAIR"})
        for n in range(40):
            await servico.postar_sms(StatusCallback=servico.retorno(f"e{n}"))
            await servico.sem_devidos()
        antes = await servico.contagem()
        assert len(await servico.mensagens("+5582999990001")) == 10
    assert (tmp_path / "simulador.diario").stat().st_size < 4 * 16 * 1024
    async with abrir_servico(tmp_path, plataforma, **poucos) as servico:
        assert await servico.contagem() == antes
        assert antes["por_envio"] == {f"e{n}": 1 for n in range(40)}
        itens = await servico.mensagens("+5582999990001")
        assert [r["chegou"] for m in itens for r in m["recibos"]] == [True] * 20
        assert (await servico.postar_sms(To="+5582988880000")).json()["code"] == 21610


async def test_dois_processos_nao_dividem_a_mesma_pasta(tmp_path: Path, plataforma: Plataforma) -> None:
    async with abrir_servico(tmp_path, plataforma):
        with pytest.raises(DiarioEmUso):
            async with abrir_servico(tmp_path, plataforma):
                raise AssertionError("it must not get here")
        with processo(tmp_path, porta_do_processo(), plataforma.url) as filho:
            _, erro = await asyncio.to_thread(filho.communicate, timeout=60)
            assert filho.returncode == 1
            assert "já há um simulador usando a pasta" in erro


async def test_porta_ocupada_e_dita_em_portugues(tmp_path: Path, plataforma: Plataforma) -> None:
    with porta_livre() as tomada:
        tomada.listen()
        with processo(tmp_path, tomada.getsockname()[1] - 1, plataforma.url) as filho:
            _, erro = await asyncio.to_thread(filho.communicate, timeout=60)
            assert filho.returncode == 1
            assert "O simulador não pôde começar" in erro
            assert "Traceback" not in erro
