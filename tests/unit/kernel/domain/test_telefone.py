"""Phones: the forms people write, the ninth digit, and what is no person's number."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.telefone import (
    Telefone,
    TelefoneInvalido,
    chave_wa,
    eh_bsuid,
    ler_telefone,
    mascarar_telefone,
)

DDDS = st.sampled_from([11, 21, 27, 31, 41, 55, 61, 71, 79, 81, 82, 85, 91, 98, 99])
moveis = st.builds("{}9{:08d}".format, DDDS, st.integers(60_000_000, 99_999_999))


@pytest.mark.parametrize(
    ("texto", "e164", "tipo", "reparado"),
    [
        ("82999990000", "+5582999990000", "movel", False),
        ("(82) 99999-0000", "+5582999990000", "movel", False),
        ("5582 9 8888 7777", "+5582988887777", "movel", False),
        ("+55 (82) 9.9999-0000", "+5582999990000", "movel", False),
        ("082999990000", "+5582999990000", "movel", False),
        ("0 41 82 99999-0000", "+5582999990000", "movel", False),
        ("0055 82 99999 0000", "+5582999990000", "movel", False),
        ("+558233152000", "+558233152000", "fixo", False),
        ("(82) 3315-2000", "+558233152000", "fixo", False),
        ("55 3315-2000", "+555533152000", "fixo", False),
        ("+558299990000", "+5582999990000", "movel", True),
        ("558299990000", "+5582999990000", "movel", True),
        ("82 6999-0000", "+5582969990000", "movel", True),
        ("98 8123-4567", "+5598981234567", "movel", True),
        ("+14155552671", "+14155552671", "movel", False),
        ("+351 912 345 678", "+351912345678", "movel", False),
    ],
)
def test_telefone_lido(texto: str, e164: str, tipo: str, *, reparado: bool) -> None:
    telefone = ler_telefone(texto)
    assert (telefone.e164, telefone.tipo, telefone.reparado) == (e164, tipo, reparado)


@pytest.mark.parametrize(
    ("texto", "motivo"),
    [
        ("", "vazio"),
        ("0800 707 0000", "tipo"),
        ("0303 123 4567", "tipo"),
        ("4004-0000", "tipo"),
        ("3003 1234", "tipo"),
        ("82 4004-0000", "tipo"),
        ("+55 82 4004-0000", "tipo"),
        ("82 3003-1234", "tipo"),
        ("+18005551234", "tipo"),
        ("190", "inexistente"),
        ("99999-0000", "sem_ddd"),
        ("9999-0000", "sem_ddd"),
        ("52 99999-0000", "inexistente"),
        ("82 1999-0000", "inexistente"),
        ("82 8999-00000", "inexistente"),
        ("14155552671999", "inexistente"),
        ("0014155552671", "inexistente"),
        ("00 21 1 415 555 2671", "inexistente"),
        ("+12345", "inexistente"),
        ("829999900001", "inexistente"),
        ("82999990000 ramal 12", "caracteres"),
        ("1-800-FLOWERS", "caracteres"),
        ("tel:+5582999990000;ext=1", "caracteres"),
        ("８２999990000", "caracteres"),
        ("82999990000\n82999990001", "caracteres"),
        ("+", "caracteres"),
        ("9" * 400, "inexistente"),
        ("BR.1502576394655843", "bsuid"),
    ],
)
def test_telefone_recusado(texto: str, motivo: str) -> None:
    with pytest.raises(TelefoneInvalido) as erro:
        ler_telefone(texto)
    assert erro.value.motivo == motivo


@given(moveis)
def test_nono_digito_reparado_da_o_mesmo_telefone(nacional: str) -> None:
    sem_nono = nacional[:2] + nacional[3:]
    inteiro, reparado = ler_telefone(nacional), ler_telefone(sem_nono)
    assert reparado.e164 == inteiro.e164 == f"+55{nacional}"
    assert (inteiro.reparado, reparado.reparado) == (False, True)
    assert phonenumbers.is_valid_number(phonenumbers.parse(reparado.e164))


@given(moveis)
def test_chave_do_whatsapp_ignora_o_nono_digito(nacional: str) -> None:
    telefone = ler_telefone(nacional)
    assert telefone.chave_wa == chave_wa(f"55{nacional}") == chave_wa(f"55{nacional[:2]}{nacional[3:]}")
    assert telefone.chave_wa == nacional[:2] + nacional[-8:]


@given(moveis)
def test_ler_de_novo_nao_muda(nacional: str) -> None:
    telefone = ler_telefone(nacional)
    assert ler_telefone(telefone.e164) == telefone


@given(moveis)
def test_mascara_deixa_o_ddd_e_os_dois_ultimos(nacional: str) -> None:
    telefone = ler_telefone(nacional)
    assert telefone.mascarado == f"+55 {nacional[:2]} *******{nacional[-2:]}"
    assert nacional[3:] not in f"{telefone} {telefone!r}"


def test_mascara_de_numero_estrangeiro() -> None:
    assert mascarar_telefone("+14155552671") == "+*********71"


def test_chave_do_whatsapp_no_exterior_sao_todos_os_digitos() -> None:
    assert chave_wa("+14155552671") == chave_wa("14155552671") == "14155552671"


@pytest.mark.parametrize("texto", ["BR.1502576394655843", "US.ENT.abc123", "BR.a"])
def test_bsuid_reconhecido(texto: str) -> None:
    assert eh_bsuid(texto)


@pytest.mark.parametrize("texto", ["", "5582999990000", "br.123", "BRA.123", "BR.", "BR.12-3", "BR." + "1" * 129, "BR.1\n"])
def test_o_que_nao_e_bsuid(texto: str) -> None:
    assert not eh_bsuid(texto)


@given(st.text("0123456789+() -.", max_size=24))
def test_qualquer_texto_e_lido_ou_recusado(texto: str) -> None:
    try:
        telefone: Telefone = ler_telefone(texto)
    except TelefoneInvalido:
        return
    assert phonenumbers.is_valid_number(phonenumbers.parse(telefone.e164))
