"""What may never be read in a log, in the ways it gets there; and what must stay readable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.documento import Documento, digitos_verificadores
from kernel.domain.sigilo import OCULTO, mascarar_texto, mascarar_valor

TELEFONES = (
    "82999991234",
    "+5582999991234",
    "5582999991234",
    "(82) 99999-1234",
    "+55 (82) 9 9999-1234",
    "82 9.9999.1234",
    "82/99999/1234",
    "82_99999_1234",
    "%2B55%2082%2099999-1234",
    "82\u00a099999\u20111234",
    "82\u200b99999\u20131234",
    r"82\xa099999\u20111234",
    "８２９９９９９１２３４",
    "82\t99999\n1234",
    "(82) 3315-1234",
    "8233151234",
    "99999-1234",
    "3315-1234",
    "999991234",
    "tel:+5582999991234",
    "whatsapp:+5582999991234",
    "+1 415 555 1234",
)
DOCUMENTOS = (
    "52998224725",
    "529.982.247-25",
    "529982247/25",
    "529 982 247 25",
    "11222333000181",
    "11.222.333/0001-81",
    "12ABC34501DE35",
    "12.ABC.345/01DE-35",
    "12abc34501de35",
    "12.abc.345/01de-35",
    "12 ABC 345 01DE 35",
    "SEFAZAL0000173",
    "ZZZZZZZZ000191",
    "12ABC34501DE36",
    "00639884962",
)
CREDENCIAIS = (
    ("Authorization: Bearer segredo.do-token_1", "segredo"),
    ("{'Authorization': 'Basic c2VncmVkbw=='}", "c2VncmVkbw"),
    ("{'authorization': 'segredo'}", "segredo"),
    ("(b'authorization', b'Bearer segredo')", "segredo"),
    ("(b'authorization', b'segredo')", "segredo"),
    ("bearer segredo", "segredo"),
    ("access_token=segredo&x=1", "segredo"),
    ("META_APP_SECRET=segredo", "segredo"),
    ("TWILIO_AUTH_TOKEN: segredo", "segredo"),
    ('{"senha": "segredo"}', "segredo"),
    ("X-Hub-Signature-256: sha256=segredo", "segredo"),
    ("X-Twilio-Signature: segredo=", "segredo"),
    ("Set-Cookie: segredo", "segredo"),
    ("postgresql://regua:segredo@127.0.0.1:5432/x", "segredo"),
    ("eyJhbGciOi.eyJzdWIi.segredo", "segredo"),
    ("EAAsegredosegredosegredo12", "segredo"),
)
PESSOAS = (
    ("fulano.de+tal@sefaz.al.gov.br escreveu", "fulano"),
    ("joão@exemplo.com.br", "joão"),
    ("para=fulano%40exemplo.com", "fulano"),
    ("wamid.HBgNNTU4Mjk5OTk5MTIzNBUCABEYEg==", "HBgN"),
    ("BR.1502576394655843", "655843"),
    ("[SQL: INSERT]\n[parameters: ('Fulano de Tal', 'Rua (A)')]\nfim", "Fulano"),
    ("DETAIL:  Key (nome)=(Fulano (de) Tal) already exists.", "Fulano"),
    ("DETAIL:  Failing row contains (1, Fulano, de Tal).", "Fulano"),
    ("input_value='Fulano, de Tal', input_type=str", "Fulano"),
)
LEGIVEIS = (
    "envio 550e8400-e29b-41d4-a716-446655440000 aceito",
    "em 2026-11-22T07:52:04.123456Z",
    "2026-11-22 07:52:04,123 início",
    "vencimento 2026-11-22",
    "SM0123456789abcdef0123456789abcdef",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "lote 500 de 20000 em 12345 ms",
    "cobranca-acionamento-whatsapp partição 3 offset 123456789",
    "127.0.0.1:54321",
    "transferencia01",
    "R$ 1.234,56",
    "codigo 63016, tentativa 3",
)
ANTES_E_DEPOIS = ("{}", "para {} falhou", "'{}'", "({})", '{{"para":"{}"}}', "x={}&y=1", "<{}>", "a;{};b", "/{}/")


@pytest.mark.parametrize("moldura", ANTES_E_DEPOIS)
@pytest.mark.parametrize("numero", TELEFONES + DOCUMENTOS)
def test_telefone_e_documento_nao_ficam(numero: str, moldura: str) -> None:
    mascarado = mascarar_texto(moldura.format(numero))
    assert OCULTO in mascarado
    for pedaco in ("1234", "１２３４", "982", "224", "333", "345", "SEFAZ", "ZZZZ", "884"):
        assert pedaco not in mascarado.upper()


@pytest.mark.parametrize(("texto", "segredo"), CREDENCIAIS + PESSOAS)
def test_credenciais_e_pessoas_nao_ficam(texto: str, segredo: str) -> None:
    mascarado = mascarar_texto(texto)
    assert segredo not in mascarado
    assert OCULTO in mascarado


@pytest.mark.parametrize("texto", LEGIVEIS)
def test_o_que_serve_ao_operador_fica(texto: str) -> None:
    assert mascarar_texto(texto) == texto


@pytest.mark.parametrize("texto", TELEFONES + DOCUMENTOS + tuple(texto for texto, _ in CREDENCIAIS + PESSOAS))
def test_mascarar_de_novo_nao_revela_nem_muda(texto: str) -> None:
    mascarado = mascarar_texto(texto)
    assert mascarar_texto(mascarado) == mascarado


@given(
    st.text("0123456789", min_size=9, max_size=9).filter(lambda c: len(set(c)) > 1),
    st.text(" abcxyz\"'(){}[]<>,;:=|!?áç", max_size=8),
    st.text(" abcxyz\"'(){}[]<>,;:=|!?áç", max_size=8),
)
def test_nenhum_cpf_escapa(corpo: str, antes: str, depois: str) -> None:
    cpf = Documento(corpo + digitos_verificadores(corpo))
    for forma in (cpf.valor, cpf.formatado):
        mascarado = mascarar_texto(f"{antes}{forma}{depois}")
        assert not any(c.isdigit() for c in mascarado)


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=12, max_size=12).filter(lambda c: c != "0" * 12))
def test_nenhum_cnpj_escapa(corpo: str) -> None:
    cnpj = Documento(corpo + digitos_verificadores(corpo))
    for forma in (cnpj.valor, cnpj.formatado, cnpj.valor.lower(), cnpj.formatado.lower()):
        assert mascarar_texto(f"de {forma}.") == f"de {OCULTO}."


@given(st.uuids())
def test_todo_uuid_fica(uuid: object) -> None:
    assert mascarar_texto(f"envio {uuid} ok") == f"envio {uuid} ok"


@pytest.mark.parametrize(
    ("valor", "mascarado"),
    [
        (None, None),
        (True, True),
        (42, 42),
        (123456789, 123456789),
        (52998224725, OCULTO),
        (5582999991234, OCULTO),
        (82999991234.0, OCULTO),
        (0.12345678901234, 0.12345678901234),
        (b"82999991234", OCULTO),
        (ValueError("82999991234"), OCULTO),
        (["82999991234", {"52998224725": ("a@b.com", 1)}], [OCULTO, {OCULTO: [OCULTO, 1]}]),
    ],
)
def test_valores_de_qualquer_tipo(valor: object, mascarado: object) -> None:
    assert mascarar_valor(valor) == mascarado


def test_texto_longo_nao_custa_mais_que_o_seu_tamanho() -> None:
    # Each part is the worst case of one rule; a quadratic one would run into the suite's time limit.
    assert mascarar_texto("x" * 200_000 + " a" * 100_000 + "a-" * 100_000 + ".%" * 100_000)
