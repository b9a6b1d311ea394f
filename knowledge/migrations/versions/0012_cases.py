"""what is done with cases: transfers, tags, snoozes, links between tickets, and the words by which they are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENTS = ("snoozed_at", "snoozed_until", "woken_at")
_NAMES = ("reopens", "prefers", "merged_into", "split_from")
_INDEXED = ("customer_id", "reopens", "merged_into", "split_from", "created_at")


def upgrade() -> None:
    op.create_table(
        "ticketterm",
        sa.Column("term", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("term", "ticket_id"),
    )
    op.create_index("ix_ticketterm_ticket_id", "ticketterm", ["ticket_id"])
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tags", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("moved", sa.JSON(), server_default="{}", nullable=False))
        for name in _MOMENTS:
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        for name in _NAMES:
            batch_op.add_column(sa.Column(name, sa.String(), nullable=True))
        for name in _INDEXED:
            batch_op.create_index(f"ix_ticket_{name}", [name])


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        for name in _INDEXED:
            batch_op.drop_index(f"ix_ticket_{name}")
        for name in (*_NAMES, *_MOMENTS, "moved", "tags"):
            batch_op.drop_column(name)
    op.drop_index("ix_ticketterm_ticket_id", "ticketterm")
    op.drop_table("ticketterm")
