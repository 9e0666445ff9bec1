"""What is generated is committed as the generator makes it, and nothing else lies beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from schemas import gerar
from schemas.registro import EVENTOS
from schemas.topicos import PASTA


def _commitado(caminho: str) -> str | None:
    arquivo = PASTA / caminho
    return arquivo.read_text("utf-8") if arquivo.exists() else None


def test_gerados_estao_em_dia() -> None:
    velhos = [caminho for caminho, texto in gerar.arquivos().items() if _commitado(caminho) != texto]
    assert velhos == [], "rode `python -m schemas.gerar`"


def test_gerar_duas_vezes_da_os_mesmos_bytes() -> None:
    assert gerar.arquivos() == gerar.arquivos()


def test_nenhum_esquema_sem_evento() -> None:
    esperados = {f"{evento.tipo}.json" for evento in EVENTOS} | {"topicos.json", "publicados.json"}
    assert {arquivo.name for arquivo in (PASTA / "gerados").iterdir()} == esperados


@pytest.mark.parametrize("tipo", [evento.tipo for evento in EVENTOS])
def test_esquema_e_json_schema_2020_12(tipo: str) -> None:
    esquema = json.loads((PASTA / "gerados" / f"{tipo}.json").read_text("utf-8"))
    assert esquema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(esquema)
    assert esquema["properties"]["type"] == {"const": tipo}
    assert esquema["properties"]["data"]["additionalProperties"] is False


def test_gerar_escreve_tudo_e_apaga_o_esquema_de_um_evento_que_nao_existe_mais(tmp_path: Path) -> None:
    (tmp_path / "gerados").mkdir()
    orfao = tmp_path / "gerados" / "cobranca.divida.perdoada.v1.json"
    congelado = tmp_path / "gerados" / "publicados.json"
    orfao.write_text("{}")
    congelado.write_text("{}")
    gerar.gerar(tmp_path)
    escritos = {str(caminho.relative_to(tmp_path)) for caminho in tmp_path.rglob("*") if caminho.is_file()}
    assert escritos == {*gerar.arquivos(), "gerados/publicados.json"}
    assert congelado.read_text() == "{}"
