"""what a ticket is about, which skill it needs, and whether a person corrected that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("category", sa.String(), server_default="other", nullable=False))
        batch_op.add_column(sa.Column("skill", sa.String(), server_default="general", nullable=False))
        batch_op.add_column(sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_ticket_category"), ["category"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_category"))
        batch_op.drop_column("corrected_at")
        batch_op.drop_column("skill")
        batch_op.drop_column("category")
