"""Return files: what is written is read again whole, wherever blocks are cut; what is wrong is refused by line and field."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcelamento.domain import retorno
from parcelamento.domain.digitos_em_bloco import codigos_errados
from parcelamento.domain.febraban import compor_barras, digitos_conferem
from parcelamento.domain.retorno import (
    Cabecalho,
    PagamentoDoRetorno,
    RetornoRecusado,
    escrever,
    id_do_pagamento,
    ids_de_pagamentos,
)
from parcelamento.domain.retorno_leitura import LeituraDeRetorno, Trecho

DIA = date(2026, 11, 20)
CABECALHO = Cabecalho("00012345", "SEFAZ ALAGOAS", 1, "BANCO DO BRASIL", DIA, 7)


def _codigo(numero: int, valor: int = 10_000, identificador: int = 6) -> str:
    return compor_barras(valor, DIA, numero, "0000", identificador).codigo  # type: ignore[arg-type]


def um_pagamento(nsr: int, valor: int = 10_000, **outros: object) -> PagamentoDoRetorno:
    pago = PagamentoDoRetorno(nsr, DIA - timedelta(1), DIA, _codigo(nsr), valor)
    return replace(pago, **outros)  # type: ignore[arg-type]


def um_arquivo(*pagos: PagamentoDoRetorno, cabecalho: Cabecalho = CABECALHO, fim: str = "\r\n") -> bytes:
    return b"".join(escrever(cabecalho, pagos or (um_pagamento(1), um_pagamento(2, 250)), fim=fim))


def trocar(arquivo: bytes, linha: int, posicao: int, texto: str) -> bytes:
    """`arquivo` with `texto` at `posicao` (from 1) of `linha` (from 1)."""
    linhas = arquivo.split(b"\r\n")
    alvo = linhas[linha - 1]
    linhas[linha - 1] = alvo[: posicao - 1] + texto.encode("latin-1") + alvo[posicao - 1 + len(texto) :]
    return b"\r\n".join(linhas)


def ler(arquivo: bytes, cortes: Sequence[int] = ()) -> tuple[LeituraDeRetorno, list[Trecho]]:
    """Reads `arquivo` in blocks of as many lines as `cortes` says, the rest at once."""
    linhas = io.BytesIO(arquivo).readlines()
    leitura, trechos = LeituraDeRetorno(), []
    for corte in cortes:
        if bloco := b"".join(linhas[:corte]):
            trechos.append(leitura.ler(bloco))
        linhas = linhas[corte:]
    if linhas:
        trechos.append(leitura.ler(b"".join(linhas)))
    leitura.encerrar()
    return leitura, trechos


def _recusa(arquivo: bytes) -> RetornoRecusado:
    with pytest.raises(RetornoRecusado) as erro:
        ler(arquivo)
    return erro.value


def test_registros_ficam_onde_o_layout_manda() -> None:
    a, g, z, fim = um_arquivo(um_pagamento(3, 24_185, tarifa=150, agencia="0012", conta="1234 56", autenticacao="AUT1")).split(
        b"\r\n"
    )
    assert (len(a), len(g), len(z), fim) == (150, 150, 150, b"")
    assert a[:79] == b"A200012345            SEFAZ ALAGOAS       001BANCO DO BRASIL     20261120000007"
    assert a[79:98] == b"07CODIGO DE BARRAS "
    assert g[:37] == b"G1234 56             2026111920261120"
    assert g[37:81] == _codigo(3).encode()
    assert g[81:142] == b"000000024185000015000000003" + b"0012    " + b"3" + b"AUT1                   " + b"3" + b" "
    assert z[:24] == b"Z00000300000000000024185"


def test_amostra_da_especificacao() -> None:
    """Totals of the sample that goes with the layout: G of 241.85 and 92.87 → 000004 and 00000000000033472."""
    z = um_arquivo(um_pagamento(1, 24_185), um_pagamento(2, 9_287)).split(b"\r\n")[3]
    assert z[:24] == b"Z00000400000000000033472"


_pagamentos = st.builds(
    PagamentoDoRetorno,
    nsr=st.integers(0, 99_999_999),
    pago_em=st.dates(date(1997, 10, 7), date(2199, 12, 31)),
    creditado_em=st.none() | st.dates(date(1997, 10, 7), date(2199, 12, 31)),
    barras=st.builds(_codigo, st.integers(0, 10**17 - 1), st.integers(1, 10**11 - 1), st.sampled_from([6, 8])),
    valor=st.integers(0, 10**12 - 1),
    tarifa=st.integers(0, 10**7 - 1),
    autenticacao=st.text(st.characters(codec="latin-1", categories=["L", "N", "P"]), max_size=23),
)


@given(st.lists(_pagamentos, max_size=12), st.lists(st.integers(1, 5), max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_o_que_se_escreve_se_le(pagos: list[PagamentoDoRetorno], cortes: list[int], fim: str) -> None:
    leitura, trechos = ler(b"".join(escrever(CABECALHO, pagos, fim=fim)), cortes)
    assert leitura.cabecalho == CABECALHO
    assert (leitura.registros, leitura.total) == (len(pagos) + 2, sum(p.valor for p in pagos))
    assert [r for t in trechos for r in t.rejeitadas] == []
    lidos = [
        (linha, int(nsr), pago, credito, barras, int(valor))
        for t in trechos
        for linha, nsr, pago, credito, barras, valor in zip(
            t.linhas, t.nsr, t.pago_em, t.creditado_em, t.barras, t.valor, strict=True
        )
    ]
    assert lidos == [
        (i, p.nsr, p.pago_em.isoformat(), p.creditado_em and p.creditado_em.isoformat(), p.barras, p.valor)
        for i, p in enumerate(pagos, start=2)
    ]


@given(st.integers(0, 600), st.integers(0, 255))
def test_um_byte_qualquer_trocado_nao_passa_por_outro_valor(posicao: int, byte: int) -> None:
    """Whatever one byte becomes: the file is refused, or the line is, or what counts is read as it was."""
    inteiro = um_arquivo()
    trocado = inteiro[:posicao] + bytes([byte]) + inteiro[posicao + 1 :]
    try:
        leitura, trechos = ler(trocado)
    except RetornoRecusado:
        return
    assert leitura.total == 10_250
    for t in trechos:
        assert all(digitos_conferem(codigo) for codigo in t.barras)


def test_fim_de_linha_nao_muda_o_resumo_e_o_conteudo_muda() -> None:
    com_crlf, com_lf = ler(um_arquivo())[0].resumo, ler(um_arquivo(fim="\n"))[0].resumo
    assert com_crlf == com_lf == ler(um_arquivo(), [1, 1, 1])[0].resumo
    assert ler(um_arquivo(um_pagamento(1), um_pagamento(2, 251)))[0].resumo != com_lf
    assert ler(um_arquivo(cabecalho=replace(CABECALHO, nsa=8)))[0].resumo != com_lf


@pytest.mark.parametrize(
    "fim",
    [b"", b"\r\n", b"\n\n", b"\x1a", b"\r\n\x1a", b"   \n"],
    ids=["nada", "crlf", "brancas", "ctrl-z", "crlf-ctrl-z", "espacos"],
)
def test_o_que_pode_vir_depois_do_z(fim: bytes) -> None:
    assert ler(um_arquivo().removesuffix(b"\r\n") + (b"\r\n" + fim if fim else b""))[0].registros == 4


@pytest.mark.parametrize(
    "codificado", ["CÓDIGO DE BARRAS".encode("latin-1"), "CÓDIGO DE BARRAS".encode()], ids=["latin-1", "utf-8"]
)
def test_cabecalho_com_acento(codificado: bytes) -> None:
    assert ler(um_arquivo().replace(b"CODIGO DE BARRAS", codificado))[0].cabecalho == CABECALHO


def test_marca_de_utf8_no_comeco_e_deixada_de_lado() -> None:
    assert ler(b"\xef\xbb\xbf" + um_arquivo())[0].cabecalho == CABECALHO


@pytest.mark.parametrize(
    ("linha", "posicao", "texto", "campo", "parte"),
    [
        (2, 22, "20261301", "pago_em", "não existe"),
        (2, 22, "20260230", "pago_em", "não existe"),
        (2, 22, "00000000", "pago_em", "não existe"),
        (2, 22, "2026112A", "pago_em", "não existe"),
        (2, 22, "19890101", "pago_em", "não existe"),
        (3, 30, "20260431", "creditado_em", "não existe"),
        (3, 30, "ontem   ", "creditado_em", "não existe"),
        (2, 38, "9", "barras", "não é de arrecadação"),
        (2, 40, "5", "barras", "não é de arrecadação"),
        (2, 41, "9", "barras", "dígito verificador"),
        (3, 81, "7", "barras", "dígito verificador"),
        (3, 60, "X", "barras", "44 algarismos"),
        (3, 60, "²", "barras", "44 algarismos"),
        (2, 101, "0000000A", "nsr", "8 algarismos"),
        (3, 101, "        ", "nsr", "8 algarismos"),
    ],
)
@pytest.mark.parametrize("identificador", [6, 8])
def test_linha_ruim_e_rejeitada_sozinha(  # noqa: PLR0917 - a table
    linha: int, posicao: int, texto: str, campo: str, parte: str, identificador: int
) -> None:
    # the first code's general digit is not 9, and its last digit is not 7
    pagos = [um_pagamento(n, barras=_codigo(n, 10_000, identificador)) for n in (1, 2)]
    assert pagos[0].barras[3] != "9"
    leitura, [trecho] = ler(trocar(um_arquivo(*pagos), linha, posicao, texto))
    [rejeitada] = trecho.rejeitadas
    assert (rejeitada.linha, rejeitada.campo) == (linha, campo)
    assert parte in rejeitada.motivo
    assert rejeitada.conteudo.startswith("G")
    assert list(trecho.linhas) == [5 - linha]
    assert len(trecho.nsr) == len(trecho.pago_em) == len(trecho.creditado_em) == len(trecho.barras) == len(trecho.valor) == 1
    # the totals count it all the same
    assert (leitura.registros, leitura.total) == (4, 20_000)


@pytest.mark.parametrize("texto", ["00000000", "        "])
def test_dia_do_credito_que_o_banco_nao_disse(texto: str) -> None:
    _, [trecho] = ler(trocar(um_arquivo(), 2, 30, texto))
    assert list(trecho.creditado_em) == [None, DIA.isoformat()]
    assert not trecho.rejeitadas


def test_primeiro_defeito_da_linha_e_o_que_se_diz() -> None:
    _, [trecho] = ler(trocar(trocar(um_arquivo(), 2, 22, "20261301"), 2, 101, "ABCDEFGH"))
    assert [r.campo for r in trecho.rejeitadas] == ["pago_em"]


def _sem_linha(n: int) -> bytes:
    linhas = um_arquivo().split(b"\r\n")
    return b"\r\n".join(linhas[: n - 1] + linhas[n:])


INTEIRO = um_arquivo()


@pytest.mark.parametrize(
    ("arquivo", "linha", "parte"),
    [
        (b"", None, "vazio"),
        (b"\r\n", None, "vazio"),
        (b"\n" + INTEIRO, None, "linha em branco"),
        # truncated
        (INTEIRO[:100], 1, "tem 100 bytes, e um registro tem 150: o arquivo está truncado"),
        (INTEIRO[:152], 1, "truncado"),
        (INTEIRO[: 152 * 2], 2, "sem o registro Z"),
        (INTEIRO[: 152 * 2 + 73], 3, "tem 73 bytes"),
        (INTEIRO[: 152 * 3 + 40], 4, "tem 40 bytes"),
        (_sem_linha(4), 3, "sem o registro Z"),
        (_sem_linha(1), 1, "não começa pelo registro A"),
        (_sem_linha(2), 3, "conta 4 registros, e o arquivo tem 3"),
        (INTEIRO.replace(b"\r\nG", b"\r\n\r\nG", 1), 2, "linha em branco"),
        # totals
        (trocar(INTEIRO, 4, 2, "000005"), 4, "conta 5 registros, e o arquivo tem 4"),
        (trocar(INTEIRO, 4, 8, "00000000000010251"), 4, "soma R$ 102,51, e os registros G, R$ 102,50"),
        (trocar(INTEIRO, 4, 2, "00000X"), 4, "total de registros (posições 2 a 7): Precisa ter só algarismos"),
        (trocar(INTEIRO, 4, 8, " " * 17), 4, "valor total"),
        (trocar(INTEIRO, 3, 82, "00000000X250"), 3, "valor recebido (posições 82 a 93)"),
        (trocar(INTEIRO, 3, 82, " " * 12), 3, "valor recebido"),
        # header
        (trocar(INTEIRO, 1, 2, "1"), 1, "de remessa, e não de retorno"),
        (trocar(INTEIRO, 1, 2, "X"), 1, "código de remessa"),
        (trocar(INTEIRO, 1, 43, "0A1"), 1, "código do banco (posições 43 a 45)"),
        (trocar(INTEIRO, 1, 66, "20261131"), 1, "data do arquivo"),
        (trocar(INTEIRO, 1, 74, "00000 "), 1, "NSA"),
        (trocar(INTEIRO, 1, 80, "VV"), 1, "versão do layout"),
        (trocar(INTEIRO, 1, 82, "DEBITO AUTOMATICO"), 1, "débito automático"),
        (trocar(INTEIRO, 1, 82, "COBRANCA         "), 1, "CODIGO DE BARRAS"),
        # other records, after the end, two files in one
        *[(trocar(INTEIRO, 2, 1, tipo), 2, "débito automático") for tipo in "BCDEFHJX"],
        (trocar(INTEIRO, 2, 1, "9"), 2, "não é A, G nem Z"),
        (trocar(INTEIRO, 2, 1, "g"), 2, "não é A, G nem Z"),
        (INTEIRO + INTEIRO, 5, "depois do registro Z"),
        (INTEIRO.split(b"\r\nZ")[0] + b"\r\n" + INTEIRO, 4, "segundo registro A"),
        # other layouts and no text at all
        (b"0" * 240 + b"\r\n" + b"1" * 240, 1, "CNAB 240"),
        (b"02RETORNO01COBRANCA".ljust(400) + b"\r\n", 1, "CNAB 400"),
        (b"pagamento;debito;valor\n1;2;3\n", 1, "não começa pelo registro A"),
        (b"PK\x03\x04" + bytes(300), None, "ZIP"),
        (b"\x1f\x8b\x08" + bytes(300), None, "GZIP"),
        (b"%PDF-1.7\n%\xe2\xe3", None, "PDF"),
        (b"\xff\xfe" + INTEIRO.decode().encode("utf-16-le"), None, "UTF-16"),
        (bytes(range(256)) * 40, None, "binário"),
        (b"A" + b"\x00" * 149 + b"\n", None, "binário"),
        (INTEIRO.replace(b"\r\nG", b"\r\nG\x00\x01\x02", 1), 2, "caracteres de controle"),
        (INTEIRO.replace(b"\r\n", b"\r"), None, "binário"),
        (INTEIRO.replace(b"\r\n", b""), 1, "tem 600 bytes"),
    ],
)
def test_arquivo_que_nao_serve_e_recusado_com_linha_e_motivo(arquivo: bytes, linha: int | None, parte: str) -> None:
    recusa = _recusa(arquivo)
    assert parte in str(recusa)
    assert recusa.linha == linha
    if linha is not None:
        assert str(recusa).startswith(f"Linha {linha}")


def test_mais_registros_do_que_o_trailer_conta(monkeypatch: pytest.MonkeyPatch) -> None:
    um_g = um_arquivo().split(b"\r\n")[1] + b"\r\n"
    leitura = LeituraDeRetorno()
    leitura.ler(INTEIRO.split(b"\r\n")[0] + b"\r\n")
    with pytest.raises(RetornoRecusado, match="999999 registros") as erro:
        for _ in range(1001):
            leitura.ler(um_g * 1000)
    assert erro.value.linha == 1_000_001
    monkeypatch.setattr(retorno, "MAIS_REGISTROS", 3)
    with pytest.raises(ValueError, match="at most 3"):
        um_arquivo()


@pytest.mark.parametrize(
    "ruim",
    [{"nsr": 10**8}, {"valor": 10**12}, {"valor": -1}, {"barras": "1" * 43}, {"autenticacao": "a" * 24}, {"conta": "a\nb"}],
)
def test_o_que_nao_cabe_no_campo_nao_se_escreve(ruim: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"fit|characters"):
        um_arquivo(replace(um_pagamento(1), **ruim))  # type: ignore[arg-type]


_codigos = st.text("0123456789", min_size=44, max_size=44) | st.builds(
    lambda codigo, posicao, digito: codigo[:posicao] + digito + codigo[posicao + 1 :],
    st.builds(_codigo, st.integers(0, 10**17 - 1), st.integers(1, 10**11 - 1), st.sampled_from([6, 8])),
    st.integers(0, 43),
    st.sampled_from("0123456789"),
)


@given(st.lists(_codigos, max_size=40))
def test_digitos_de_muitos_codigos_sao_os_de_cada_um(codigos: list[str]) -> None:
    assert codigos_errados(codigos) == [i for i, codigo in enumerate(codigos) if not digitos_conferem(codigo)]


def test_digitos_com_as_maiores_somas() -> None:
    """Codes of one digit over and over: their sums are the greatest there are, and must not pass from one code to the next."""
    codigos = [f"89{modulo}{dv}{digito * 40}" for modulo in "6789" for digito in "0123456789" for dv in "0123456789"]
    certos = set(range(len(codigos))) - set(codigos_errados(codigos))
    assert len(certos) == 40
    assert certos == {i for i, codigo in enumerate(codigos) if digitos_conferem(codigo)}


@given(st.integers(0, 999), st.integers(0, 999_999), st.integers(0, 99_999_999))
def test_id_do_pagamento_e_uuid5_de_banco_nsa_e_nsr(banco: int, nsa: int, nsr: int) -> None:
    esperado = uuid5(retorno._ESPACO, f"{banco}·{nsa}·{nsr}")
    assert id_do_pagamento(banco, nsa, nsr) == esperado
    assert [UUID(i) for i in ids_de_pagamentos(banco, nsa, [f"{nsr:08d}"])] == [esperado]
