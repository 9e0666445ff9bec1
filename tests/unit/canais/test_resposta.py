"""What an answer means, row by row, and what it makes of an envio."""

from __future__ import annotations

from datetime import timedelta

import pytest

from canais.domain.envio import Envio, com_desfecho, nao_encontrado
from canais.domain.falha import NATUREZAS, Familia, descricao_de, falha_de
from canais.domain.preco import Tabela
from canais.domain.resposta import Aceito, Desfecho, Incerto, NaoEntrou, Recusado, Resposta, interpretar
from canais.normas.falhas_meta import FALHAS_META
from canais.normas.falhas_twilio import FALHAS_TWILIO
from canais.normas.precos import PRECOS
from tests.unit.canais.test_estado import AGORA, um_envio


@pytest.mark.parametrize(
    ("familia", "resposta", "tipo"),
    [
        ("twilio", Resposta("resposta", 201, id_provedor="SM1"), Aceito),
        ("meta", Resposta("resposta", 200, id_provedor="wamid.1"), Aceito),
        ("twilio", Resposta("antes_de_escrever"), NaoEntrou),
        ("meta", Resposta("antes_de_escrever"), NaoEntrou),
        ("twilio", Resposta("depois_de_escrever"), Incerto),
        ("meta", Resposta("depois_de_escrever"), Incerto),
        ("twilio", Resposta("resposta", 429), NaoEntrou),
        ("twilio", Resposta("resposta", 429, codigo="20429"), NaoEntrou),
        ("meta", Resposta("resposta", 400, codigo="130429"), NaoEntrou),
        ("meta", Resposta("resposta", 400, codigo="131056"), NaoEntrou),
        ("twilio", Resposta("resposta", 400, codigo="21211"), Recusado),
        ("twilio", Resposta("resposta", 503, codigo="20503"), Recusado),
        ("twilio", Resposta("resposta", 500, codigo="99999"), Recusado),
        ("twilio", Resposta("resposta", 502), Incerto),
        ("twilio", Resposta("resposta", 500), Incerto),
        ("twilio", Resposta("resposta", 404), Incerto),
        ("twilio", Resposta("resposta", 302), Incerto),
        ("twilio", Resposta("resposta", 201), Incerto),
        ("meta", Resposta("resposta", 200, codigo="131000"), Incerto),
        ("twilio", Resposta("resposta"), Incerto),
    ],
)
def test_tabela_de_respostas(familia: Familia, resposta: Resposta, tipo: type[object]) -> None:
    assert type(interpretar(familia, resposta)) is tipo


def test_429_diz_quanto_esperar() -> None:
    assert interpretar("twilio", Resposta("resposta", 429, retry_after_s=7)) == NaoEntrou(ritmo=True, retry_after_s=7)
    assert interpretar("meta", Resposta("resposta", 400, codigo="80007", retry_after_s=3)) == NaoEntrou(
        ritmo=True, retry_after_s=3
    )


@pytest.mark.parametrize(
    ("familia", "codigo", "status", "retryable", "culpa"),
    [
        ("twilio", "20503", 503, True, "provedor"),
        ("twilio", "21211", 400, False, "contato"),
        ("twilio", "20003", 401, False, "configuracao"),
        ("meta", "131026", 400, False, "contato"),
        ("meta", "190", 401, False, "configuracao"),
        ("meta", "131016", 500, True, "provedor"),
        ("twilio", "12345", 500, True, "provedor"),
        ("twilio", "12345", 400, False, "provedor"),
    ],
)
def test_falha_diz_de_quem_e_a_culpa(familia: Familia, codigo: str, status: int, retryable: bool, culpa: str) -> None:
    falha = falha_de(familia, codigo, status=status)
    assert (falha.natureza.retryable, falha.natureza.culpa) == (retryable, culpa)


@pytest.mark.parametrize(("familia", "tabela"), [("twilio", FALHAS_TWILIO), ("meta", FALHAS_META)])
def test_toda_falha_tem_natureza_e_texto_em_portugues(familia: Familia, tabela: dict[str, tuple[str, str]]) -> None:
    for codigo, (natureza, texto) in tabela.items():
        assert natureza in NATUREZAS, codigo
        assert texto.endswith("."), codigo
        assert falha_de(familia, codigo).descricao == texto


def test_natureza_que_ninguem_usa_nao_fica() -> None:
    usadas = {natureza for tabela in (FALHAS_TWILIO, FALHAS_META) for natureza, _ in tabela.values()}
    assert set(NATUREZAS) - usadas == {"desconhecida"}


def test_descricao_vem_da_tabela_do_provedor() -> None:
    assert descricao_de("twilio-sms", "30003") == "O aparelho não foi alcançado."
    assert descricao_de("meta-whatsapp", "131026") == FALHAS_META["131026"][1]
    assert descricao_de("twilio-sms", None) is None


def _apos(desfecho: Desfecho, **outros: object) -> Envio:
    e = um_envio("enviando", **{"trava": 7, **outros})
    return com_desfecho(
        e,
        desfecho,
        trava=7,
        tentativa=1,
        agora=AGORA,
        pausa=timedelta(seconds=9),
        prazo=timedelta(seconds=15),
        consultavel=True,
        precos=Tabela(PRECOS),
    )


def test_resposta_a_uma_requisicao_antiga_nao_mexe_na_nova() -> None:
    """Another worker has the row by now: an old "not taken in" must not put it back in the queue."""
    de_outro = um_envio("enviando", trava=8)
    assert _apos(NaoEntrou(ritmo=True), trava=8) == de_outro
    assert _apos(NaoEntrou(ritmo=True), tentativas=2) == um_envio("enviando", trava=7, tentativas=2)


def test_recibo_mais_rapido_que_a_resposta_fica() -> None:
    e = um_envio("entregue", trava=7)
    depois = com_desfecho(
        e,
        Aceito("SM1"),
        trava=7,
        tentativa=1,
        agora=AGORA,
        pausa=timedelta(0),
        prazo=timedelta(seconds=15),
        consultavel=True,
        precos=Tabela(PRECOS),
    )
    assert (depois.estado, depois.id_provedor) == ("entregue", "SM1")


def test_incerto_consultavel_espera_o_prazo_e_mais_trinta_segundos() -> None:
    depois = _apos(Incerto())
    assert depois.verificar_em == AGORA + timedelta(seconds=45)


def test_nao_encontrado_duas_vezes_volta_a_fila_e_uma_nao() -> None:
    uma = nao_encontrado(um_envio("incerto", verificar_em=AGORA), agora=AGORA)
    assert (uma.estado, uma.verificar_em) == ("incerto", AGORA + timedelta(seconds=30))
    duas = nao_encontrado(uma, agora=AGORA)
    assert (duas.estado, duas.verificar_em, duas.tentativas) == ("pendente", None, 1)


def test_recuo_de_erro_passageiro_cresce_ate_um_limite() -> None:
    esperas = []
    for tentativas in (1, 2, 3, 20):
        e = um_envio("enviando", trava=7, tentativas=tentativas)
        depois = com_desfecho(
            e,
            Recusado(falha_de("twilio", "20503")),
            trava=7,
            tentativa=tentativas,
            agora=AGORA,
            pausa=timedelta(0),
            prazo=timedelta(seconds=15),
            consultavel=True,
            precos=Tabela(()),
        )
        assert depois.estado == "pendente"
        esperas.append((depois.nao_antes - AGORA).total_seconds())
    assert esperas == [5, 10, 20, 600]
