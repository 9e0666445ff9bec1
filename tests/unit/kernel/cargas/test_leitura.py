"""Reading CSV files: any bytes give lines or reasons, never a crash, and every line is counted once."""

from __future__ import annotations

import contextlib
import io
import tracemalloc

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kernel.cargas.analise import Analisador, Coluna, Recusa, TipoDeCarga
from kernel.cargas.celulas import NULO, data, dinheiro, escolha, identificador, lista, opcional, texto
from kernel.cargas.leitor import Lido
from kernel.cargas.leitura import MAIOR_LINHA, ArquivoRecusado, Rejeicao, ler_blocos, ler_cabecalho

TIPO = TipoDeCarga(
    "teste",
    (
        Coluna("id", identificador, repete=False),
        Coluna("dia", opcional(data)),
        Coluna("valor", dinheiro),
        Coluna("nome", texto(50)),
        Coluna("nota", opcional(texto(20)), exigida=False),
    ),
)
CABECALHO = b"id;dia;valor;nome\n"


def _ler(arquivo: bytes, tipo: TipoDeCarga = TIPO, bloco: int = 1 << 16) -> tuple[list[list[str]], list[Rejeicao]]:
    """The rows for COPY, with their line numbers, and the rejections."""
    fluxo = io.BytesIO(arquivo)
    cabecalho = ler_cabecalho(fluxo, tipo.exigidas, tipo.opcionais)
    analisador = Analisador(tipo, cabecalho)
    lidos: list[Lido] = [analisador.analisar(b) for b in ler_blocos(fluxo, cabecalho, bloco)]
    linhas = [linha.split("\t") for lido in lidos for linha in lido.copia.decode().splitlines()]
    assert len(linhas) == sum(lido.aceitas for lido in lidos)
    assert not lidos or lidos[-1].lidos == len(arquivo)
    return linhas, [r for lido in lidos for r in lido.rejeitadas]


def test_linha_boa_vira_texto_de_copy() -> None:
    linhas, rejeitadas = _ler(CABECALHO + b"a1;01/02/2026;1234,56;Ana\n")
    assert linhas == [["2", "a1", "2026-02-01", "123456", "Ana", NULO]]
    assert rejeitadas == []


@pytest.mark.parametrize(
    ("arquivo", "nome"),
    [
        ("id;dia;valor;nome\na;;1;João\n".encode(), "João"),
        ("id;dia;valor;nome\na;;1;João\n".encode("latin-1"), "João"),
        ("id;dia;valor;nome\na;;1;“João”\n".encode("cp1252"), "“João”"),
        (b"\xef\xbb\xbfid;dia;valor;nome\na;;1;Ana\n", "Ana"),
        (b"id;dia;valor;nome\r\na;;1;Ana\r\n", "Ana"),
        (b"id;dia;valor;nome\r\na;;1;Ana\r", "Ana"),
        (b"id;dia;valor;nome\na;;1;Ana", "Ana"),
        (b"\n\nid;dia;valor;nome\n\n  \na;;1;Ana\n\n", "Ana"),
        (b' ID ;"Dia";valor; NOME \na;;1;Ana\n', "Ana"),
        (b"nome;valor;dia;id\nAna;1;;a\n", "Ana"),
        (b'id;dia;valor;nome\na;;1;"Ana; a ""Boa"""\n', 'Ana; a "Boa"'),
        (b"id;dia;valor;nome\na;;1;  Ana \t Maria \n", "Ana Maria"),
        (b"id;dia;valor;nome\na;;1;C:\\Ana\n", "C:\\\\Ana"),
        ("id;dia;valor;nome\na;;1;Joa\u0303o\n".encode(), "João"),
    ],
)
def test_formas_do_mesmo_arquivo(arquivo: bytes, nome: str) -> None:
    linhas, rejeitadas = _ler(arquivo)
    assert [linha[1:5] for linha in linhas] == [["a", NULO, "100", nome]]
    assert rejeitadas == []


def test_cada_linha_diz_sua_codificacao() -> None:
    arquivo = CABECALHO + "a;;1;João\n".encode() + "b;;1;José\n".encode("latin-1") + "c;;1;Inês\n".encode()
    linhas, _ = _ler(arquivo)
    assert [linha[4] for linha in linhas] == ["João", "José", "Inês"]


@pytest.mark.parametrize(
    ("arquivo", "dito"),
    [
        (b"", "vazio"),
        (b"\n \n", "vazio"),
        (b"id;dia;valor\n", "faltam as colunas nome"),
        (b"id;dia;valor;nome;cor\n", "colunas desconhecidas: cor"),
        (b"id;dia;valor;nome;\n", "colunas desconhecidas: (sem nome)"),
        (b"id;dia;valor;nome;id\n", "colunas repetidas: id"),
        (b"id,dia,valor,nome\n", "ponto e vírgula"),
        ("id;dia;valor;nome\n".encode("utf-16"), "UTF-16"),
        (b"x" * (MAIOR_LINHA + 1), "64 KB"),
        (b"PK\x03\x04\x00\x00\n", "não é um texto CSV"),
    ],
)
def test_cabecalho_que_nao_serve(arquivo: bytes, dito: str) -> None:
    with pytest.raises(ArquivoRecusado, match=dito.replace("(", r"\(").replace(")", r"\)")):
        _ler(arquivo)


