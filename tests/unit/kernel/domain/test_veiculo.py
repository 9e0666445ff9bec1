"""RENAVAM and plates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.veiculo import (
    Placa,
    PlacaInvalida,
    RenavamInvalido,
    ler_placa,
    ler_renavam,
    placas_equivalentes,
)


@pytest.mark.parametrize(
    ("texto", "valor", "dv_correto"),
    [
        ("86769597308", "86769597308", True),
        ("00639884962", "00639884962", True),
        ("639884962", "00639884962", True),
        ("01234567897", "01234567897", True),
        ("12345678900", "12345678900", True),
        ("00115862862", "00115862862", True),
        ("01158628606", "01158628606", True),
        ("63988496201", "63988496201", False),
        ("00891749449", "00891749449", False),
        ("0115862860", "00115862860", False),
        ("01158628600", "01158628600", False),
        (" 8676959730-8 ", "86769597308", True),
    ],
)
def test_renavam_ganha_zeros_e_diz_se_o_digito_confere(texto: str, valor: str, *, dv_correto: bool) -> None:
    renavam = ler_renavam(texto)
    assert (renavam.valor, renavam.dv_correto) == (valor, dv_correto)


@pytest.mark.parametrize(
    ("texto", "motivo"),
    [
        ("", "vazio"),
        ("867695973080", "tamanho"),
        ("8676959730X", "caracteres"),
        ("８6769597308", "caracteres"),
        ("00000000000", "zerado"),
    ],
)
def test_renavam_recusado(texto: str, motivo: str) -> None:
    with pytest.raises(RenavamInvalido) as erro:
        ler_renavam(texto)
    assert erro.value.motivo == motivo


@given(st.integers(1, 9_999_999_999))
def test_so_um_digito_final_confere_e_completa_a_soma(corpo: int) -> None:
    (certo,) = (dv for dv in range(10) if ler_renavam(f"{corpo:010d}{dv}").dv_correto)
    soma = sum(int(c) * peso for c, peso in zip(f"{corpo:010d}", (3, 2, 9, 8, 7, 6, 5, 4, 3, 2), strict=True))
    # The digit completes the sum to a multiple of 11; where that would take 10, it is 0.
    assert (soma + certo) % 11 == 0 or (certo == 0 and (soma + 10) % 11 == 0)


@pytest.mark.parametrize(("texto", "valor"), [("abc-1234", "ABC1234"), ("ABC 1C34", "ABC1C34"), (" abc1z34 ", "ABC1Z34")])
def test_placa_fica_em_maiusculas_sem_traco(texto: str, valor: str) -> None:
    assert ler_placa(texto).valor == valor


@pytest.mark.parametrize(
    ("texto", "motivo"),
    [
        ("", "vazio"),
        ("ABC123", "formato"),
        ("ABCD123", "formato"),
        ("ABC12345", "formato"),
        ("AB1C234", "formato"),
        ("ABC1２34", "formato"),
        ("ſBC1234", "formato"),
    ],
)
def test_placa_recusada(texto: str, motivo: str) -> None:
    with pytest.raises(PlacaInvalida) as erro:
        ler_placa(texto)
    assert erro.value.motivo == motivo


@pytest.mark.parametrize("digito", range(10))
def test_as_duas_formas_da_placa_sao_o_mesmo_veiculo(digito: int) -> None:
    antiga, nova = Placa(f"ABC1{digito}34"), Placa(f"ABC1{'ABCDEFGHIJ'[digito]}34")
    assert antiga.equivalentes == nova.equivalentes == {antiga.valor, nova.valor}
    assert placas_equivalentes(antiga, nova)
    assert antiga.final == nova.final == 4


def test_placa_que_nasceu_mercosul_nao_tem_outra_forma() -> None:
    assert Placa("ABC1K34").equivalentes == {"ABC1K34"}
    assert not placas_equivalentes(Placa("ABC1K34"), Placa("ABC1A34"))


@given(st.from_regex(r"\A[A-Z]{3}[0-9][0-9A-Z][0-9]{2}\Z"), st.from_regex(r"\A[A-Z]{3}[0-9][0-9A-Z][0-9]{2}\Z"))
def test_chave_igual_quando_e_so_quando_ha_forma_comum(uma: str, outra: str) -> None:
    a, b = Placa(uma), Placa(outra)
    assert (a.chave == b.chave) == bool(a.equivalentes & b.equivalentes)
    assert a.chave in a.equivalentes
