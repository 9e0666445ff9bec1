"""Settings of Pix, and mutual TLS with a provider that asks for it."""

from __future__ import annotations

import asyncio
import os
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from kernel.config import ConfigInvalida
from parcelamento.adapters.outbound.pix_api import abrir_pix
from parcelamento.adapters.outbound.pix_config import ConfigPix, conferir_pix, contexto_tls
from parcelamento.application.ports_pix import FalhaPix
from tests.support.pix_http import TXID, cobranca_em_json, uma_config
from tests.support.suite_pix import falhou, registrada


def _openssl(pasta: Path, *argumentos: str) -> None:
    subprocess.run(["/usr/bin/env", "openssl", *argumentos], cwd=pasta, check=True, capture_output=True)  # noqa: S603


@pytest.fixture(scope="module")
def certificados(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server of it at 127.0.0.1, and a client of it."""
    if shutil.which("openssl") is None and os.environ.get("CI") != "true":
        pytest.skip("needs the openssl command to make certificates")
    pasta = tmp_path_factory.mktemp("certificados")
    chave = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    _openssl(pasta, "req", "-x509", *chave, "-subj", "/CN=ca", "-keyout", "ca.key", "-out", "ca.pem")
    for nome, extensao in (("servidor", "subjectAltName=IP:127.0.0.1"), ("cliente", "extendedKeyUsage=clientAuth")):
        ac = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", extensao)
        _openssl(pasta, "req", "-x509", *chave, *ac, "-subj", f"/CN={nome}", "-keyout", f"{nome}.key", "-out", f"{nome}.pem")
    (pasta / "junto.pem").write_bytes((pasta / "cliente.pem").read_bytes() + (pasta / "cliente.key").read_bytes())
    return pasta


@asynccontextmanager
async def provedor_com_mtls(pasta: Path) -> AsyncIterator[str]:
    """Answers tokens and one charge to whoever shows a certificate of the authority."""
    contexto = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=pasta / "ca.pem")
    contexto.verify_mode = ssl.CERT_REQUIRED
    contexto.load_cert_chain(pasta / "servidor.pem", pasta / "servidor.key")

    async def atender(leitor: asyncio.StreamReader, escritor: asyncio.StreamWriter) -> None:
        linha = await leitor.readline()
        while (await leitor.readline()).strip():
            continue
        dados = {"access_token": "t", "expires_in": 60} if b"/oauth/" in linha else cobranca_em_json()
        corpo = httpx.Response(200, json=dados).content
        escritor.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(corpo) + corpo)
        await escritor.drain()
        escritor.close()

    servidor = await asyncio.start_server(atender, "127.0.0.1", 0, ssl=contexto)
    async with servidor:
        yield f"https://127.0.0.1:{servidor.sockets[0].getsockname()[1]}"


async def test_certificado_de_cliente_e_mostrado(certificados: Path) -> None:
    pasta = certificados
    async with provedor_com_mtls(pasta) as url:
        com = {"pix_autoridade": pasta / "ca.pem", "pix_tentativas": 1}
        for par in (
            {"pix_certificado": pasta / "cliente.pem", "pix_certificado_chave": pasta / "cliente.key"},
            {"pix_certificado": pasta / "junto.pem"},
        ):
            async with abrir_pix(uma_config(url, **com, **par)) as pix:
                assert registrada(await pix.consultar(TXID)).valor == 12345
        async with abrir_pix(uma_config(url, **com)) as pix:
            assert isinstance(await pix.consultar(TXID), FalhaPix)
        async with abrir_pix(uma_config(url, pix_tentativas=1, pix_certificado=pasta / "junto.pem")) as pix:
            assert falhou(await pix.consultar(TXID)) == ("sem_conexao", True)


def test_configuracao_que_nao_serve_e_dita_em_uma_frase(certificados: Path, tmp_path: Path) -> None:
    conferir_pix(uma_config("https://provedor.exemplo", pix_certificado=certificados / "junto.pem"))
    conferir_pix(ConfigPix(pix_modo="estatico", pix_chave="chave@exemplo"))
    conferir_pix(ConfigPix(pix_modo="nenhum"))
    (tmp_path / "lixo.pem").write_text("lixo")
    _openssl(certificados, "pkcs8", "-topk8", "-in", "cliente.key", "-passout", "pass:x", "-out", str(tmp_path / "cifrada.key"))
    casos: list[tuple[dict[str, Any], str]] = [
        ({"pix_chave": ""}, "PIX_CHAVE"),
        ({"pix_modo": "estatico", "pix_chave": ""}, "PIX_CHAVE"),
        ({"pix_base_url": ""}, "PIX_BASE_URL"),
        ({"pix_client_id": "", "pix_client_secret": SecretStr("")}, "PIX_CLIENT_ID, PIX_CLIENT_SECRET"),
        ({"pix_webhook_segredo": SecretStr("")}, "PIX_WEBHOOK_SEGREDO"),
        ({"pix_webhook_segredo": SecretStr("curto")}, "PIX_WEBHOOK_SEGREDO"),
        ({"pix_webhook_segredo": SecretStr("com/barra/0123456789")}, "PIX_WEBHOOK_SEGREDO"),
        ({"pix_base_url": "ftp://x"}, "PIX_BASE_URL"),
        ({"pix_base_url": "http://[x"}, "PIX_BASE_URL"),
        ({"pix_token_url": "x"}, "PIX_TOKEN_URL"),
        ({"pix_certificado": tmp_path / "nada.pem"}, "PIX_CERTIFICADO"),
        ({"pix_certificado": tmp_path / "lixo.pem"}, "PIX_CERTIFICADO"),
        ({"pix_certificado": certificados / "cliente.pem"}, "PIX_CERTIFICADO"),
        ({"pix_certificado": certificados / "cliente.pem", "pix_certificado_chave": tmp_path / "cifrada.key"}, "PIX_CERTIFICADO"),
        ({"pix_certificado_chave": certificados / "cliente.key"}, "PIX_CERTIFICADO_CHAVE"),
        ({"pix_autoridade": tmp_path / "lixo.pem"}, "PIX_AUTORIDADE"),
    ]
    for campos, nome in casos:
        with pytest.raises(ConfigInvalida, match=nome):
            conferir_pix(uma_config(**({"base": "https://provedor.exemplo"} | campos)))
    assert contexto_tls(ConfigPix()).verify_mode == ssl.CERT_REQUIRED
