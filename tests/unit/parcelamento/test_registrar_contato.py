"""The record of contacts: which are complete, and what remains to be done about an installment (Portaria 46/2015, III, 28)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from parcelamento.application.registrar_contato import Contato, Passo, excluir_contato, passo, registrar_contato
from parcelamento.errors import DadosRecusados, NaoExiste

HOJE = date(2015, 4, 20)
AGORA = datetime(2015, 4, 20, 12, tzinfo=UTC)
PLANO = UUID(int=1)
TELEFONEMA = Contato(UUID(int=2), PLANO, 2, "telefone", "Ana", "paga na sexta", date(2015, 4, 24), AGORA, "op")


class EmMemoria:
    """The port, of one plan of three installments."""

    def __init__(self) -> None:
        self.guardados: dict[UUID, Contato] = {}

    async def numero_de_parcelas(self, plano: UUID) -> int:
        return 3 if plano == PLANO else 0

    async def guardar(self, contato: Contato) -> None:
        self.guardados[contato.contato] = contato

    async def excluir(self, plano: UUID, contato: UUID, *, em: datetime, por: str) -> bool:
        achado = self.guardados.get(contato)
        if achado is None or achado.plano != plano:
            return False
        self.guardados[contato] = replace(achado, pessoa=None, compromisso=None, excluido_em=em, excluido_por=por)
        return True


@pytest.mark.parametrize(
    ("mudanca", "campos"),
    [
        ({}, set()),
        ({"meio": "presencial"}, set()),
        ({"prometido_para": None}, set()),
        ({"prometido_para": HOJE}, set()),
        ({"pessoa": None}, {"pessoa"}),
        ({"compromisso": None}, {"compromisso"}),
        ({"pessoa": None, "compromisso": None, "meio": "outro"}, {"pessoa", "compromisso"}),
        ({"pessoa": None, "compromisso": None, "prometido_para": None, "meio": "aviso_de_debito"}, set()),
        ({"parcela": 4}, {"parcela"}),
        ({"parcela": 0, "pessoa": None}, {"parcela", "pessoa"}),
        ({"prometido_para": date(2015, 4, 19)}, {"prometido_para"}),
    ],
)
async def test_contato_completo_ou_recusado_por_campo(mudanca: dict[str, Any], campos: set[str]) -> None:
    contatos = EmMemoria()
    contato = replace(TELEFONEMA, **mudanca)
    if not campos:
        await registrar_contato(contatos, contato, HOJE)
        assert contatos.guardados == {contato.contato: contato}
        return
    with pytest.raises(DadosRecusados) as recusa:
        await registrar_contato(contatos, contato, HOJE)
    assert {c["campo"] for c in recusa.value.campos} == campos
    assert contatos.guardados == {}


async def test_contato_de_plano_que_nao_ha() -> None:
    with pytest.raises(NaoExiste):
        await registrar_contato(EmMemoria(), replace(TELEFONEMA, plano=UUID(int=9)), HOJE)


async def test_excluir_o_que_nao_ha() -> None:
    with pytest.raises(NaoExiste):
        await excluir_contato(EmMemoria(), PLANO, UUID(int=9), em=AGORA, por="sup")


@pytest.mark.parametrize(
    ("com_aviso", "feito_no_mes", "esperado"),
    [
        (True, False, "contato"),
        (False, False, "cobranca_por_telefone"),
        (True, True, "feito"),
        (False, True, "feito"),
    ],
)
def test_passo(com_aviso: bool, feito_no_mes: bool, esperado: Passo) -> None:
    assert passo(com_aviso=com_aviso, feito_no_mes=feito_no_mes) == esperado
