"""notes of the staff on tickets, whom they mention, and replies kept at hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticketnote",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("ticket_id", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("client_id", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ticket_id", "author", "client_id", name="uq_ticketnote_client"),
    )
    op.create_index("ix_ticketnote_ticket_id", "ticketnote", ["ticket_id"])
    op.create_index("ix_ticketnote_conversation_id", "ticketnote", ["conversation_id"])
    op.create_table(
        "notemention",
        sa.Column("note_id", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["note_id"], ["ticketnote.id"]),
        sa.PrimaryKeyConstraint("note_id", "agent"),
    )
    op.create_index("ix_notemention_agent", "notemention", ["agent"])
    op.create_table(
        "cannedreply",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner", "name", name="uq_cannedreply_name"),
    )
    op.create_index("ix_cannedreply_owner", "cannedreply", ["owner"])


def downgrade() -> None:
    op.drop_table("cannedreply")
    op.drop_table("notemention")
    op.drop_table("ticketnote")
