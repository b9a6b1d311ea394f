"""what shoppers said of how they were served, and what is reckoned of their conversations and tickets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rating",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("customer_id", sa.String(), nullable=True),
        sa.Column("served_by", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("remark", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("conversation_id", "ticket_id", "customer_id", "asked_at"):
        op.create_index(f"ix_rating_{column}", "rating", [column])
    op.create_table(
        "sitting",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("lang", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ending", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=True),
        sa.Column("agent_id", sa.String(), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("first_mood", sa.String(), nullable=False),
        sa.Column("last_mood", sa.String(), nullable=False),
        sa.Column("first_displeasure", sa.Float(), nullable=True),
        sa.Column("last_displeasure", sa.Float(), nullable=True),
        sa.Column("first_voice", sa.String(), nullable=False),
        sa.Column("last_voice", sa.String(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "number"),
    )
    for column in ("person", "started_at", "ticket_id"):
        op.create_index(f"ix_sitting_{column}", "sitting", [column])
    op.create_table(
        "ticketclock",
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("goal", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("open_s", sa.Float(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("ticket_id", "goal", "number"),
    )
    op.create_index("ix_ticketclock_began_at", "ticketclock", ["began_at"])
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("counted_seq", sa.Integer(), server_default="0", nullable=False))
    uncounted = sa.text("last_seq > counted_seq")
    op.create_index(
        "ix_conversation_uncounted", "conversation", ["id"], sqlite_where=uncounted, postgresql_where=uncounted
    )


def downgrade() -> None:
    op.drop_index("ix_conversation_uncounted", "conversation")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_column("counted_seq")
    for table, columns in (
        ("ticketclock", ("began_at",)),
        ("sitting", ("person", "started_at", "ticket_id")),
        ("rating", ("conversation_id", "ticket_id", "customer_id", "asked_at")),
    ):
        for column in columns:
            op.drop_index(f"ix_{table}_{column}", table)
        op.drop_table(table)
