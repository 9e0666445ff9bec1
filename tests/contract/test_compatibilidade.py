"""A published version does not change: an optional field may come, everything else is a new version."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import gerar
from schemas.compatibilidade import Campo, de_json, forma_de, incompatibilidades, para_json

Esquema = dict[str, Any]

PUBLICADO: Esquema = {
    "type": "object",
    "required": ["canal", "custo", "tentativas"],
    "properties": {
        "canal": {"enum": ["sms", "voz"], "type": "string", "description": "by which it went"},
        "custo": {"$ref": "#/$defs/Custo"},
        "tentativas": {"type": "integer", "minimum": 1},
        "motivo": {"anyOf": [{"enum": ["pago", "expirado"], "type": "string"}, {"type": "null"}], "default": None},
        "debitos": {"type": "array", "items": {"type": "string"}},
    },
    "$defs": {"Custo": {"type": "object", "required": ["valor"], "properties": {"valor": {"type": "string"}}}},
}


def _sem_mudanca(_: Esquema) -> None:
    """The schema as it is."""


def _campo_opcional(esquema: Esquema) -> None:
    esquema["properties"]["codigo"] = {"type": "string"}


def _objeto_opcional_com_campo_obrigatorio(esquema: Esquema) -> None:
    esquema["properties"]["local"] = {"type": "object", "required": ["uf"], "properties": {"uf": {"type": "string"}}}


def _outra_descricao(esquema: Esquema) -> None:
    esquema["properties"]["canal"]["description"] = "the way"


def _outra_ordem(esquema: Esquema) -> None:
    esquema["properties"] = dict(reversed(esquema["properties"].items()))
    esquema["properties"]["canal"]["enum"].reverse()


def _campo_removido(esquema: Esquema) -> None:
    del esquema["properties"]["debitos"]


def _campo_de_dentro_removido(esquema: Esquema) -> None:
    del esquema["$defs"]["Custo"]["properties"]["valor"]


def _outro_tipo(esquema: Esquema) -> None:
    esquema["properties"]["tentativas"]["type"] = "string"


def _outro_tipo_de_item(esquema: Esquema) -> None:
    esquema["properties"]["debitos"]["items"]["type"] = "integer"


def _outro_limite(esquema: Esquema) -> None:
    esquema["properties"]["tentativas"]["minimum"] = 2


def _outro_tipo_de_dentro(esquema: Esquema) -> None:
    esquema["$defs"]["Custo"]["properties"]["valor"]["type"] = "number"


def _passou_a_ser_obrigatorio(esquema: Esquema) -> None:
    esquema["required"].append("motivo")


def _deixou_de_ser_obrigatorio(esquema: Esquema) -> None:
    esquema["required"].remove("canal")


def _campo_novo_obrigatorio(esquema: Esquema) -> None:
    _campo_opcional(esquema)
    esquema["required"].append("codigo")


def _valor_removido(esquema: Esquema) -> None:
    esquema["properties"]["canal"]["enum"].remove("voz")


def _valor_removido_de_opcional(esquema: Esquema) -> None:
    esquema["properties"]["motivo"]["anyOf"][0]["enum"].remove("pago")


def _valor_acrescentado(esquema: Esquema) -> None:
    esquema["properties"]["canal"]["enum"].append("fax")


def _conjunto_aberto(esquema: Esquema) -> None:
    del esquema["properties"]["canal"]["enum"]


def _motivos(mudar: Callable[[Esquema], None]) -> tuple[str, ...]:
    mudado = copy.deepcopy(PUBLICADO)
    mudar(mudado)
    return incompatibilidades(forma_de(PUBLICADO), forma_de(mudado))


@pytest.mark.parametrize(
    "mudar", [_sem_mudanca, _campo_opcional, _objeto_opcional_com_campo_obrigatorio, _outra_descricao, _outra_ordem]
)
def test_mudanca_que_passa(mudar: Callable[[Esquema], None]) -> None:
    assert _motivos(mudar) == ()


@pytest.mark.parametrize(
    ("mudar", "motivo"),
    [
        (_campo_removido, "debitos: campo removido"),
        (_campo_de_dentro_removido, "custo.valor: campo removido"),
        (_outro_tipo, "tentativas: tipo mudou"),
        (_outro_tipo_de_item, "debitos: tipo mudou"),
        (_outro_limite, "tentativas: tipo mudou"),
        (_outro_tipo_de_dentro, "custo.valor: tipo mudou"),
        (_passou_a_ser_obrigatorio, "motivo: passou a ser obrigatório"),
        (_deixou_de_ser_obrigatorio, "canal: deixou de ser obrigatório"),
        (_campo_novo_obrigatorio, "codigo: campo novo e obrigatório"),
        (_valor_removido, 'canal: valor "voz" removido'),
        (_valor_removido_de_opcional, 'motivo: valor "pago" removido'),
        (_valor_acrescentado, 'canal: valor "fax" acrescentado'),
        (_conjunto_aberto, "canal: tipo mudou"),
    ],
)
def test_mudanca_que_exige_outra_versao(mudar: Callable[[Esquema], None], motivo: str) -> None:
    assert [achado for achado in _motivos(mudar) if achado.startswith(motivo)]


def test_forma_congelada_volta_igual() -> None:
    forma = forma_de(PUBLICADO)
    assert forma["motivo"].valores == ('"expirado"', '"pago"')
    assert de_json(json.loads(json.dumps(para_json(forma)))) == forma


def test_nenhuma_versao_publicada_mudou() -> None:
    assert gerar.quebras(gerar.formas_publicadas(), gerar.formas_atuais()) == []


def test_toda_versao_esta_publicada_como_e() -> None:
    assert gerar.formas_publicadas() == gerar.formas_atuais(), "rode `python -m schemas.gerar --publicar`"


def test_versao_que_some_e_quebra() -> None:
    publicadas = {"cobranca.divida.perdoada.v1": {"data.caso": Campo("{}", obrigatorio=True)}}
    assert gerar.quebras(publicadas, {}) == ["cobranca.divida.perdoada.v1: data.caso: campo removido"]


def test_publicar_recusa_mudar_o_que_esta_publicado(tmp_path: Path) -> None:
    congelado = tmp_path / "publicados.json"
    gerar.publicar(congelado)
    formas = json.loads(congelado.read_text("utf-8"))
    assert formas == json.loads(gerar.PUBLICADOS.read_text("utf-8"))
    formas["cobranca.entrega.atualizada.v1"]["data.fax"] = {"tipo": "{}", "obrigatorio": False, "valores": None}
    congelado.write_text(json.dumps(formas), "utf-8")
    with pytest.raises(SystemExit, match=r"data\.fax: campo removido"):
        gerar.publicar(congelado)
