"""Webhook signatures of Twilio and Meta: checking what arrives, and signing as they do (for the simulator and tests).

Sources: twilio-python 9.13.0 `request_validator` (HMAC-SHA1, header `X-Twilio-Signature`); Meta's Graph API webhooks
(HMAC-SHA256 of the raw body with the app secret, header `X-Hub-Signature-256: sha256=<hex>`).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Sequence
from hashlib import sha256
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit

CABECALHO_TWILIO = "X-Twilio-Signature"
CABECALHO_META = "X-Hub-Signature-256"

_PREFIXO_META = "sha256="
_PORTA_PADRAO = {"https": 443, "http": 80}

Campos = Sequence[tuple[str, str]]


def ler_formulario(corpo: bytes) -> tuple[tuple[str, str], ...]:
    """The fields of an urlencoded body in their order, empty and repeated ones included: all of them are signed."""
    return tuple(parse_qsl(corpo.decode("utf-8", "replace"), keep_blank_values=True))


def assinar_twilio(token: str, url: str, params: Campos = ()) -> str:
    """The base64 signature of `url` followed by each key and value: unique pairs, ordered by key, then by value."""
    texto = url + "".join(chave + valor for chave, valor in sorted(set(params)))
    return base64.b64encode(hmac.digest(token.encode(), texto.encode("utf-8", "surrogatepass"), "sha1")).decode()


def url_com_resumo(url: str, corpo: bytes) -> str:
    """`url` with the `bodySHA256` that Twilio adds when the body is JSON; that address is what gets signed."""
    separador = "&" if "?" in url else "?"
    return f"{url}{separador}bodySHA256={sha256(corpo).hexdigest()}"


def conferir_twilio(token: str, url: str, params: Campos, assinatura: str | None, *, corpo_json: bytes | None = None) -> bool:
    """Whether `assinatura` is Twilio's for this request. `url` is the public address, with its query, as Twilio calls it.

    Form fields go in `params`, all that arrived, repeated ones too. A JSON body goes in `corpo_json` with `params`
    empty: its digest must be in the address. Both spellings of the address count, with and without the port, since
    Twilio is inconsistent about it.
    """
    if not assinatura:
        return False
    if corpo_json is not None and (params or not _resumo_confere(url, corpo_json)):
        return False
    recebida = assinatura.encode("utf-8", "surrogatepass")
    # every spelling is computed, whichever matches
    conferem = [hmac.compare_digest(assinar_twilio(token, u, params).encode(), recebida) for u in _grafias(url)]
    return any(conferem)


def assinar_meta(segredo: str, corpo: bytes) -> str:
    """The value of `X-Hub-Signature-256` for the raw body."""
    return _PREFIXO_META + hmac.digest(segredo.encode(), corpo, "sha256").hex()


def conferir_meta(segredo: str, corpo: bytes, cabecalho: str | None) -> bool:
    """Whether `cabecalho` signs the raw `corpo`, byte for byte as it arrived."""
    if not cabecalho:
        return False
    return hmac.compare_digest(assinar_meta(segredo, corpo).encode(), cabecalho.encode("utf-8", "surrogatepass"))


def _resumo_confere(url: str, corpo: bytes) -> bool:
    informado = parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0]
    return hmac.compare_digest(sha256(corpo).hexdigest().encode(), informado.encode("utf-8", "surrogatepass"))


def _grafias(url: str) -> Iterator[str]:
    partes = urlsplit(url)
    yield _com_host(partes, partes.netloc.rpartition(":")[0] if partes.port else partes.netloc)
    if partes.port is None and partes.scheme in _PORTA_PADRAO:
        yield _com_host(partes, f"{partes.netloc}:{_PORTA_PADRAO[partes.scheme]}")
    if partes.port is not None:
        yield url


def _com_host(partes: SplitResult, host: str) -> str:
    return partes._replace(netloc=host).geturl()
