"""A rung is never skipped and never repeated, whatever the order and repetition of what channels tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regua.domain.acompanhamento import (
    POSTO,
    Acionamento,
    Cancelar,
    ChamarPessoa,
    Datar,
    Efeito,
    Emissao,
    Emitir,
    Entrega,
    ProximoCanal,
    acompanhar,
    cancelar,
)
from regua.domain.canais import Proximo

AGORA = datetime(2026, 3, 2, 12, tzinfo=UTC)
CANAIS = ("whatsapp", "sms", "voz")

# What a channel may tell, in the order in which it happens: (estado, esgotado, requisitado, motivo).
CAMINHOS: dict[str, list[tuple[str, bool, bool, str | None]]] = {
    "lido": [
        ("enviando", False, True, None),
        ("aceito", False, True, None),
        ("enviado", False, True, None),
        ("entregue", False, True, None),
        ("lido", False, True, None),
    ],
    "falhou": [("enviando", False, True, None), ("aceito", False, True, None), ("falhou", True, True, "falha_na_entrega")],
    "sem contato": [("suprimido", True, False, "sem_contato")],
    "endereço ocupado": [("suprimido", True, False, "endereco_ja_contatado")],
    "venceu na fila": [("expirado", True, False, "prazo_vencido")],
    "incerto": [("enviando", False, True, None), ("incerto", False, True, None), ("incerto", True, True, None)],
    "incerto, chegou tarde": [
        ("incerto", False, True, None),
        ("incerto", True, True, None),
        ("entregue", False, True, None),
    ],
}


def um_acionamento(canais: tuple[str, ...] = CANAIS, **campos: object) -> Acionamento:
    base = Acionamento(UUID(int=1), canais, {canais[0]: Emissao(canais[0], 1)})
    return replace(base, **campos)  # type: ignore[arg-type]


def uma_entrega(canal: str, estado: str, *, esgotado: bool = False, requisitado: bool = True, **campos: object) -> Entrega:
    return Entrega(canal, estado, esgotado=esgotado, requisitado=requisitado, em=AGORA, **campos)  # type: ignore[arg-type]


def seguinte(canais: tuple[str, ...], alcance: frozenset[str] | None = None) -> ProximoCanal:
    def proximo(ordem: int) -> Proximo | None:
        for lugar, canal in enumerate(canais[ordem:], start=ordem + 1):
            if alcance is None or canal in alcance:
                return Proximo(canal, lugar, AGORA, AGORA + timedelta(hours=24))
        return None

    return proximo


def passar(a: Acionamento, *eventos: Entrega) -> tuple[Acionamento, list[Efeito]]:
    efeitos: list[Efeito] = []
    for evento in eventos:
        a, novos = acompanhar(a, evento, seguinte(a.canais))
        efeitos += novos
    return a, efeitos


def test_primeiro_entregue_data_o_degrau_e_o_encerra() -> None:
    a, efeitos = passar(um_acionamento(), uma_entrega("whatsapp", "entregue"), uma_entrega("whatsapp", "lido"))
    assert (a.estado, a.entregue_em, a.consumido) == ("entregue", AGORA, True)
    assert efeitos == [Datar(AGORA)]


def test_esgotado_passa_ao_canal_seguinte_uma_vez() -> None:
    falhou = uma_entrega("whatsapp", "falhou", esgotado=True)
    a, efeitos = passar(um_acionamento(), falhou, falhou, uma_entrega("whatsapp", "aceito"))
    assert (a.estado, a.ordem) == ("emitido", 2)
    assert [e.proximo.canal for e in efeitos if isinstance(e, Emitir)] == ["sms"]


def test_canal_fora_de_alcance_e_pulado() -> None:
    proximo = seguinte(CANAIS, frozenset({"voz"}))
    a, efeitos = acompanhar(um_acionamento(), uma_entrega("whatsapp", "falhou", esgotado=True), proximo)
    assert a.ordem == 3
    assert [type(e) for e in efeitos] == [Emitir]


def test_entregue_tarde_cancela_o_canal_seguinte_que_nao_saiu() -> None:
    a, efeitos = passar(um_acionamento(), uma_entrega("whatsapp", "incerto", esgotado=True), uma_entrega("whatsapp", "entregue"))
    assert a.estado == "entregue"
    assert efeitos[1:] == [Datar(AGORA), Cancelar("sms", "entregue_em_outro_canal")]


def test_entregue_tarde_nao_cancela_o_que_ja_saiu() -> None:
    a, efeitos = passar(
        um_acionamento(),
        uma_entrega("whatsapp", "incerto", esgotado=True),
        uma_entrega("sms", "aceito"),
        uma_entrega("whatsapp", "entregue"),
    )
    assert a.estado == "entregue"
    assert not any(isinstance(e, Cancelar) for e in efeitos)


def test_todos_esgotados_consomem_o_degrau_e_chamam_uma_pessoa() -> None:
    a, efeitos = passar(
        um_acionamento(("whatsapp", "sms")),
        uma_entrega("whatsapp", "falhou", esgotado=True),
        uma_entrega("sms", "suprimido", esgotado=True, requisitado=False, motivo="sem_contato"),
    )
    assert (a.estado, a.consumido) == ("esgotado", True)
    assert efeitos[1:] == [Datar(AGORA), ChamarPessoa(AGORA)]


@pytest.mark.parametrize(
    ("anteriores", "motivo", "estado", "chama"),
    [
        (0, "sem_contato", "cancelado", False),
        (1, "sem_contato", "cancelado", False),
        (2, "sem_contato", "esgotado", True),
        (9, "endereco_ja_contatado", "cancelado", False),
    ],
)
def test_sem_nenhum_pedido_o_degrau_fica_e_a_terceira_vez_chama_uma_pessoa(
    anteriores: int, motivo: str, estado: str, *, chama: bool
) -> None:
    suprimido = uma_entrega("sms", "suprimido", esgotado=True, requisitado=False, motivo=motivo)
    a, efeitos = passar(um_acionamento(("sms",), tentativas_sem_envio=anteriores), suprimido)
    assert (a.estado, a.consumido) == (estado, False)
    assert [type(e) for e in efeitos] == ([ChamarPessoa] if chama else [])


def test_cancelado_a_tempo_guarda_o_degrau_e_nao_tenta_outro_canal() -> None:
    a, pedido = cancelar(um_acionamento(), "pago")
    assert pedido == (Cancelar("whatsapp", "pago"),)
    assert a.estado == "emitido"
    a, efeitos = passar(a, uma_entrega("whatsapp", "suprimido", esgotado=True, requisitado=False, motivo="pago"))
    assert (a.estado, a.motivo, a.consumido, a.emissoes["whatsapp"].cancelada) == ("cancelado", "pago", False, True)
    assert efeitos == []


def test_cancelado_tarde_consome_o_degrau() -> None:
    a, _ = cancelar(um_acionamento(), "pago")
    a, efeitos = passar(a, uma_entrega("whatsapp", "aceito"), uma_entrega("whatsapp", "falhou", esgotado=True))
    assert (a.estado, a.consumido) == ("cancelado", True)
    assert efeitos == [Datar(AGORA)]


def test_cancelar_de_novo_nao_pede_de_novo() -> None:
    a, _ = cancelar(um_acionamento(), "pago")
    assert cancelar(a, "suspenso") == (a, ())


def test_suprimido_nao_desfaz_um_pedido_que_saiu() -> None:
    a, efeitos = passar(um_acionamento(), uma_entrega("whatsapp", "aceito"), uma_entrega("whatsapp", "suprimido", esgotado=True))
    assert (a.ordem, efeitos) == (1, [])


def test_evento_de_canal_nao_emitido_nada_muda() -> None:
    a = um_acionamento()
    assert acompanhar(a, uma_entrega("voz", "entregue"), seguinte(CANAIS)) == (a, ())


class Mundo:
    """The channels' side: each, once emitted, tells its story, in any order and any number of times."""

    def __init__(self, caminhos: dict[str, str]) -> None:
        self.caminhos = caminhos
        self.por_contar: dict[str, list[Entrega]] = {}
        self.contou: set[str] = set()

    def emitir(self, canal: str) -> None:
        self.por_contar[canal] = [
            uma_entrega(canal, estado, esgotado=esgotado, requisitado=requisitado, motivo=motivo)
            for estado, esgotado, requisitado, motivo in CAMINHOS[self.caminhos[canal]]
        ]

    def cancelar(self, canal: str, motivo: str, *, a_tempo: bool) -> None:
        if a_tempo and canal not in self.contou:
            suprimido = uma_entrega(canal, "suprimido", esgotado=True, requisitado=False, motivo=motivo)
            self.por_contar[canal] = [suprimido]


