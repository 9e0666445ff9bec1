"""Rules of the providers that need no server: parts of a text, numbers, TwiML, ids in addresses, words of leaving."""

from __future__ import annotations

import pytest
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Gather, VoiceResponse

from kernel.http.assinaturas import assinar_twilio
from simulador.adapters.inbound.twilio_recursos import filtrar
from simulador.application.entregar_recibos import espera_s
from simulador.domain.decisao import Passo
from simulador.domain.erros_meta import erro_meta, falha_de_status
from simulador.domain.mensagem import Mensagem, telefone_fixo, telefone_valido
from simulador.domain.regras_twilio import envio_do_retorno, palavra_de_saida
from simulador.domain.segmentos import contar_segmentos
from simulador.domain.twiml import TwimlInvalidoError, percorrer


@pytest.mark.parametrize(
    ("texto", "partes"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2), ("á" * 70, 1), ("á" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2),
        ("é" * 160, 1), ("Você tem débito", 1),
    ],
)  # fmt: skip
def test_segmentos(texto: str, partes: int) -> None:
    assert contar_segmentos(texto) == partes


@pytest.mark.parametrize(
    ("numero", "valido", "fixo"),
    [
        ("+5582999990000", True, False),
        ("+558232152000", True, True),
        ("+558299999000", False, False),
        ("+55829999900000", False, False),
        ("+15005550006", True, False),
        ("5582999990000", False, False),
        ("", False, False),
    ],
)
def test_telefones(numero: str, valido: bool, fixo: bool) -> None:
    assert (telefone_valido(numero), telefone_fixo(numero)) == (valido, fixo)


@pytest.mark.parametrize(
    ("url", "envio"),
    [
        ("https://x.br/webhooks/twilio/estado/0b7c-1", "0b7c-1"),
        ("https://x.br/webhooks/twilio/estado/0b7c-1?a=1", "0b7c-1"),
        ("https://x.br/webhooks/twilio/voz/9/estado", "9"),
        ("https://x.br/outro", None),
        (None, None),
    ],
)
def test_o_envio_vem_do_endereco_do_retorno(url: str | None, envio: str | None) -> None:
    assert envio_do_retorno(url) == envio


@pytest.mark.parametrize(
    ("texto", "sai"), [(" Sair ", True), ("STOP", True), ("voltar", False), ("parar de pagar", None), ("oi", None)]
)
def test_palavras_de_saida(texto: str, sai: bool | None) -> None:
    assert palavra_de_saida(texto) is sai


def test_a_assinatura_usada_e_a_que_o_validador_oficial_confere() -> None:
    campos = [("To", "+55"), ("Body", "é"), ("Body", "é"), ("Vazio", "")]
    assinatura = assinar_twilio("t", "https://x.br/a?b=1", campos)
    assert RequestValidator("t").validate("https://x.br/a?b=1", {"To": "+55", "Body": "é", "Vazio": ""}, assinatura)


def test_roteiro_com_tecla_vai_para_a_acao_do_gather() -> None:
    documento = VoiceResponse()
    documento.say("Olá", language="pt-BR")
    documento.pause(length=3)
    gather = Gather(num_digits=1, action="/tecla", method="POST")
    gather.say("Digite um")
    documento.append(gather)
    documento.say("Até logo")
    passagem = percorrer(str(documento).encode(), ("123#", "9"))
    assert passagem.ouvido == ("Olá", "Digite um")
    assert passagem.destino == ("/tecla", "POST", "1")
    assert passagem.teclas == ("9",)
    assert passagem.segundos == 1 + 3 + 1 + 1


def test_roteiro_sem_tecla_cai_no_verbo_seguinte() -> None:
    xml = b"<Response><Gather timeout='7'><Say>a</Say></Gather><Say>b</Say><Redirect method='GET'>/fim</Redirect></Response>"
    passagem = percorrer(xml, ())
    assert passagem.ouvido == ("a", "b")
    assert passagem.destino == ("/fim", "GET", None)
    assert passagem.segundos == 1 + 7 + 1


def test_desligar_encerra_e_xml_quebrado_e_erro() -> None:
    assert percorrer(b"<Response><Hangup/><Say>x</Say></Response>", ()).ouvido == ()
    for ruim in (b"nada", b"<Outra/>"):
        with pytest.raises(TwimlInvalidoError):
            percorrer(ruim, ())


def test_erros_da_meta() -> None:
    status, corpo = erro_meta("130429", rastro="r")
    assert (status, corpo["error"]["code"], corpo["error"]["is_transient"]) == (429, 130429, True)
    assert erro_meta("190", rastro="r")[0] == 401
    assert erro_meta("99999", rastro="r")[0] == 400
    assert falha_de_status("131026")["code"] == 131026


def test_esperas_da_meta_crescem_ate_um_minuto() -> None:
    assert [espera_s(n) for n in (1, 2, 3, 6, 7, 50)] == [1.0, 2.0, 4.0, 32.0, 60.0, 60.0]


def uma_mensagem(**campos: object) -> Mensagem:
    padrao: dict[str, object] = {
        "id": "SM1", "canal": "sms", "provedor": "twilio", "sentido": "saida", "de": "+1500", "para": "+5582999990001",
        "texto": "x", "envio": None, "em": 0.0, "retorno": "http://x", "estado": "queued",
        "passos": (Passo("sent", None, 0, 1, False), Passo("delivered", None, 0, 2, False)),
    }  # fmt: skip
    return Mensagem(**(padrao | campos)).preparar()  # type: ignore[arg-type]


def test_o_que_se_deve_diminui_a_cada_recibo() -> None:
    m = uma_mensagem()
    assert m.devidos == 3
    m.posicao = 2
    assert m.devidos == 2
    m.a_repetir.append(0)
    assert m.devidos == 3
    m.interromper("canceled")
    assert (m.devidos, m.estado) == (1, "canceled")


def test_filtro_de_data_por_dia_inteiro() -> None:
    meio_dia = 1795348800.0  # 2026-11-22T12:00:00Z
    m = uma_mensagem()
    m.posicao, m.instantes[0] = 1, meio_dia
    for filtro, acha in (
        ({"DateSent": "2026-11-22"}, True),
        ({"DateSent": "2026-11-21"}, False),
        ({"DateSent<": "2026-11-22"}, True),
        ({"DateSent>": "2026-11-22T12:00:01Z"}, False),
        ({"DateSent>": "2026-11-22T09:00:00-03:00"}, True),
        ({"Status": "delivered"}, False),
    ):
        assert bool(list(filtrar([m], filtro))) == acha, filtro
    with pytest.raises(ValueError, match="Invalid isoformat"):
        list(filtrar([m], {"DateSent": "ontem"}))
