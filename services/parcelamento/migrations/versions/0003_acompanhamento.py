"""Contacts may lose their names, and the installments to follow up are found without reading all of them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # a contact whose words were deleted: that it was made stays, with whom is not said any more
    op.execute("alter table parcelamento.contato add excluido_em timestamptz, add excluido_por text")
    op.execute("drop index parcelamento.contato_plano")
    op.execute("create index contato_plano on parcelamento.contato (plano, feito_em, contato)")
    op.execute(
        """create index parcela_em_falta on parcelamento.parcela (vencimento, plano, numero)
        where pago < valor and (vencida or pago > 0)"""
    )
