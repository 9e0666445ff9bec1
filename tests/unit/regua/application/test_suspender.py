"""How long each rest of the collection lasts, and why a waiting message falls silent."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from regua.application.ports import Devido
from regua.application.silenciar import motivo_do_silencio
from regua.application.suspender import fim_da_suspensao
from regua.domain.politica import Prazos
from regua.errors import DadosRecusados

PRAZOS = Prazos(ja_pagou_dias=10, contesta_dias=90, sem_condicoes_dias=5, promessa_dias=3, parcelamento_dias=5)
HOJE = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("motivo", "informada", "ate"),
    [
        ("ja_pagou", None, date(2026, 3, 26)),
        ("contesta", None, date(2026, 6, 14)),
        ("sem_condicoes", None, date(2026, 3, 21)),
        ("judicial", None, None),
        ("judicial", date(2027, 1, 1), date(2027, 1, 1)),
        ("promessa", date(2026, 3, 20), date(2026, 3, 23)),
        ("contesta", date(2026, 4, 1), date(2026, 4, 1)),
        ("ja_pagou", HOJE, HOJE),
    ],
)
def test_prazo(motivo: str, informada: date | None, ate: date | None) -> None:
    assert fim_da_suspensao(motivo, PRAZOS, desde=HOJE, informada=informada) == ate


@pytest.mark.parametrize(
    ("motivo", "informada"),
    [("promessa", None), ("ja_pagou", date(2026, 3, 27)), ("contesta", date(2026, 3, 15)), ("judicial", date(2020, 1, 1))],
)
def test_prazo_que_nao_serve(motivo: str, informada: date | None) -> None:
    with pytest.raises(DadosRecusados) as recusa:
        fim_da_suspensao(motivo, PRAZOS, desde=HOJE, informada=informada)
    assert recusa.value.campos[0]["campo"] == "ate"


@pytest.mark.parametrize(
    ("campos", "motivo"),
    [
        ({"restante": 100}, None),
        ({"restante": 150}, None),  # another debt fell due meanwhile
        ({"restante": 60, "do_tributo": True}, "pagamento_parcial"),
        ({"restante": 0}, "pago"),
        ({"restante": 0, "parcelados": True}, "parcelado"),
        ({"restante": 0, "parados": True, "parcelados": True}, "suspenso"),
        ({"restante": 100, "suspenso": True}, "suspenso"),
        ({"visto": 0, "restante": 0}, None),  # an omission: nothing was owed
        ({"visto": 0, "restante": 0, "omissoes_vistas": 2, "omissoes": 2}, None),
        ({"visto": 0, "restante": 0, "omissoes_vistas": 2, "omissoes": 1}, "pagamento_parcial"),
        ({"visto": 0, "restante": 0, "omissoes_vistas": 2, "omissoes": 0}, "pago"),
        ({"omissoes_vistas": 1, "omissoes": 0, "do_tributo": True}, "pagamento_parcial"),  # declared; the debt is still there
        ({"restante": 0, "omissoes_vistas": 1, "omissoes": 1}, "pagamento_parcial"),  # paid; the omission is still there
        ({"omissoes_vistas": 1, "omissoes": 0, "suspenso": True}, "suspenso"),
    ],
)
def test_por_que_se_silencia(campos: dict[str, object], motivo: str | None) -> None:
    base: dict[str, object] = {"visto": 100, "restante": 100, "do_tributo": False, "parcelados": False, "parados": False}
    base |= {"omissoes_vistas": 0, "omissoes": 0}
    d = Devido(acionamento=UUID(int=1), **{**base, "suspenso": False, **campos})  # type: ignore[arg-type]
    assert motivo_do_silencio(d) == motivo