@settings(deadline=None)
@given(
    caminhos=st.fixed_dictionaries({canal: st.sampled_from(sorted(CAMINHOS)) for canal in CANAIS}),
    cancela_no=st.none() | st.integers(0, 8),
    a_tempo=st.booleans(),
    escolhas=st.data(),
)
def test_qualquer_ordem_e_repeticao_respeita_o_degrau(
    caminhos: dict[str, str], cancela_no: int | None, escolhas: st.DataObject, *, a_tempo: bool
) -> None:
    mundo = Mundo(caminhos)
    a = um_acionamento()
    mundo.emitir("whatsapp")
    emitidos, datas, chamadas, passo = ["whatsapp"], 0, 0, 0
    contados: list[Entrega] = []
    while any(mundo.por_contar.values()):
        if passo == cancela_no:
            a, pedidos = cancelar(a, "pago")
            for pedido in pedidos:
                assert isinstance(pedido, Cancelar)
                mundo.cancelar(pedido.canal, pedido.motivo, a_tempo=a_tempo)
        passo += 1
        pendentes = [e for eventos in mundo.por_contar.values() for e in eventos]
        evento = escolhas.draw(st.sampled_from(pendentes + contados))
        if evento in mundo.por_contar[evento.canal]:
            mundo.por_contar[evento.canal].remove(evento)
        mundo.contou.add(evento.canal)
        contados.append(evento)
        antes = a
        a, efeitos = acompanhar(a, evento, seguinte(CANAIS))
        assert a.ordem >= antes.ordem
        assert antes.entregue_em is None or a.entregue_em == antes.entregue_em
        assert antes.estado == "emitido" or a.estado in {antes.estado, "entregue"}
        assert not antes.consumido or a.consumido
        for efeito in efeitos:
            match efeito:
                case Emitir(proximo):
                    anteriores = [a.emissoes[c] for c in emitidos]
                    assert all(e.esgotado for e in anteriores)
                    assert proximo.canal not in emitidos
                    mundo.emitir(proximo.canal)
                    emitidos.append(proximo.canal)
                case Datar():
                    assert a.consumido
                    datas += 1
                case ChamarPessoa():
                    chamadas += 1
                case Cancelar(canal, motivo):
                    mundo.cancelar(canal, motivo, a_tempo=a_tempo)
    assert a.estado != "emitido"
    recebeu = any(e.estado in {"entregue", "lido"} for e in contados)
    assert (a.estado == "entregue") == recebeu
    assert chamadas <= 1
    # dated once at the end, and once more only by a delivery that came after it
    assert (datas > 0) == a.consumido
    assert datas <= 2
    assert emitidos == list(CANAIS[: len(emitidos)])
    for canal in emitidos:
        # the state is a maximum, whatever came last
        contado = [e.estado for e in contados if e.canal == canal]
        esperado = "suprimido" if "suprimido" in contado else max(contado, key=lambda estado: POSTO[estado])
        assert a.emissoes[canal].estado == esperado
