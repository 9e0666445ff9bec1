"""Charges at the payment provider that must not be paid any more are found at once; and what volume showed to be read whole."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    # since when the charge is known to pay no more; until then: not to be tried again before, and how often it was
    op.execute(
        """alter table parcelamento.documento
        add pix_retirado_em timestamptz, add pix_tentar_em timestamptz, add pix_tentativas int not null default 0"""
    )
    op.execute(
        """create index documento_pix_a_retirar on parcelamento.documento (vencimento, documento)
        where pix is not null and situacao <> 'emitido' and pix_retirado_em is null"""
    )
    # a plan that is lost gives its debts back: without this each loss read all debts of all plans
    op.execute("create index debito_parcelado_plano on parcelamento.debito_parcelado (plano)")
    # lists and follow-up of one unit among many
    op.execute("create index plano_unidade on parcelamento.plano (unidade, data, plano)")
