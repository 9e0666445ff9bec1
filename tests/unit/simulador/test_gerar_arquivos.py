"""The six files line by line: columns, keys, documents, contacts, and nothing after the base's date."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import phonenumbers
import pytest

from simulador.domain.base_bloco import CABECALHOS, Parametros
from simulador.domain.base_identificador import cnpj, cpf, inscricao_estadual, placa, raiz_cnpj, renavam
from tests.unit.simulador.apoio_gerar import Base, dinheiro

HOJE = date(2026, 11, 23)
ID = re.compile(r"[A-Za-z0-9._-]{1,40}")
MONEY = re.compile(r"[0-9]+,[0-9]{2}")
DINHEIRO = {
    "debitos": ("principal", "multa", "juros"),
    "pagamentos": ("valor",),
}


@pytest.fixture(scope="module")
def base() -> Iterator[Base]:
    with TemporaryDirectory() as pasta:
        yield Base.gerada(Path(pasta), Parametros(icms=265, ipva=1735, semente=1, hoje=HOJE))


def coluna(base: Base, arquivo: str, nome: str) -> list[str]:
    return [linha[nome] for linha in base.linhas[arquivo]]


def test_todas_as_linhas_tem_as_colunas_do_cabecalho(base: Base) -> None:
    for arquivo, cabecalho in CABECALHOS.items():
        for linha in base.linhas[arquivo]:
            assert list(linha) == cabecalho.split(";")
            assert all(isinstance(valor, str) for valor in linha.values()), linha


@pytest.mark.parametrize(
    ("arquivo", "chave"),
    [
        ("contribuintes", "contribuinte"),
        ("debitos", "debito"),
        ("pagamentos", "pagamento"),
        ("veiculos", "renavam"),
        ("veiculos", "placa"),
    ],
)
def test_identificadores_sao_unicos_e_aceitos(base: Base, arquivo: str, chave: str) -> None:
    ids = coluna(base, arquivo, chave)
    assert len(set(ids)) == len(ids)
    assert all(ID.fullmatch(id_) for id_ in ids)


def test_identificador_do_contribuinte_nao_e_o_documento(base: Base) -> None:
    assert all(linha["contribuinte"].startswith("AL-") for linha in base.linhas["contribuintes"])


def test_toda_linha_e_de_um_contribuinte_conhecido(base: Base) -> None:
    conhecidos = set(coluna(base, "contribuintes", "contribuinte"))
    for arquivo in CABECALHOS:
        assert set(coluna(base, arquivo, "contribuinte")) <= conhecidos


def test_pagamento_nao_nomeia_divida_de_outro(base: Base) -> None:
    dono = {linha["debito"]: linha["contribuinte"] for linha in base.linhas["debitos"]}
    for linha in base.linhas["pagamentos"]:
        assert dono.get(linha["debito"], linha["contribuinte"]) == linha["contribuinte"]


def test_valores_nunca_sao_negativos(base: Base) -> None:
    for arquivo, nomes in DINHEIRO.items():
        for nome in nomes:
            assert all(MONEY.fullmatch(valor) for valor in coluna(base, arquivo, nome))
    assert all(dinheiro(linha["principal"]) > 0 for linha in base.linhas["debitos"])


@pytest.mark.parametrize("hoje", [HOJE, date(2026, 2, 1), date(2026, 1, 1)])
def test_nada_foi_pago_nem_entregue_depois_da_data(tmp_path: Path, hoje: date) -> None:
    base = Base.gerada(tmp_path, Parametros(icms=200, ipva=300, semente=2, hoje=hoje))
    assert max(coluna(base, "pagamentos", "pago_em")) <= hoje.isoformat()
    assert max(coluna(base, "declaracoes", "entregue_em")) <= hoje.isoformat()
    assert max(coluna(base, "debitos", "inscrito_em")) <= hoje.isoformat()


def digito(corpo: str, pesos: list[int]) -> str:
    resto = sum((ord(c) - 48) * p for c, p in zip(corpo, pesos, strict=True)) % 11
    return str((11 - resto) % 11 % 10) if resto > 1 else "0"


def documento_valido(documento: str) -> bool:
    if len(documento) == 11:
        return documento[9:] == digito(documento[:9], list(range(10, 1, -1))) + digito(documento[:10], list(range(11, 1, -1)))
    pesos = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    return documento[12:] == digito(documento[:12], pesos[1:]) + digito(documento[:13], pesos)


def test_documentos_sao_validos_e_seguem_a_natureza(base: Base) -> None:
    for linha in base.linhas["contribuintes"]:
        assert documento_valido(linha["documento"]), linha
        assert len(linha["documento"]) == (11 if linha["natureza"] == "PF" else 14)


def test_ha_cnpj_com_letras_filiais_e_pessoas_com_dois_cadastros(base: Base) -> None:
    documentos = coluna(base, "contribuintes", "documento")
    assert any(re.search("[A-Z]", documento) for documento in documentos)
    raizes = Counter(documento[:8] for documento in documentos if len(documento) == 14)
    assert max(raizes.values()) >= 2
    cpfs = Counter(documento for documento in documentos if len(documento) == 11)
    assert max(cpfs.values()) == 2
    assert len({d for d in documentos if len(d) == 14}) == sum(1 for d in documentos if len(d) == 14)


def test_digitos_conferem_com_documentos_publicados() -> None:
    # official example of IN RFB 2.229/2024, a published head office, and CACEAL's own example
    assert cnpj("12ABC345", 1)[:12] == "12ABC3450001"
    assert documento_valido("12ABC34501DE35")
    assert documento_valido("52998224725")
    assert cnpj("11222333", 1) == "11222333000181"
    assert cnpj("16727230", 1) == "16727230000197"
    assert not documento_valido("12ABC34501DE36")


@pytest.mark.parametrize("numero", ["86769597308", "00639884962", "01234567897", "12345678900"])
def test_conta_do_renavam_confere_com_numeros_publicados(numero: str) -> None:
    assert digito_renavam(numero) == numero[10]


def digito_renavam(numero: str) -> str:
    pesos = [3, 2, 9, 8, 7, 6, 5, 4, 3, 2]
    return str(sum(int(c) * p for c, p in zip(numero[:10], pesos, strict=True)) * 10 % 11 % 10)


def digito_alagoas(numero: str) -> str:
    return str(sum(int(c) * p for c, p in zip(numero[:8], range(9, 1, -1), strict=True)) * 10 % 11 % 10)


def test_renavam_e_inscricao_tem_digito_certo() -> None:
    assert digito_alagoas("240000048") == "8"
    for indice in range(1000):
        veiculo, empresa = renavam(indice), inscricao_estadual(indice, "8")
        assert (len(veiculo), veiculo[10:]) == (11, digito_renavam(veiculo))
        assert (len(empresa), empresa[8:]) == (9, digito_alagoas(empresa))


def test_numeros_nao_se_repetem_entre_indices_vizinhos() -> None:
    faixa = range(50_000)
    for gerar in (cpf, raiz_cnpj, renavam, lambda i: placa(i, mercosul=True)):
        assert len({gerar(i) for i in faixa}) == len(faixa)


def test_placa_antiga_e_mercosul_do_mesmo_veiculo_tem_o_mesmo_final() -> None:
    antiga, nova = placa(31, mercosul=False), placa(31, mercosul=True)
    assert re.fullmatch(r"[A-Z]{3}[0-9]{4}", antiga)
    assert nova == antiga[:4] + "ABCDEFGHIJ"[int(antiga[4])] + antiga[5:]


def test_ipva_vence_conforme_o_final_da_placa(base: Base) -> None:
    vencimentos = {d["vencimento"] for d in base.linhas["debitos"] if d["debito"].endswith("-2026") and d["tributo"] == "IPVA"}
    assert vencimentos == {"2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"}


def especie(endereco: str) -> str:
    try:
        numero = phonenumbers.parse(endereco, "BR")
    except phonenumbers.NumberParseException:
        return "ilegível"
    tipos = {phonenumbers.PhoneNumberType.MOBILE: "celular", phonenumbers.PhoneNumberType.FIXED_LINE: "fixo"}
    if len(str(numero.national_number)) == 10 and str(numero.national_number)[2] == "9":
        return "sem o nono dígito"
    return tipos.get(phonenumbers.number_type(numero), "inválido")


def test_contatos_trazem_as_falhas_de_um_cadastro_real(base: Base) -> None:
    linhas = [linha for linha in base.linhas["contatos"] if linha["canal"] == "sms"]
    especies = Counter(especie(linha["endereco"]) for linha in linhas)
    assert set(especies) == {"celular", "fixo", "sem o nono dígito", "inválido", "ilegível"}
    assert especies["celular"] > 0.88 * len(linhas)
    donos = Counter(re.sub(r"\D", "", linha["endereco"])[-8:] for linha in linhas)
    assert max(quantos for numero, quantos in donos.items() if numero.startswith("91")) >= 2


def test_consentimento_idiomas_e_quem_nao_tem_contato(base: Base) -> None:
    linhas = base.linhas["contatos"]
    consentem = sum(linha["consentimento"] == "1" for linha in linhas) / len(linhas)
    assert consentem == pytest.approx(0.90, abs=0.03)
    idiomas = Counter(linha["idioma"] for linha in linhas)
    assert idiomas["pt-BR"] > 0.96 * len(linhas)
    assert set(idiomas) == {"pt-BR", "es", "en"}
    assert {linha["canal"] for linha in linhas} == {"whatsapp", "sms", "voz", "email", "postal"}
    assert len(set(coluna(base, "contatos", "contribuinte"))) < len(base.linhas["contribuintes"])
