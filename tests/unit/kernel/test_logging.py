"""The log lines as they come out: JSON, masked, and only with fields that may be there."""

import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from kernel.logging import CAMPOS_PERMITIDOS, FiltroDeSigilo, campos, configurar

FORMAS = (
    "82999991234",
    "+55 (82) 9 9999-1234",
    "%2B5582999991234",
    "529.982.247-25",
    "52998224725",
    "12.ABC.345/01DE-35",
    "12abc34501de35",
    "fulano1234@exemplo.com.br",
    "Bearer segredo1234",
)
PEDACOS = ("1234", "982", "345", "fulano", "segredo")
# digits that are nobody's: the instant, line numbers, addresses
NUMEROS_DA_MAQUINA = re.compile(r'"em": "[^"]*"|line \d+|:\d+\b|0x[0-9a-f]+')


@pytest.fixture
def saida() -> Iterator[io.StringIO]:
    raiz = logging.getLogger()
    antes = (raiz.handlers[:], raiz.level, sys.excepthook, threading.excepthook)
    niveis = {nome: logging.getLogger(nome).level for nome in ("twilio", "httpx")}
    destino = io.StringIO()
    configurar("INFO", "regua", saida=destino)
    yield destino
    raiz.handlers[:], raiz.level, sys.excepthook, threading.excepthook = antes
    logging.captureWarnings(capture=False)
    for nome, nivel in niveis.items():
        logging.getLogger(nome).setLevel(nivel)


def linhas(saida: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(linha) for linha in saida.getvalue().splitlines()]


def sem_segredos(saida: io.StringIO) -> None:
    texto = NUMEROS_DA_MAQUINA.sub("", saida.getvalue())
    assert texto
    assert not [pedaco for pedaco in PEDACOS if pedaco in texto.lower()]


def falhar_em_cadeia(texto: str) -> None:
    vazio: dict[str, str] = {}
    try:
        vazio[texto]
    except KeyError as causa:
        erro = ExceptionGroup(texto, [ValueError(texto)])
        erro.add_note(texto)
        raise erro from causa


def test_uma_linha_de_json_por_registro(saida: io.StringIO) -> None:
    logging.getLogger("regua.ciclo").info("ciclo\n%s", "concluído", extra=campos(ciclo="c-1", quantidade=3, lag=None))
    (linha,) = linhas(saida)
    assert linha.pop("em").endswith("+00:00")
    assert linha == {
        "nivel": "INFO",
        "sala": "regua",
        "origem": "regua.ciclo",
        "mensagem": "ciclo\nconcluído",
        "ciclo": "c-1",
        "quantidade": 3,
    }


@pytest.mark.parametrize("forma", FORMAS)
def test_mensagem_e_argumentos_sao_mascarados(saida: io.StringIO, forma: str) -> None:
    logger = logging.getLogger("x")
    logger.info(f"direto {forma}")  # noqa: G004
    logger.info("por argumento %s e %r", forma, [forma])
    logger.info("por nome %(a)s", {"a": forma})
    logger.info(ValueError(forma))
    sem_segredos(saida)
    assert len(linhas(saida)) == 4


@pytest.mark.parametrize("forma", FORMAS)
def test_excecoes_em_cadeia_grupos_e_notas_sao_mascaradas(saida: io.StringIO, forma: str) -> None:
    try:
        falhar_em_cadeia(forma)
    except ExceptionGroup:
        logging.getLogger("x").exception("falhou", stack_info=True)
    sem_segredos(saida)
    (linha,) = linhas(saida)
    assert "ValueError" in linha["erro"]
    assert "KeyError" in linha["erro"]
    assert "test_logging" in linha["pilha"]


@pytest.mark.parametrize("forma", FORMAS)
def test_campos_extras_sao_mascarados_ou_omitidos(saida: io.StringIO, forma: str) -> None:
    logging.getLogger("x").info(
        "extra", extra={"contribuinte": forma, "motivo": {"nota": [forma]}, "telefone": forma, "nome": "Maria"}
    )
    sem_segredos(saida)
    (linha,) = linhas(saida)
    assert "telefone" not in linha
    assert "Maria" not in saida.getvalue()
    assert linha["omitidos"] == ["nome", "telefone"]


