"""The state lattice: any order and repetition of what a provider reports ends alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import pairwise
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from canais.domain.envio import Envio, Recibo, cancelado, com_recibo, vencido
from canais.domain.estado import ESTADOS, POSTO, Estado, esgota, juntar, percorrer
from canais.domain.preco import Tabela
from canais.normas.precos import PRECOS

AGORA = datetime(2026, 1, 5, 13, tzinfo=UTC)
ESPACO = UUID("6f0e2a44-0000-4000-8000-000000000002")
OBSERVAVEIS: tuple[Estado, ...] = ("aceito", "enviado", "falhou", "entregue", "lido")

estados = st.sampled_from(ESTADOS)
vistos = st.sampled_from(OBSERVAVEIS)


def um_envio(estado: Estado = "enviando", **outros: object) -> Envio:
    valores: dict[str, object] = dict.fromkeys(Envio._fields)
    valores |= {
        "envio": uuid5(ESPACO, "envio"),
        "acionamento": uuid5(ESPACO, "acionamento"),
        "contribuinte": "c1",
        "canal": "sms",
        "estado": estado,
        "codigo": "ABCDEFGH",
        "nao_antes": AGORA,
        "valido_ate": AGORA + timedelta(hours=24),
        "endereco": "+5582999990000",
        "provedor": "twilio-sms",
        "tentativas": 1,
        "requisitado": False,
        "verificacoes": 0,
        "esgotado": False,
    }
    return Envio(**{**valores, **outros})  # type: ignore[arg-type]


def um_recibo(estado: Estado) -> Recibo:
    return Recibo("twilio-sms", estado, uuid5(ESPACO, "envio"), "SM1", None, None, AGORA)


def test_a_ordem_dos_estados_e_a_do_contrato() -> None:
    ordem = "pendente enviando incerto aceito enviado expirado falhou entregue lido suprimido"
    assert tuple(ordem.split()) == ESTADOS
    assert [POSTO[e] for e in ESTADOS] == list(range(10))


@given(estados, vistos, vistos)
def test_juntar_nao_depende_da_ordem(atual: Estado, a: Estado, b: Estado) -> None:
    assert juntar(juntar(atual, a), b) == juntar(juntar(atual, b), a)


@given(estados, vistos)
def test_juntar_de_novo_nao_muda(atual: Estado, visto: Estado) -> None:
    uma = juntar(atual, visto)
    assert juntar(uma, visto) == uma


@given(estados, estados, estados)
def test_juntar_e_associativo_sem_suprimido(a: Estado, b: Estado, c: Estado) -> None:
    if "suprimido" not in {a, b, c}:
        assert juntar(juntar(a, b), c) == juntar(a, juntar(b, c))


@given(st.lists(vistos, min_size=1), st.randoms(use_true_random=False))
def test_qualquer_ordem_e_repeticao_de_recibos_termina_igual(recibos: list[Estado], acaso: object) -> None:
    inicio: Estado = "enviando"
    fim = reduce(juntar, recibos, inicio)
    baralhados = [*recibos, *recibos]
    acaso.shuffle(baralhados)  # type: ignore[attr-defined]
    assert reduce(juntar, baralhados, inicio) == fim
    assert fim == max(recibos, key=POSTO.__getitem__)


@given(st.lists(vistos), st.randoms(use_true_random=False))
def test_o_envio_inteiro_termina_igual_em_qualquer_ordem(recibos: list[Estado], acaso: object) -> None:
    def apos(ordem: list[Estado]) -> Envio:
        return reduce(lambda e, r: com_recibo(e, um_recibo(r), agora=AGORA, precos=Tabela(PRECOS)), ordem, um_envio())

    baralhados = [*recibos, *recibos]
    acaso.shuffle(baralhados)  # type: ignore[attr-defined]
    uma, outra = apos(recibos), apos(baralhados)
    assert (uma.estado, uma.esgotado, uma.requisitado) == (outra.estado, outra.esgotado, outra.requisitado)


@given(estados, st.lists(estados))
def test_o_caminho_so_sobe(inicio: Estado, seguintes: list[Estado]) -> None:
    caminho = percorrer(inicio, seguintes)
    postos = [POSTO[e] for e in (inicio, *caminho)]
    assert all(a < b for a, b in pairwise(postos))


@given(estados, estados)
def test_suprimido_so_vem_de_pendente(atual: Estado, visto: Estado) -> None:
    if juntar(atual, visto) == "suprimido":
        assert atual in {"pendente", "suprimido"}


@given(estados, st.lists(vistos))
def test_depois_do_prazo_nada_fica_abaixo_de_expirado_senao_incerto(inicio: Estado, depois: list[Estado]) -> None:
    """Whatever is reported after the deadline, the next watch leaves nothing waiting."""
    if inicio == "enviando":
        return  # open, with a deadline of its own
    e = vencido(um_envio(inicio))
    for visto in depois:
        e = vencido(com_recibo(e, um_recibo(visto), agora=e.valido_ate, precos=Tabela(())))
    assert e.estado == "incerto" or POSTO[e.estado] >= POSTO["expirado"]
    assert e.esgotado == esgota(e.estado, prazo_vencido=True) or inicio in {"falhou", "suprimido", "entregue", "lido", "expirado"}


@given(estados)
def test_cancelar_so_muda_pendente(estado: Estado) -> None:
    antes = um_envio(estado)
    depois = cancelado(antes, "pago")
    assert depois == antes if estado != "pendente" else depois.estado == "suprimido" and depois.esgotado
