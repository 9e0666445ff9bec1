"""Which charges and which document there are where nobody names them: the state's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from kernel.persistence.banco import abrir_banco
from tests.support.parcelamento_sala import abrir_parcelamento

ATRASADO = {"principal": "1000.00", "vencimento": "2015-01-20", "pago_em": "2015-03-10"}


DEBITO = {"debito": "X1", "referencia": "2014-12", "vencimento": "2015-01-20", "principal": "1000.00"}


@pytest.mark.parametrize(("uf", "regra", "multa", "rotulo"), [("MA", "federal", "161.70", "DARE"), ("AL", "al", "90.00", "DAR")])
async def test_sem_regra_vale_a_do_estado_da_instalacao(
    url_parcelamento: str, tmp_path: Path, *, uf: str, regra: str, multa: str, rotulo: str
) -> None:
    """49 days late: 0.33% a day in Maranhão's rule, the band of 31 to 60 days in Alagoas'."""
    async with (
        abrir_banco(url_parcelamento, aplicacao="testes", maximo=6) as banco,
        abrir_parcelamento(banco, tmp_path, uf=uf) as sala,
    ):
        resposta = await sala.pedir("POST", "/v1/encargos/calcular", json=ATRASADO)
        documento = (await sala.pedir("POST", "/v1/documentos", json={"contribuinte": "C1", "debitos": [DEBITO]})).json()
        regras = (await sala.pedir("GET", "/v1/encargos")).json()["itens"]
    assert resposta.status_code == 200, resposta.text
    assert {campo: resposta.json()[campo] for campo in ("regra", "multa")} == {"regra": regra, "multa": multa}
    assert [r["regra"] for r in regras if r["padrao"]] == [regra]
    assert (documento["rotulo"], documento["itens"][0]["multa"]) == (rotulo, multa)
