"""The language of a message; and that a further language is files, no code."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from chatbot.domain.compreensao import Compreensor, carregar
from chatbot.domain.intencao import INTENCOES


@pytest.mark.parametrize(
    ("texto", "atual", "idioma"),
    [
        ("oi", "pt-BR", "pt-BR"),
        ("oi", "es", "es"),
        ("hola", "pt-BR", "pt-BR"),
        ("quero pagar", "en", "en"),
        ("no puedo pagar esto, estoy sin trabajo", "pt-BR", "es"),
        ("i want to know how much i owe", "pt-BR", "en"),
        ("eu não tenho como pagar isso agora", "en", "pt-BR"),
        ("eu não tenho como pagar isso agora", None, "pt-BR"),
        ("quiero pagar mi deuda con tarjeta", None, "es"),
        ("bom dia", None, "pt-BR"),
        ("hello", "es-AR", "es"),
        ("hello", "pt", "pt-BR"),
        ("hello", "klingon", "pt-BR"),
    ],
)
def test_idioma_so_muda_com_mensagem_que_o_mostra(compreensor: Compreensor, texto: str, atual: str | None, idioma: str) -> None:
    assert compreensor.compreender(texto, atual).idioma == idioma


def test_saudacao_curta_noutro_idioma_e_entendida_sem_trocar_de_idioma(compreensor: Compreensor) -> None:
    visto = compreensor.compreender("good morning", "pt-BR")
    assert (visto.intencao, visto.idioma) == ("saudacao", "pt-BR")


REGRAS_DO_FRANCES = {
    "idioma": "fr",
    "nome": "Français",
    "palavras_comuns": ["je", "vous", "le", "les", "une", "pas", "mon", "ma", "dette", "payer", "voudrais", "combien", "dois"],
    "letras": "èùœ",
    "abreviacoes": {"svp": "s il vous plait"},
    "cortesias": ["bonjour", "merci"],
    "cumprimentos": ["bonjour"],
    "conceitos": {"veiculo": ["voiture", "moto"]},
    "negacoes": ["pas", "jamais"],
    "intermediarias": ["me"],
    "corrigir": ["conseiller"],
    "grupos": {},
    "regras": [
        {"intencao": "sair", "exatas": ["arretez"], "padroes": ["arretez ~2 message*|sms"], "exceto": [], "vetos": []},
        {"intencao": "atendente", "exatas": ["conseiller"], "padroes": ["parler ~2 conseiller"], "exceto": [], "vetos": []},
    ],
}
FRASES_DO_FRANCES = {"pagar": ["je voudrais payer ma dette", "comment payer"], "consultar": ["combien je dois"]}


@pytest.fixture(scope="module")
def pasta_com_frances(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pasta = tmp_path_factory.mktemp("normas")
    origem = Path(str(files("chatbot.normas")))
    for nome in ("pt-BR",):
        shutil.copytree(origem / "intencoes" / nome, pasta / "intencoes" / nome)
        shutil.copy(origem / f"regras_{nome}.json", pasta)
    (pasta / "intencoes" / "fr").mkdir()
    for intencao in INTENCOES:
        frases = FRASES_DO_FRANCES.get(intencao, [f"mot de {intencao.replace('_', ' ')}"])
        (pasta / "intencoes" / "fr" / f"{intencao}.txt").write_text("\n".join(frases), "utf-8")
    (pasta / "regras_fr.json").write_text(json.dumps(REGRAS_DO_FRANCES), "utf-8")
    return pasta


def test_um_idioma_a_mais_sao_so_arquivos(pasta_com_frances: Path) -> None:
    compreensor = carregar(pasta_com_frances)
    pagar = compreensor.compreender("Bonjour, je voudrais payer ma dette svp", "pt-BR")
    assert (pagar.intencao, pagar.idioma) == ("pagar", "fr")
    assert compreensor.compreender("arrêtez ces messages", "pt-BR").intencao == "sair"
    assert compreensor.compreender("conseiler", "fr").intencao == "atendente"
    assert compreensor.compreender("quero pagar", "pt-BR").intencao == "pagar"


def test_idioma_sem_uma_intencao_e_recusado(pasta_com_frances: Path, tmp_path: Path) -> None:
    pasta = tmp_path / "normas"
    shutil.copytree(pasta_com_frances, pasta)
    (pasta / "intencoes" / "fr" / "sair.txt").unlink()
    with pytest.raises(ValueError, match="sair"):
        carregar(pasta)


def test_regra_com_grupo_desconhecido_e_recusada(pasta_com_frances: Path, tmp_path: Path) -> None:
    pasta = tmp_path / "normas"
    shutil.copytree(pasta_com_frances, pasta)
    documento = json.loads((pasta / "regras_fr.json").read_text("utf-8"))
    documento["regras"][0]["padroes"].append("@nenhum message*")
    (pasta / "regras_fr.json").write_text(json.dumps(documento), "utf-8")
    with pytest.raises(ValueError, match="@nenhum"):
        carregar(pasta)
