"""CPF and CNPJ: the published vectors, and what the check digits promise."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.domain.documento import Documento, DocumentoInvalido, digitos_verificadores, ler_documento

CPFS = ("52998224725", "11144477735", "12345678909", "00000000191")
CNPJS = (
    "12ABC34501DE35",
    "A1B2C3D4000193",
    "SEFAZAL0000173",
    "ZZZZZZZZ000191",
    "11222333000181",
    "16727230000197",
    "12200192000169",
    "00000000000191",
    "11111111111180",
)
POSICOES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

corpos_de_cpf = st.text("0123456789", min_size=9, max_size=9).filter(lambda c: len(set(c)) > 1)
corpos_de_cnpj = st.text(POSICOES, min_size=12, max_size=12).filter(lambda c: c != "0" * 12)


def completo(corpo: str) -> str:
    return corpo + digitos_verificadores(corpo)


def motivo(texto: str) -> str:
    with pytest.raises(DocumentoInvalido) as erro:
        ler_documento(texto)
    return erro.value.motivo


@pytest.mark.parametrize("valor", CPFS + CNPJS)
def test_documentos_publicados_sao_validos(valor: str) -> None:
    documento = ler_documento(valor)
    assert documento.valor == valor
    assert documento.tipo == ("CPF" if valor in CPFS else "CNPJ")


@pytest.mark.parametrize(
    ("texto", "esperado"),
    [
        ("", "vazio"),
        ("   ", "vazio"),
        (".-/", "vazio"),
        ("11111111111", "repetido"),
        ("00000000000", "repetido"),
        ("00000000000000", "repetido"),
        ("12ABC34501DE36", "digito_verificador"),
        ("52998224724", "digito_verificador"),
        ("12ABC34501DE3A", "caracteres"),
        ("5299822472A", "caracteres"),
        ("１１222333000181", "caracteres"),
        ("５２９９８２２４７２５", "caracteres"),
        ("ſEFAZAL0000173", "caracteres"),
        ("52998224725\x00", "caracteres"),
        ("529_982_247_25", "caracteres"),
        ("+52998224725", "caracteres"),
        ("191", "tamanho"),
        ("0000000191", "tamanho"),
        ("1122233300018", "tamanho"),
        ("112223330001811", "tamanho"),
    ],
)
def test_texto_que_nao_e_documento_e_recusado_com_motivo(texto: str, esperado: str) -> None:
    assert motivo(texto) == esperado


@pytest.mark.parametrize(
    ("texto", "valor"),
    [
        ("529.982.247-25", "52998224725"),
        (" 529982247-25\n", "52998224725"),
        ("12.ABC.345/01DE-35", "12ABC34501DE35"),
        ("12.abc.345/01de-35", "12ABC34501DE35"),
        ("00.000.000/0001-91", "00000000000191"),
        ("000.000.001-91", "00000000191"),
    ],
)
def test_mascara_caixa_e_zeros_a_esquerda(texto: str, valor: str) -> None:
    assert ler_documento(texto).valor == valor


def test_raiz_e_a_pessoa() -> None:
    assert ler_documento("52998224725").raiz == "52998224725"
    assert ler_documento("12ABC34501DE35").raiz == "12ABC345"


def test_documento_nao_aparece_em_repr_nem_em_str() -> None:
    cpf, cnpj = ler_documento("52998224725"), ler_documento("12ABC34501DE35")
    assert (str(cpf), cpf.mascarado) == ("***.982.247-**",) * 2
    assert cnpj.mascarado == "**.ABC.345/****-**"
    assert "52998224725" not in repr(cpf)


def test_o_erro_nao_repete_o_que_foi_lido() -> None:
    with pytest.raises(DocumentoInvalido) as erro:
        ler_documento("52998224724")
    assert "52998224724" not in str(erro.value)


def test_o_erro_atravessa_processos() -> None:
    copia = pickle.loads(pickle.dumps(DocumentoInvalido("repetido")))  # noqa: S301
    assert copia.motivo == "repetido"


def test_documento_so_existe_valido() -> None:
    with pytest.raises(DocumentoInvalido):
        Documento("52998224724")
    with pytest.raises(DocumentoInvalido):
        Documento("529.982.247-25")


@given(st.one_of(corpos_de_cpf, corpos_de_cnpj))
def test_ida_e_volta_com_mascara(corpo: str) -> None:
    documento = Documento(completo(corpo))
    assert ler_documento(documento.formatado) == documento
    assert ler_documento(documento.formatado.lower()) == documento


@given(corpos_de_cpf, st.integers(0, 10), st.integers(1, 9))
def test_um_algarismo_trocado_no_cpf_e_percebido(corpo: str, posicao: int, soma: int) -> None:
    valor = completo(corpo)
    trocado = valor[:posicao] + str((int(valor[posicao]) + soma) % 10) + valor[posicao + 1 :]
    if posicao < 9 and digitos_verificadores(trocado[:9]) == valor[9:]:
        # The algorithm's one gap: remainders 0 and 1 both give the digit 0. The first position weighs 11 in the
        # second sum, that is, nothing; everywhere else both sums have to fall into the gap.
        assert valor[9] == "0"
        assert posicao == 0 or valor[10] == "0"
        return
    assert motivo(trocado) in {"digito_verificador", "repetido"}


@given(corpos_de_cnpj, st.integers(0, 13), st.sampled_from(POSICOES))
def test_uma_posicao_trocada_no_cnpj_segue_o_algoritmo(corpo: str, posicao: int, outra: str) -> None:
    valor = completo(corpo)
    trocado = valor[:posicao] + outra + valor[posicao + 1 :]
    if trocado == valor:
        return
    if posicao >= 12:
        assert motivo(trocado) in {"digito_verificador", "caracteres"}
        return
    if digitos_verificadores(trocado[:12]) == valor[12:] and trocado != "0" * 14:
        # Letters count up to 42, so A=17 and L=28 weigh the same modulo 11; and the gap of the CPF is here too.
        assert (ord(outra) - ord(valor[posicao])) % 11 == 0 or valor[12:] == "00"
        return
    assert motivo(trocado) in {"digito_verificador", "repetido"}


@given(st.text(max_size=20))
def test_qualquer_texto_e_lido_ou_recusado(texto: str) -> None:
    try:
        documento = ler_documento(texto)
    except DocumentoInvalido:
        return
    assert ler_documento(documento.valor) == documento
