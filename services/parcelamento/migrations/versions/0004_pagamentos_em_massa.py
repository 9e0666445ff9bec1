"""Payments come by the million: what each row's writing costs and nothing needs goes.

Documents are never deleted, and a payment takes its document from a join or a look-up in its own transaction, so that the
foreign key guarded nothing; it cost a lock on each document and a third of the time that a return file's rows take.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("alter table parcelamento.pagamento drop constraint pagamento_documento_fkey")
    # rows of return files have no end_to_end, and an index of all would hold each of them
    op.execute("alter table parcelamento.pagamento drop constraint pagamento_end_to_end_key")
    op.execute("create unique index pagamento_end_to_end on parcelamento.pagamento (end_to_end) where end_to_end is not null")
