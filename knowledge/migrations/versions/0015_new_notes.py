"""notes of the staff are found by when they were written."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ticketnote_at", "ticketnote", ["at"])


def downgrade() -> None:
    op.drop_index("ix_ticketnote_at", "ticketnote")