def test_documento_em_numero_tambem_e_mascarado(saida: io.StringIO) -> None:
    logging.getLogger("x").info("%d", 52998224725, extra={"offset": 5582999991234, "lag": 12345})
    (linha,) = linhas(saida)
    assert (linha["mensagem"], linha["offset"], linha["lag"]) == ("[oculto]", "[oculto]", 12345)


def test_argumentos_que_nao_cabem_nao_vao_para_stderr(saida: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("x").info("sem lugar", "82999991234")  # noqa: PLE1205
    sem_segredos(saida)
    assert linhas(saida)[0]["mensagem"].startswith("sem lugar")
    assert capsys.readouterr().err == ""


def test_avisos_sao_mascarados(saida: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("cpf 52998224725", stacklevel=1)
        logging.captureWarnings(capture=False)
    sem_segredos(saida)
    assert linhas(saida)[0]["origem"] == "py.warnings"


def test_excecoes_nao_tratadas_sao_mascaradas(saida: io.StringIO) -> None:
    def cair() -> None:
        raise ValueError("fone 82999991234")

    thread = threading.Thread(target=cair)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError("cpf 529.982.247-25"), None)
    assert "82999991234" not in saida.getvalue()
    assert "529.982" not in saida.getvalue()
    assert [linha["nivel"] for linha in linhas(saida)] == ["CRITICAL", "CRITICAL"]


def test_clientes_de_provedores_nao_registram_corpos(saida: io.StringIO) -> None:
    logging.getLogger("twilio.http_client").info("Olá, Maria")
    logging.getLogger("httpx").info("POST /Messages.json")
    logging.getLogger("uvicorn.access").info("GET /x?nome=Maria")
    assert saida.getvalue() == ""
    logging.getLogger("uvicorn.error").warning("caiu")
    assert linhas(saida)[0]["mensagem"] == "caiu"


def test_nivel_deixado_por_um_servidor_anterior_nao_cala(saida: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    configurar("INFO", "regua", saida=saida)
    logging.getLogger("uvicorn.error").warning("caiu")
    assert [linha["mensagem"] for linha in linhas(saida)] == ["caiu"]


def test_configurar_de_novo_substitui(saida: io.StringIO) -> None:
    outra = io.StringIO()
    configurar("warning", "canais", campos=["lote"], saida=outra)
    logging.getLogger("x").info("baixo demais")
    logging.getLogger("x").warning("uma vez", extra={"lote": 7})
    assert saida.getvalue() == ""
    (linha,) = linhas(outra)
    assert (linha["sala"], linha["lote"]) == ("canais", 7)


def test_nivel_desconhecido_e_recusado(saida: io.StringIO) -> None:
    with pytest.raises(ValueError, match="ALTO"):
        configurar("alto", "regua")
    logging.getLogger("x").info("segue como estava")
    assert linhas(saida)


def test_filtro_mascara_para_qualquer_outro_handler() -> None:
    registro = logging.makeLogRecord({"msg": "fone %s", "args": ("82999991234",), "contribuinte": "52998224725"})
    try:
        int("82999991234x")
    except ValueError:
        registro.exc_info = sys.exc_info()
    assert FiltroDeSigilo().filter(registro)
    assert registro.exc_info is None
    texto = logging.Formatter("%(message)s %(contribuinte)s").format(registro)
    assert "ValueError" in texto
    assert not [pedaco for pedaco in PEDACOS if pedaco in texto]


@pytest.mark.parametrize("nome", ["nome", "telefone", "documento", "texto", "corpo", "email", "endereco", "placa"])
def test_lista_de_campos_nao_tem_o_que_identifica(nome: str) -> None:
    assert nome not in CAMPOS_PERMITIDOS
    with pytest.raises(ValueError, match=nome):
        campos(**{nome: "x"})
