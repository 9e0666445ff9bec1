"""The payment provider by the Central Bank's API Pix (2.9.0): charges with a due date (cobv) and the webhook's registration."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx
import orjson
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from parcelamento.adapters.outbound.pix_config import ConfigPix, contexto_tls
from parcelamento.adapters.outbound.pix_leitura import (
    escrever_cobranca,
    falha,
    falha_de_resposta,
    igual,
    ler_cobranca,
    ler_retry_after,
)
from parcelamento.application.ports_pix import CobrancaPix, CobrancaRegistrada, FalhaPix
from parcelamento.domain.pix import TXID_DE_COBRANCA

_ESCOPOS: Final = "cobv.write cobv.read webhook.write webhook.read"
# goes into a header. Source: RFC 6750, 2.1
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_REMOVIDA: Final = "REMOVIDA_PELO_USUARIO_RECEBEDOR"
# a token about to expire would do so on its way
_FOLGA_S: Final = 30.0
_VALIDADE_SEM_AVISO_S: Final = 300.0
_ESPERA_MAXIMA_S: Final = 8.0
_RETRY_AFTER_MAXIMO_S: Final = 30.0

_esperar_mais = wait_random_exponential(multiplier=0.25, max=_ESPERA_MAXIMA_S)


@dataclass(frozen=True, slots=True)
class _Resposta:
    """A 2xx answer with its JSON, or None for another body."""

    corpo: Any


@dataclass(frozen=True, slots=True)
class _Falhou:
    """One attempt's failure, and how long the provider asks to be left alone."""

    falha: FalhaPix
    espera_s: float = 0.0
    renovar: bool = False


@dataclass(slots=True)
class _Token:
    """The access token in use, and when (monotonic seconds) to ask for another."""

    valor: str = ""
    ate_s: float = 0.0
    trava: asyncio.Lock = field(default_factory=asyncio.Lock)


def _repetivel(tentativa: _Resposta | _Falhou) -> bool:
    return isinstance(tentativa, _Falhou) and tentativa.falha.repetivel


def _quanto_esperar(estado: RetryCallState) -> float:
    resultado = estado.outcome.result() if estado.outcome else None
    pedido = resultado.espera_s if isinstance(resultado, _Falhou) else 0.0
    return max(float(_esperar_mais(estado)), min(pedido, _RETRY_AFTER_MAXIMO_S))


@asynccontextmanager
async def abrir_pix(config: ConfigPix) -> AsyncIterator[PixApi]:
    """The provider of these settings. Raises `ConfigInvalida` for a certificate that cannot be read."""
    prazo = httpx.Timeout(config.pix_prazo_s, connect=min(5.0, config.pix_prazo_s))
    # no proxies or credentials of the environment, and no redirects: the token goes to that address alone
    async with httpx.AsyncClient(verify=contexto_tls(config), timeout=prazo, trust_env=False) as http:
        yield PixApi(http, config)


