"""Pix codes against BACEN's published payloads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelamento.domain import brcode
from parcelamento.domain.brcode import BRCodeInvalido

ESTATICO_DO_BACEN = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR"
    "5913Fulano de Tal6008BRASILIA62070503***63041D3D"
)
ESTATICO = (
    "00020126360014br.gov.bcb.pix0114122001920001695204000053039865406123.455802BR"
    "5913SEFAZ ALAGOAS6006MACEIO62210517DARE20260000123456304AEE1"
)
DINAMICO = (
    "00020126810014br.gov.bcb.pix2559pix.example.com/qr/v2/cobv/9d36b84fc70b478fb95c12729b90ca25"
    "5204000053039865802BR5913SEFAZ ALAGOAS6006MACEIO62070503***63048799"
)
URL = "pix.example.com/qr/v2/cobv/9d36b84fc70b478fb95c12729b90ca25"
EVP = "123e4567-e12b-12d1-a456-426655440000"


def test_crc_do_padrao() -> None:
    assert brcode.crc16("123456789") == 0x29B1


@pytest.mark.parametrize(
    ("escrito", "esperado"),
    [
        (brcode.estatico(EVP, "Fulano de Tal", "BRASILIA", None, None), ESTATICO_DO_BACEN),
        (brcode.estatico("12200192000169", "SEFAZ ALAGOAS", "MACEIÓ", 12345, "DARE2026000012345"), ESTATICO),
        (brcode.dinamico(URL, "SEFAZ ALAGOAS", "MACEIO"), DINAMICO),
        (brcode.dinamico(f"https://{URL}", "SEFAZ ALAGOAS", "MACEIÓ"), DINAMICO),
    ],
)
def test_exemplos_publicados(escrito: str, esperado: str) -> None:
    assert escrito == esperado


def test_le_um_estatico_e_um_dinamico() -> None:
    lido = brcode.ler(ESTATICO)
    assert (lido["chave"], lido["valor"], lido["txid"]) == ("12200192000169", 12345, "DARE2026000012345")
    assert (lido["nome"], lido["cidade"], lido["url"]) == ("SEFAZ ALAGOAS", "MACEIO", None)
    dinamico = brcode.ler(DINAMICO)
    assert (dinamico["url"], dinamico["chave"], dinamico["valor"], dinamico["txid"]) == (URL, None, None, None)


def campos_de(payload: str) -> dict[str, str]:
    """A second reader, written apart from the first."""
    achados, resto = {}, payload
    while resto:
        tamanho = int(resto[2:4])
        achados[resto[:2]] = resto[4 : 4 + tamanho]
        resto = resto[4 + tamanho :]
    return achados


@given(
    chave=st.from_regex(r"[A-Za-z0-9@.+_-]{1,77}", fullmatch=True),
    nome=st.text(min_size=1, max_size=80).map(lambda s: "Ç" + s),
    cidade=st.text(min_size=1, max_size=60).map(lambda s: "ã" + s),
    valor=st.integers(1, brcode.VALOR_MAXIMO),
    txid=st.from_regex(r"[A-Za-z0-9]{1,25}", fullmatch=True),
)
def test_o_que_se_escreve_se_le(chave: str, nome: str, cidade: str, valor: int, txid: str) -> None:
    payload = brcode.estatico(chave, nome, cidade, valor, txid)
    lido = brcode.ler(payload)
    assert payload.isascii()
    assert (lido["chave"], lido["valor"], lido["txid"]) == (chave, valor, txid)
    campos = campos_de(payload)
    assert 1 <= len(campos["59"]) <= 25
    assert 1 <= len(campos["60"]) <= 15
    assert campos["54"].replace(".", "") == f"{valor:03d}"
    assert (lido["nome"], lido["cidade"]) == (campos["59"], campos["60"])


@given(posicao=st.integers(0, len(ESTATICO) - 1), troca=st.characters(min_codepoint=32, max_codepoint=126))
def test_um_caractere_trocado_e_percebido(posicao: int, troca: str) -> None:
    errado = ESTATICO[:posicao] + troca + ESTATICO[posicao + 1 :]
    if errado.upper() == ESTATICO.upper():
        return
    with pytest.raises(BRCodeInvalido):
        brcode.ler(errado)


@given(st.text(max_size=200))
def test_lixo_e_recusado_com_motivo(texto: str) -> None:
    with pytest.raises(BRCodeInvalido):
        brcode.ler(texto)


def fechado(corpo: str) -> str:
    return f"{corpo}6304{brcode.crc16(corpo + '6304'):04X}"


@pytest.mark.parametrize(
    ("payload", "motivo"),
    [
        ("", "formato"),
        ("6304", "formato"),
        (fechado("00020126"), "formato"),
        (fechado("000201269914br.gov.bcb.pix"), "formato"),
        (fechado("0002012622xx14br.gov.bcb.pix0101"), "formato"),
        (fechado("000201"), "arranjo"),
        (fechado("00020126140010com.cartao"), "arranjo"),
        (fechado("00020126190014br.gov.bcb.pix0101a5405-1.00"), "formato"),
        (fechado("00020126230014br.gov.bcb.pix0101a5405-1.00"), "valor"),
        (fechado("00020126230014br.gov.bcb.pix0101a540512,00"), "valor"),
        (ESTATICO[:-1] + "2", "crc"),
        (ESTATICO.replace("SEFAZ", "SÉFAZ"), "formato"),
    ],
)
def test_codigos_recusados_com_o_motivo(payload: str, motivo: str) -> None:
    with pytest.raises(BRCodeInvalido) as erro:
        brcode.ler(payload)
    assert erro.value.motivo == motivo


@pytest.mark.parametrize(
    ("nome", "cidade", "esperado"),
    [
        ("Secretaria de Estado da Fazenda de Alagoas", "São Luís", ("Secretaria de Estado da F", "Sao Luis")),
        ("Fazenda  Pública\tdo Maranhão", "São José da Laranjeira", ("Fazenda Publica do Maranh", "Sao Jose da Lar")),
        ("Órgão Nº 1", "Maceió ", ("Orgao No 1", "Maceio")),
    ],
)
def test_acentos_e_tamanhos(nome: str, cidade: str, esperado: tuple[str, str]) -> None:
    lido = brcode.ler(brcode.estatico("a@b.c", nome, cidade, 1, "A"))
    assert (lido["nome"], lido["cidade"]) == esperado


@pytest.mark.parametrize(
    ("motivo", "argumentos"),
    [
        ("chave", ("", "N", "C", 1, "A")),
        ("chave", ("a" * 78, "N", "C", 1, "A")),
        ("chave", ("chávê", "N", "C", 1, "A")),
        ("nome", ("a", "日本", "C", 1, "A")),
        ("cidade", ("a", "N", "  ", 1, "A")),
        ("valor", ("a", "N", "C", 0, "A")),
        ("valor", ("a", "N", "C", -5, "A")),
        ("valor", ("a", "N", "C", brcode.VALOR_MAXIMO + 1, "A")),
        ("txid", ("a", "N", "C", 1, "")),
        ("txid", ("a", "N", "C", 1, "com-traço")),
        ("txid", ("a", "N", "C", 1, "A" * 26)),
    ],
)
def test_estatico_recusado_com_o_motivo(motivo: str, argumentos: tuple[str, str, str, int, str]) -> None:
    with pytest.raises(BRCodeInvalido) as erro:
        brcode.estatico(*argumentos)
    assert erro.value.motivo == motivo


@pytest.mark.parametrize("url", ["", "https://", "http://a/b", "sem-barra", "a/" + "b" * 76, "a/ção", "a/b c"])
def test_endereco_recusado(url: str) -> None:
    with pytest.raises(BRCodeInvalido) as erro:
        brcode.dinamico(url, "N", "C")
    assert erro.value.motivo == "url"
