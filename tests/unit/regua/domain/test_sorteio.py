"""The draw is a function of key, campaign and person; its share is what was asked for; ids can be computed again."""

from __future__ import annotations

import hashlib
import hmac
import re
from fractions import Fraction
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from regua.domain.identidade import PROJETO, codigo, id_do_acionamento, id_do_caso, ids
from regua.domain.sorteio import em_controle, sortear

partes = st.fractions(0, 1, max_denominator=10_000)


@given(st.binary(min_size=1, max_size=40), st.text(min_size=1), st.text(min_size=1), partes)
def test_o_sorteio_e_o_hmac_dividido_por_2_a_64(segredo: bytes, campanha: str, pessoa: str, parte: Fraction) -> None:
    soma = hmac.new(segredo, f"{campanha}|{pessoa}".encode(), hashlib.sha256).digest()
    assert em_controle(segredo, campanha, pessoa, parte) == (Fraction(int.from_bytes(soma[:8], "big"), 2**64) < parte)


def test_a_parte_e_a_pedida_e_campanhas_sorteiam_cada_uma_por_si() -> None:
    pessoas = [f"{n:08d}" for n in range(20_000)]
    a = sortear(b"chave", "a", pessoas, Fraction(1, 10))
    b = sortear(b"chave", "b", pessoas, Fraction(1, 10))
    assert 1_800 < sum(a) < 2_200
    assert 120 < sum(x and y for x, y in zip(a, b, strict=True)) < 280


def test_quem_esta_no_controle_continua_quando_a_parte_cresce() -> None:
    pessoas = [f"{n:08d}" for n in range(2_000)]
    menor, maior = (sortear(b"chave", "a", pessoas, Fraction(n, 100)) for n in (5, 20))
    assert all(grande for pequeno, grande in zip(menor, maior, strict=True) if pequeno)
    assert not any(sortear(b"chave", "a", pessoas, Fraction(0)))


@given(st.uuids(), st.text())
def test_os_ids_em_lote_sao_uuid5(espaco: UUID, nome: str) -> None:
    assert UUID(ids([str(espaco)], [nome])[0]) == uuid5(espaco, nome)


def test_os_ids_do_texto() -> None:
    caso = uuid5(PROJETO, "C1|ICMS|1")
    assert id_do_caso("C1", "ICMS", 1) == caso
    assert id_do_acionamento(caso, 2, 1) == uuid5(caso, "2|1")


@given(st.uuids())
def test_o_codigo_curto(acionamento: UUID) -> None:
    assert re.fullmatch(r"[A-Z2-9]{8}", codigo(str(acionamento)))
    assert codigo(str(acionamento)) == codigo(str(acionamento))
