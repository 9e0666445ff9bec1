"""The adapter of the API Pix against the simulator, over HTTP: the port's suite, faults, tokens, and mutual TLS."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid5

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from kernel.config import ConfigInvalida
from parcelamento.adapters.inbound.webhook_pix import rotas_do_pix
from parcelamento.adapters.outbound.pix_api import PixApi, abrir_pix
from parcelamento.adapters.outbound.pix_config import ConfigPix, conferir_pix, contexto_tls, url_do_webhook
from parcelamento.application.ports_pix import FalhaPix
from parcelamento.domain.pix import PixRecebido, documento_do_txid
from tests.integration.simulador.apoio import PIX_CHAVE, PIX_ID, PIX_SEGREDO, Plataforma, Servico, abrir_servico, servir
from tests.support.pix import AGORA, DOCUMENTO, uma_cobranca
from tests.support.suite_pix import Provedor, SuiteDoPix, falhou, registrada

TXID = DOCUMENTO.hex


def uma_config(base: str, **campos: Any) -> ConfigPix:
    padrao: dict[str, Any] = {
        "pix_base_url": base,
        "pix_chave": PIX_CHAVE,
        "pix_client_id": PIX_ID,
        "pix_client_secret": SecretStr(PIX_SEGREDO),
        "pix_webhook_segredo": SecretStr("segredo-do-webhook-1"),
    }
    return ConfigPix(**(padrao | campos))


@pytest.fixture
async def plataforma() -> AsyncIterator[Plataforma]:
    nossa = Plataforma()
    async with servir(nossa) as url:
        nossa.url = url
        yield nossa


@pytest.fixture
async def servico(tmp_path: Path, plataforma: Plataforma) -> AsyncIterator[Servico]:
    async with abrir_servico(tmp_path, plataforma, agora=lambda: AGORA) as aberto:
        yield aberto


class SemEsperar:
    """Takes note of the waits instead of waiting."""

    def __init__(self) -> None:
        self.esperas: list[float] = []

    async def __call__(self, segundos: float) -> None:
        self.esperas.append(segundos)


@asynccontextmanager
async def abrir(servico: Servico, **campos: Any) -> AsyncIterator[tuple[PixApi, SemEsperar]]:
    config, dormir = uma_config(f"{servico.url}/pix", **campos), SemEsperar()
    async with httpx.AsyncClient(timeout=config.pix_prazo_s) as http:
        yield PixApi(http, config, dormir=dormir), dormir


async def pagar(servico: Servico, **campos: Any) -> list[dict[str, Any]]:
    resposta = await servico.http.post("/pix/pagar", json=campos)
    assert resposta.status_code == 201, resposta.text
    itens: list[dict[str, Any]] = resposta.json()["itens"]
    return itens


class TestPixApi(SuiteDoPix):
    @pytest.fixture
    async def provedor(self, servico: Servico) -> AsyncIterator[Provedor]:
        async def pague(txid: str, valor: int | None) -> None:
            await pagar(servico, txid=txid, **({} if valor is None else {"valor": f"{valor // 100}.{valor % 100:02d}"}))

        async with abrir_pix(uma_config(f"{servico.url}/pix")) as porta:
            yield Provedor(porta, pague)


@pytest.mark.parametrize(
    ("comportamento", "falha", "aceita"),
    [
        ({"taxa_429": 1.0}, ("excesso_de_pedidos", True), False),
        ({"taxa_5xx": 1.0}, ("provedor_indisponivel", True), False),
        ({"timeout_antes": 1.0, "timeout_s": 0}, ("sem_resposta", True), False),
        ({"timeout_depois": 1.0, "timeout_s": 0}, ("sem_resposta", True), True),
        ({"taxa_502_sem_corpo": 1.0}, ("provedor_indisponivel", True), None),
    ],
)
async def test_o_que_nao_responde_e_tentado_e_depois_dito(
    servico: Servico, comportamento: dict[str, Any], falha: tuple[str, bool], aceita: bool | None
) -> None:
    await servico.comportar(pix=comportamento)
    async with abrir(servico, pix_tentativas=3) as (pix, dormir):
        assert falhou(await pix.criar(uma_cobranca())) == falha
        assert len(dormir.esperas) == 2
        assert all(espera >= 1 for espera in dormir.esperas) or "taxa_429" not in comportamento
        await servico.comportar()
        if aceita is not None:
            existe = not isinstance(await pix.consultar(TXID), FalhaPix)
            assert existe == aceita
        # whatever became of it, asking again ends in one charge
        assert registrada(await pix.criar(uma_cobranca())).revisao == 0


async def test_entre_falhas_a_chamada_chega_ao_fim_uma_vez(servico: Servico) -> None:
    taxas = {"taxa_429": 0.2, "taxa_5xx": 0.2, "taxa_502_sem_corpo": 0.1, "timeout_antes": 0.1, "timeout_depois": 0.1}
    await servico.comportar(pix=taxas | {"timeout_s": 0})
    async with abrir(servico, pix_tentativas=10) as (pix, dormir):
        respostas = [await pix.criar(uma_cobranca(valor=valor)) for valor in range(1, 21)]
        assert [registrada(r).valor for r in respostas] == list(range(1, 21))
        assert dormir.esperas
    itens = (await servico.http.get("/pix/cobrancas")).json()["itens"]
    assert [(item["valor"], item["revisao"]) for item in itens] == [("0.20", 19)]


async def test_sem_ninguem_do_outro_lado(servico: Servico) -> None:
    async with abrir(servico, pix_base_url="http://127.0.0.1:9/pix", pix_tentativas=2) as (pix, dormir):
        assert falhou(await pix.criar(uma_cobranca())) == ("sem_conexao", True)
        assert len(dormir.esperas) == 1


@pytest.mark.parametrize(
    "campos",
    [{"pix_client_secret": SecretStr("outro")}, {"pix_client_id": "outro"}],
)
async def test_credencial_errada_nao_se_repete_e_alerta(servico: Servico, campos: dict[str, Any]) -> None:
    async with abrir(servico, **campos) as (pix, dormir):
        resposta = await pix.consultar(TXID)
        assert falhou(resposta) == ("credencial_recusada", False)
        assert isinstance(resposta, FalhaPix)
        assert resposta.alertar
        assert dormir.esperas == []


async def test_chave_de_outro_e_recusada(servico: Servico) -> None:
    async with abrir(servico, pix_chave="outra@exemplo") as (pix, _):
        resposta = await pix.criar(uma_cobranca())
        assert falhou(resposta) == ("pedido_recusado", False)
        assert isinstance(resposta, FalhaPix)
        assert [campo for campo, _ in resposta.violacoes] == ["cobv.chave"]
        assert falhou(await pix.registrar_webhook("http://exemplo/x")) == ("pedido_recusado", False)


async def test_o_webhook_registrado_recebe_o_pagamento(servico: Servico, plataforma: Plataforma) -> None:
    config = uma_config(f"{servico.url}/pix")
    async with abrir(servico) as (pix, _):
        assert await pix.registrar_webhook(url_do_webhook(config, plataforma.url)) is None
        await pix.criar(uma_cobranca())
        (pago,) = await pagar(servico, txid=TXID)
        await servico.sem_devidos()
        (recebido,) = plataforma.recebidos
        assert recebido.url == f"{plataforma.url}/webhooks/pix/segredo-do-webhook-1/pix"
        assert f'"endToEndId":"{pago["endToEndId"]}"'.encode() in recebido.corpo


async def test_do_pagamento_ao_nosso_webhook_mesmo_com_queda(servico: Servico) -> None:
    recebidos: list[PixRecebido] = []
    quedas = iter([True, True])

    async def receber(pix: Sequence[PixRecebido]) -> None:
        if next(quedas, False):
            raise OSError("the database is away")
        recebidos.extend(pix)

    contagem: Counter[str] = Counter()
    config = uma_config(f"{servico.url}/pix")
    app = FastAPI()
    app.include_router(rotas_do_pix(config.pix_webhook_segredo.get_secret_value(), receber, lambda o: contagem.update([o])))
    await servico.comportar(pix={"latencia_ms": [0, 0], "agrupar": 0.5, "duplicar": 0.5, "reordenar": 0.5})
    async with servir(app) as url, abrir(servico) as (pix, _):
        await pix.registrar_webhook(url_do_webhook(config, url))
        documentos = [uuid5(DOCUMENTO, str(n)) for n in range(8)]
        for n, documento in enumerate(documentos):
            registrada(await pix.criar(uma_cobranca(documento, valor=100 + n)))
            await pagar(servico, txid=documento.hex, vezes=1 + n % 2)
        await servico.sem_devidos()
    achados = {(documento_do_txid(pix.txid), pix.valor) for pix in recebidos}
    assert achados == {(documento, 100 + n) for n, documento in enumerate(documentos)}
    assert len({pix.end_to_end for pix in recebidos}) == 12
    assert {pix.pago_em for pix in recebidos} == {AGORA.date()}
    assert set(contagem) == {"pix"}


# -- a provider whose every answer is the test's -----------------------------------------------------------------------


class Provisorio:
    """Answers tokens by itself, counting them, and everything else as it is told."""

    def __init__(
        self, responder: Callable[[httpx.Request], httpx.Response], *, expires_in: Any = 3600, acesso: Any = "t"
    ) -> None:
        self.responder = responder
        self.acesso = acesso
        self.expires_in = expires_in
        self.tokens = 0
        self.agora_s = 1000.0
        self.pedidos: list[httpx.Request] = []

    async def _responder(self, pedido: httpx.Request) -> httpx.Response:
        if pedido.url.path == "/oauth/token":
            self.tokens += 1
            await asyncio.sleep(0)
            token = f"t{self.tokens}" if self.acesso == "t" else self.acesso
            return httpx.Response(200, json={"access_token": token, "expires_in": self.expires_in})
        self.pedidos.append(pedido)
        return self.responder(pedido)

    @asynccontextmanager
    async def porta(self, **campos: Any) -> AsyncIterator[PixApi]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._responder)) as http:
            config = uma_config("https://provedor.exemplo", **campos)
            yield PixApi(http, config, tempo=lambda: self.agora_s, dormir=SemEsperar())


def cobranca_em_json(**campos: Any) -> dict[str, Any]:
    return {
        "txid": TXID,
        "status": "ATIVA",
        "revisao": 0,
        "location": "https://provedor.exemplo/qr/v2/cobv/1",
        "calendario": {"dataDeVencimento": "2026-03-30", "validadeAposVencimento": 30},
        "devedor": {"cpf": "12345678909", "nome": "Fulano de Tal"},
        "valor": {
            "original": "123.45",
            "multa": {"modalidade": "2", "valorPerc": "2.00"},
            "juros": {"modalidade": "3", "valorPerc": "1.00"},
        },
        "chave": PIX_CHAVE,
    } | campos


async def test_um_token_serve_a_muitas_chamadas_e_se_renova_antes_de_expirar() -> None:
    provedor = Provisorio(lambda _: httpx.Response(200, json=cobranca_em_json()))
    async with provedor.porta() as pix:
        await asyncio.gather(*(pix.consultar(TXID) for _ in range(20)))
        assert provedor.tokens == 1
        provedor.agora_s += 3569
        await pix.consultar(TXID)
        assert provedor.tokens == 1
        provedor.agora_s += 2
        await pix.consultar(TXID)
        assert provedor.tokens == 2
    assert {p.headers["authorization"] for p in provedor.pedidos} == {"Bearer t1", "Bearer t2"}


async def test_token_revogado_e_trocado_uma_vez_por_chamada() -> None:
    def responder(pedido: httpx.Request) -> httpx.Response:
        return httpx.Response(401 if pedido.headers["authorization"] == "Bearer t1" else 200, json=cobranca_em_json())

    provedor = Provisorio(responder)
    async with provedor.porta() as pix:
        registrada(await pix.consultar(TXID))
        assert provedor.tokens == 2
    sempre = Provisorio(lambda _: httpx.Response(401))
    async with sempre.porta() as pix:
        assert falhou(await pix.consultar(TXID)) == ("credencial_recusada", False)
        assert (sempre.tokens, len(sempre.pedidos)) == (2, 2)


@pytest.mark.parametrize("validade", ["3600", None, {}, []])
async def test_token_ilegivel_e_falha(validade: Any) -> None:
    async with Provisorio(lambda _: httpx.Response(200), expires_in=validade).porta(pix_tentativas=1) as pix:
        assert falhou(await pix.consultar(TXID)) == ("resposta_ilegivel", True)


@pytest.mark.parametrize("token", [None, "", 1, "a b", "a\n", "é", "a\r\nX: y"])
async def test_token_que_nao_cabe_num_cabecalho_e_falha(token: Any) -> None:
    async with Provisorio(lambda _: httpx.Response(200), acesso=token).porta(pix_tentativas=1) as pix:
        assert falhou(await pix.consultar(TXID)) == ("resposta_ilegivel", True)


ILEGIVEIS: dict[str, Any] = {
    "outro txid": cobranca_em_json(txid="a" * 32),
    "status novo": cobranca_em_json(status="EM_ANALISE"),
    "sem location": cobranca_em_json(location=None),
    "location longa": cobranca_em_json(location="x" * 78),
    "location com acento": cobranca_em_json(location="é"),
    "valor com vírgula": cobranca_em_json(valor={"original": "1,00"}),
    "sem valor": cobranca_em_json(valor=None),
    "vencimento impossível": cobranca_em_json(calendario={"dataDeVencimento": "2026-02-30"}),
    "lista": [],
    "texto": "x",
}


@pytest.mark.parametrize("nome", ILEGIVEIS)
async def test_resposta_que_nao_e_a_cobranca_nao_passa_por_uma(nome: str) -> None:
    async with Provisorio(lambda _: httpx.Response(201, json=ILEGIVEIS[nome])).porta() as pix:
        assert falhou(await pix.criar(uma_cobranca())) == ("resposta_ilegivel", True)


async def test_location_perde_o_esquema_e_pode_vir_em_loc() -> None:
    corpo = cobranca_em_json(location=None, loc={"location": "provedor.exemplo/1"}, pixCopiaECola="000201")
    async with Provisorio(lambda _: httpx.Response(200, json=corpo)).porta() as pix:
        lida = registrada(await pix.consultar(TXID))
        assert (lida.location, lida.copia_e_cola) == ("provedor.exemplo/1", "000201")
    async with Provisorio(lambda _: httpx.Response(200, json=cobranca_em_json())).porta() as pix:
        assert registrada(await pix.consultar(TXID)).location == "provedor.exemplo/qr/v2/cobv/1"


@pytest.mark.parametrize(
    ("guardado", "metodos"), [({}, ["PUT", "GET"]), ({"valor": {"original": "1.00"}}, ["PUT", "GET", "PATCH"])]
)
async def test_provedor_que_recusa_o_txid_repetido_com_409(guardado: dict[str, Any], metodos: list[str]) -> None:
    def responder(pedido: httpx.Request) -> httpx.Response:
        match pedido.method:
            case "PUT":
                return httpx.Response(409, json={"title": "txid duplicado"})
            case "GET":
                return httpx.Response(200, json=cobranca_em_json(**guardado))
            case _:
                return httpx.Response(200, json=cobranca_em_json(revisao=1))

    provedor = Provisorio(responder)
    async with provedor.porta() as pix:
        assert registrada(await pix.criar(uma_cobranca())).valor == 12345
    assert [p.method for p in provedor.pedidos] == metodos


@pytest.mark.parametrize(
    ("status", "codigo", "tentativas"),
    [
        (400, "pedido_recusado", 1),
        (401, "credencial_recusada", 2),
        (403, "acesso_negado", 1),
        (404, "nao_encontrada", 1),
        (410, "nao_encontrada", 1),
        (422, "pedido_recusado", 1),
        (429, "excesso_de_pedidos", 3),
        (500, "provedor_indisponivel", 3),
        (503, "provedor_indisponivel", 3),
        (302, "pedido_recusado", 1),
    ],
)
async def test_cada_status_e_uma_falha_nossa(status: int, codigo: str, tentativas: int) -> None:
    provedor = Provisorio(lambda _: httpx.Response(status, content=b"<html>"))
    async with provedor.porta(pix_tentativas=3) as pix:
        resposta = await pix.consultar(TXID)
        assert isinstance(resposta, FalhaPix)
        assert (resposta.codigo, resposta.status, len(provedor.pedidos)) == (codigo, status, tentativas)


async def test_o_problema_do_provedor_vem_sem_documentos() -> None:
    problema = {
        "title": "Cobrança inválida",
        "detail": "o CPF 123.456.789-09 não serve",
        "violacoes": [{"propriedade": "cobv.devedor.cpf", "razao": "CPF 12345678909 inválido", "valor": "12345678909"}, 1],
    }

    def responder(pedido: httpx.Request) -> httpx.Response:
        return httpx.Response(404 if pedido.method == "GET" else 400, json=problema)

    async with Provisorio(responder).porta() as pix:
        resposta = await pix.criar(uma_cobranca())
        assert isinstance(resposta, FalhaPix)
        assert [campo for campo, _ in resposta.violacoes] == ["cobv.devedor.cpf"]
        assert "12345678909" not in repr(resposta)
        assert "123.456.789-09" not in repr(resposta)


# -- settings and mutual TLS -------------------------------------------------------------------------------------------


def _openssl(pasta: Path, *argumentos: str) -> None:
    subprocess.run(["/usr/bin/env", "openssl", *argumentos], cwd=pasta, check=True, capture_output=True)  # noqa: S603


@pytest.fixture(scope="module")
def certificados(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority, a server of it at 127.0.0.1, and a client of it."""
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