@pytest.mark.parametrize(
    ("linha", "campo", "dito"),
    [
        (b"a;;1", "linha", "3 campo"),
        (b"a;;1;Ana;x", "linha", "5 campo"),
        (b'a;;1;"Ana', "linha", "aspas"),
        (b'a;;1;"Ana"x', "linha", "aspas"),
        (b"a;;1;An\x00a", "linha", "controle"),
        (b"a;;1;An\ra", "linha", "controle"),
        (b"a;;1;An\x81a", "linha", "UTF-8"),
        (b"a;;1;" + b"x" * MAIOR_LINHA, "linha", "64 KB"),
        (b"a;;1;" + b"x" * 51, "nome", "50"),
        (b"a b;;1;Ana", "id", "identificador"),
        (b";;1;Ana", "id", "Falta"),
        (b"a;2026-02-30;1;Ana", "dia", "calend"),
        (b"a;;1.234;Ana", "valor", "amb"),
        (b"a b;x;y;Ana", "id", "identificador"),  # the first reason
    ],
)
@pytest.mark.parametrize("bloco", [64, 1 << 18])
def test_linha_ruim_sai_sozinha_com_numero_e_motivo(linha: bytes, campo: str, dito: str, bloco: int) -> None:
    linhas, rejeitadas = _ler(CABECALHO + b"b;;1;Bia\n" + linha + b"\nc;;1;Cau\xc3\xa3\n", bloco=bloco)
    assert [linha[0:2] for linha in linhas] == [["2", "b"], ["4", "c"]]
    (rejeitada,) = rejeitadas
    assert (rejeitada.linha, rejeitada.campo) == (3, campo)
    assert dito in rejeitada.motivo
    assert len(rejeitada.conteudo) <= 500
    assert "\x00" not in rejeitada.conteudo


def test_aspas_que_nao_fecham_estragam_so_a_sua_linha() -> None:
    linhas, rejeitadas = _ler(CABECALHO + b'a;;1;"Ana\n' + b"b;;1;Bia\n" * 1000)
    assert (len(linhas), len(rejeitadas)) == (1000, 1)


def test_linha_sem_fim_nao_enche_a_memoria() -> None:
    class Infinita(io.RawIOBase):
        lidos = 0

        def readable(self) -> bool:
            return True

        def readinto(self, alvo: memoryview) -> int:  # type: ignore[override]
            if self.lidos >= 64 << 20:
                return 0
            alvo[:] = b"x" * len(alvo)
            self.lidos += len(alvo)
            return len(alvo)

    cabecalho = ler_cabecalho(io.BytesIO(CABECALHO), TIPO.exigidas, TIPO.opcionais)
    tracemalloc.start()
    try:
        (bloco,) = ler_blocos(Infinita(), cabecalho)  # type: ignore[arg-type]
        _, pico = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert pico < 4 << 20
    assert [r.motivo for r in bloco.rejeitadas] == ["A linha passa de 64 KB."]


def test_conferencia_da_linha_inteira() -> None:
    def conferir(linha: tuple[str, ...]) -> Recusa | None:
        return Recusa("nome", "Igual ao id.") if linha[0] == linha[1] else None

    tipo = TipoDeCarga("t", (Coluna("id", identificador), Coluna("nome", texto(9))), conferir, ("dobro",), lambda c: [c[0]])
    linhas, rejeitadas = _ler(b"id;nome\na;a\nb;c\n", tipo)
    assert linhas == [["3", "b", "c", "b"]]
    assert [(r.linha, r.campo) for r in rejeitadas] == [(2, "nome")]


def test_lista_e_um_vetor_do_postgres() -> None:
    assert lista(3, 9)('a| b"c |') == '{"a","b\\\\"c"}'
    assert escolha(("PF", "PJ"))(" pf ") == "PF"


@given(
    st.binary(max_size=2000)
    | st.lists(st.sampled_from([b"a", b";", b'"', b"\n", b"\r", b"\xc3", b"\x00", b"1", b"\\"])).map(b"".join),
    st.integers(1, 300),
)
@example(b"\r\n\n\r", 1)
@example(b"a;;1;x\r", 3)
def test_bytes_quaisquer_sao_contados_e_nada_quebra(corpo: bytes, bloco: int) -> None:
    linhas, rejeitadas = _ler(CABECALHO + corpo, bloco=bloco)
    numeros = [int(linha[0]) for linha in linhas] + [r.linha for r in rejeitadas]
    assert len(numeros) == len(set(numeros))
    fisicas = corpo.split(b"\n")
    com_algo = {n for n, linha in enumerate(fisicas, 2) if linha.strip(b" \t\r\x0b\x0c\x1c\x1d\x1e\x1f")}
    # control characters alone may count as blank or as a bad line; what holds anything else counts
    assert {n for n in com_algo if fisicas[n - 2].decode("latin-1").strip()} <= set(numeros)
    assert set(numeros) <= set(range(2, len(fisicas) + 2))
    for linha in linhas:
        assert len(linha) == 6


@given(st.binary(max_size=600))
def test_cabecalho_qualquer_nao_quebra(arquivo: bytes) -> None:
    with contextlib.suppress(ArquivoRecusado):
        _ler(arquivo)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40), min_size=1, max_size=30), st.integers(1, 200)
)
def test_bloco_nao_muda_o_que_se_le(nomes: list[str], bloco: int) -> None:
    corpo = "".join(f'a;;1;"{nome.replace(chr(34), chr(34) * 2)}"\n' for nome in nomes).encode()
    assert _ler(CABECALHO + corpo, bloco=bloco) == _ler(CABECALHO + corpo)
    linhas, rejeitadas = _ler(CABECALHO + corpo)
    assert (len(linhas), rejeitadas) == (len(nomes), [])
