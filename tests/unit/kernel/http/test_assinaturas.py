"""Webhook signatures: the provider's vectors, and agreement with Twilio's own validator on whatever may arrive."""

from __future__ import annotations

import hmac
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from kernel.http.assinaturas import (
    assinar_meta,
    assinar_twilio,
    conferir_meta,
    conferir_twilio,
    ler_formulario,
    url_com_resumo,
)

TOKEN = "12345"
URL = "https://example.com/myapp.php?foo=1&bar=2"
CAMPOS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Caller", "+14158675310"),
    ("Digits", "1234"),
    ("From", "+14158675310"),
    ("To", "+18005551212"),
]
CORPO = b'{"property": "value", "boolean": true}'


class MultiDict:
    """What Twilio's validator takes from web frameworks: keys, and every value of a key."""

    def __init__(self, pares: list[tuple[str, str]]) -> None:
        self._pares = pares

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter([chave for chave, _ in self._pares])

    def __len__(self) -> int:
        return len(self._pares)

    def getall(self, chave: str) -> list[str]:
        return [valor for c, valor in self._pares if c == chave]


def test_vetores_da_twilio() -> None:
    assert assinar_twilio(TOKEN, URL, CAMPOS) == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert conferir_twilio(TOKEN, URL, CAMPOS, "L/OH5YylLD5NRKLltdqwSvS0BnU=")
    com_resumo = url_com_resumo("https://example.com/myapp.php", CORPO)
    assert com_resumo.endswith("?bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620")
    assert conferir_twilio(TOKEN, com_resumo, (), "6RHpvr0Bgg5tOv7XwQAKSA53KeA=", corpo_json=CORPO)


TEXTOS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
consultas = st.one_of(
    st.just(""),
    st.lists(st.tuples(st.text("ab", min_size=1, max_size=2), TEXTOS), min_size=1, max_size=3).map(lambda q: "?" + urlencode(q)),
)
urls = st.builds(
    lambda esquema, porta, caminho, consulta: f"{esquema}://exemplo.gov.br{porta}/{caminho}{consulta}",
    st.sampled_from(["http", "https"]),
    st.sampled_from(["", ":80", ":443", ":8000"]),
    st.text("abc/%C3", max_size=10),
    consultas,
)
pares = st.lists(st.tuples(st.text("ABab1é", min_size=1, max_size=3), TEXTOS), max_size=8)


@given(url=urls, campos=pares, outra=urls, mesma=st.booleans())
def test_concorda_com_o_validador_da_twilio(*, url: str, campos: list[tuple[str, str]], outra: str, mesma: bool) -> None:
    validador = RequestValidator(TOKEN)
    assinatura = validador.compute_signature(url if mesma else outra, MultiDict(campos))
    assert assinar_twilio(TOKEN, url if mesma else outra, campos) == assinatura
    assert conferir_twilio(TOKEN, url, campos, assinatura) == validador.validate(url, MultiDict(campos), assinatura)
    if mesma:
        assert conferir_twilio(TOKEN, url, campos, assinatura)


@given(pares, st.randoms())
def test_ordem_e_repeticao_dos_campos_nao_importam(campos: list[tuple[str, str]], sorte) -> None:  # type: ignore[no-untyped-def]
    embaralhados = campos + campos[:2]
    sorte.shuffle(embaralhados)
    assert assinar_twilio(TOKEN, URL, embaralhados) == assinar_twilio(TOKEN, URL, campos)


@pytest.mark.parametrize("porta", ["", ":443"])
def test_com_e_sem_porta(porta: str) -> None:
    assinatura = assinar_twilio(TOKEN, "https://a.br/x")
    com_porta = assinar_twilio(TOKEN, "https://a.br:443/x")
    assert conferir_twilio(TOKEN, f"https://a.br{porta}/x", (), assinatura)
    assert conferir_twilio(TOKEN, f"https://a.br{porta}/x", (), com_porta)


@pytest.mark.parametrize(
    ("token", "url", "campos", "assinatura"),
    [
        ("outro", URL, CAMPOS, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        (TOKEN, URL + "1", CAMPOS, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        (TOKEN, URL, CAMPOS[1:], "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        (TOKEN, URL, [*CAMPOS, ("Digits", "9")], "L/OH5YylLD5NRKLltdqwSvS0BnU="),
        (TOKEN, URL, CAMPOS, ""),
        (TOKEN, URL, CAMPOS, None),
        (TOKEN, URL, CAMPOS, "é\udc80"),
    ],
)
def test_assinatura_errada_e_recusada(token: str, url: str, campos: list[tuple[str, str]], assinatura: str | None) -> None:
    assert not conferir_twilio(token, url, campos, assinatura)


def test_json_trocado_ou_sem_resumo_e_recusado() -> None:
    url = url_com_resumo("https://a.br/x?y=1", CORPO)
    assert conferir_twilio(TOKEN, url, (), assinar_twilio(TOKEN, url), corpo_json=CORPO)
    assert not conferir_twilio(TOKEN, url, (), assinar_twilio(TOKEN, url), corpo_json=CORPO + b" ")
    assert not conferir_twilio(TOKEN, "https://a.br/x", (), assinar_twilio(TOKEN, "https://a.br/x"), corpo_json=CORPO)


@given(pares)
def test_formulario_lido_tem_todos_os_campos_assinados(campos: list[tuple[str, str]]) -> None:
    assert list(ler_formulario(urlencode(campos).encode())) == campos


@given(st.binary(max_size=100), st.text(min_size=1, max_size=20))
def test_meta_vai_e_volta_e_cada_byte_conta(corpo: bytes, segredo: str) -> None:
    cabecalho = assinar_meta(segredo, corpo)
    assert cabecalho == "sha256=" + hmac.new(segredo.encode(), corpo, "sha256").hexdigest()
    assert conferir_meta(segredo, corpo, cabecalho)
    assert not conferir_meta(segredo, corpo + b"x", cabecalho)
    assert not conferir_meta(segredo + "x", corpo, cabecalho)
    for errado in (None, "", cabecalho.removeprefix("sha256="), cabecalho[:-1], "sha1=" + cabecalho, "é"):
        assert not conferir_meta(segredo, corpo, errado)