class PixApi:
    """The port `PixPort`. Repeats by itself what may succeed later: every call here is idempotent, the txid being ours."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        config: ConfigPix,
        *,
        tempo: Callable[[], float] = time.monotonic,
        dormir: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._http = http
        self._config = config
        self._base = f"{config.pix_base_url.rstrip('/')}/v2"
        self._url_token = config.pix_token_url or f"{config.pix_base_url.rstrip('/')}/oauth/token"
        self._tempo = tempo
        self._dormir = dormir
        self._token = _Token()

    async def criar(self, cobranca: CobrancaPix) -> CobrancaRegistrada | FalhaPix:
        """`PUT /cobv/{txid}`. Raises ValueError for what no provider takes: an amount under a cent, a bad txid."""
        if cobranca.valor < 1:
            raise ValueError("a charge is of one cent at least")
        pedido = escrever_cobranca(cobranca, self._config.pix_chave)
        resposta = await self._chamar("PUT", _caminho(cobranca.txid), pedido)
        if isinstance(resposta, FalhaPix):
            return await self._ja_existe(cobranca.txid, pedido, resposta)
        return _cobranca(resposta, cobranca.txid)

    async def consultar(self, txid: str) -> CobrancaRegistrada | FalhaPix:
        """`GET /cobv/{txid}`. Raises ValueError for a txid that no charge can have."""
        resposta = await self._chamar("GET", _caminho(txid))
        return resposta if isinstance(resposta, FalhaPix) else _cobranca(resposta, txid)

    async def cancelar(self, txid: str) -> CobrancaRegistrada | FalhaPix:
        """`PATCH /cobv/{txid}`; what is removed already stays so. Raises ValueError as `consultar`."""
        resposta = await self._chamar("PATCH", _caminho(txid), {"status": _REMOVIDA})
        if isinstance(resposta, FalhaPix):
            return await self._ja_removida(txid, resposta)
        return _cobranca(resposta, txid)

    async def registrar_webhook(self, url: str) -> FalhaPix | None:
        """`PUT /webhook/{chave}`."""
        caminho = f"/webhook/{quote(self._config.pix_chave, safe='')}"
        resposta = await self._chamar("PUT", caminho, {"webhookUrl": url})
        return resposta if isinstance(resposta, FalhaPix) else None

    async def _ja_existe(self, txid: str, pedido: Mapping[str, Any], recusa: FalhaPix) -> CobrancaRegistrada | FalhaPix:
        """A refused PUT: some providers refuse a txid that is there even where it says the same (409; 400 by the API)."""
        if recusa.codigo != "pedido_recusado":
            return recusa
        atual = await self._chamar("GET", _caminho(txid))
        if isinstance(atual, FalhaPix):
            return recusa
        lida = _cobranca(atual, txid)
        if isinstance(lida, FalhaPix) or igual(pedido, atual.corpo):
            return lida
        if lida.situacao != "ATIVA":
            return falha("nao_ativa", status=recusa.status, detalhe=lida.situacao)
        if recusa.status != 409:
            return recusa
        revista = await self._chamar("PATCH", _caminho(txid), pedido)
        return revista if isinstance(revista, FalhaPix) else _cobranca(revista, txid)

    async def _ja_removida(self, txid: str, recusa: FalhaPix) -> CobrancaRegistrada | FalhaPix:
        if recusa.codigo != "pedido_recusado":
            return recusa
        atual = await self.consultar(txid)
        if isinstance(atual, FalhaPix):
            return recusa
        if atual.situacao == "CONCLUIDA":
            return falha("nao_ativa", status=recusa.status, detalhe=atual.situacao)
        return recusa if atual.situacao == "ATIVA" else atual

    async def _chamar(self, metodo: str, caminho: str, corpo: Mapping[str, Any] | None = None) -> _Resposta | FalhaPix:
        tentativas = AsyncRetrying(
            # somebody waits for a document: a provider's long Retry-After is the caller's to honour
            stop=stop_after_attempt(self._config.pix_tentativas) | stop_before_delay(self._config.pix_prazo_total_s),
            wait=_quanto_esperar,
            retry=retry_if_result(_repetivel),
            retry_error_callback=lambda estado: estado.outcome.result() if estado.outcome else None,
            sleep=self._dormir,
        )
        resultado: _Resposta | _Falhou = await tentativas(self._tentar, metodo, caminho, corpo)
        return resultado.falha if isinstance(resultado, _Falhou) else resultado

    async def _tentar(self, metodo: str, caminho: str, corpo: Mapping[str, Any] | None) -> _Resposta | _Falhou:
        resultado = await self._com_token(metodo, caminho, corpo)
        # revoked, or forgotten by a provider that restarted: once more with a new one
        if isinstance(resultado, _Falhou) and resultado.renovar:
            resultado = await self._com_token(metodo, caminho, corpo)
        return resultado

    async def _com_token(self, metodo: str, caminho: str, corpo: Mapping[str, Any] | None) -> _Resposta | _Falhou:
        token = await self._obter_token()
        if isinstance(token, _Falhou):
            return token
        cabecalhos = {"Authorization": f"Bearer {token}"}
        if corpo is not None:
            cabecalhos["Content-Type"] = "application/json"
        conteudo = orjson.dumps(corpo) if corpo is not None else None
        resultado = await self._pedir(metodo, self._base + caminho, conteudo, cabecalhos)
        if isinstance(resultado, _Falhou) and resultado.falha.status == 401:
            if self._token.valor == token:
                self._token.valor = ""
            return _Falhou(resultado.falha, renovar=True)
        return resultado

    async def _obter_token(self) -> str | _Falhou:
        async with self._token.trava:
            if self._token.valor and self._tempo() < self._token.ate_s:
                return self._token.valor
            pedido_em = self._tempo()
            config = self._config
            autorizacao = httpx.BasicAuth(config.pix_client_id, config.pix_client_secret.get_secret_value())
            corpo = b"grant_type=client_credentials&scope=" + quote(_ESCOPOS).encode()
            formulario = {"Content-Type": "application/x-www-form-urlencoded"}
            resposta = await self._pedir("POST", self._url_token, corpo, formulario, autorizacao)
            if isinstance(resposta, _Falhou):
                return _Falhou(_do_token(resposta.falha), resposta.espera_s)
            lido = resposta.corpo if isinstance(resposta.corpo, dict) else {}
            valor, validade = lido.get("access_token"), lido.get("expires_in", _VALIDADE_SEM_AVISO_S)
            if not isinstance(valor, str) or not _TOKEN.fullmatch(valor) or not isinstance(validade, int | float):
                return _Falhou(falha("resposta_ilegivel", detalhe="token"))
            self._token.valor = valor
            self._token.ate_s = pedido_em + max(float(validade) - _FOLGA_S, float(validade) / 2)
            return valor

    async def _pedir(
        self,
        metodo: str,
        url: str,
        conteudo: bytes | None,
        cabecalhos: Mapping[str, str],
        autorizacao: httpx.Auth | None = None,
    ) -> _Resposta | _Falhou:
        try:
            resposta = await self._http.request(metodo, url, content=conteudo, headers=cabecalhos, auth=autorizacao)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as erro:
            return _Falhou(falha("sem_conexao", detalhe=type(erro).__name__))
        except (httpx.RequestError, httpx.InvalidURL) as erro:
            return _Falhou(falha("sem_resposta", detalhe=type(erro).__name__))
        corpo = _json(resposta.content)
        if resposta.is_success:
            return _Resposta(corpo)
        return _Falhou(falha_de_resposta(resposta.status_code, corpo), ler_retry_after(resposta.headers.get("retry-after")))


def _do_token(original: FalhaPix) -> FalhaPix:
    """Whatever the token's address refuses for good is our credential (RFC 6749, 5.2: invalid_client as 400 or 401)."""
    if original.repetivel:
        return original
    return falha("credencial_recusada", detalhe=original.detalhe)


def _caminho(txid: str) -> str:
    if not re.fullmatch(TXID_DE_COBRANCA, txid):
        raise ValueError("a charge's txid has 26 to 35 letters and digits")
    return f"/cobv/{txid}"


def _cobranca(resposta: _Resposta, txid: str) -> CobrancaRegistrada | FalhaPix:
    return ler_cobranca(resposta.corpo, txid) or falha("resposta_ilegivel", detalhe="cobranca")


def _json(conteudo: bytes) -> Any:
    try:
        return orjson.loads(conteudo)
    except orjson.JSONDecodeError:
        return None
