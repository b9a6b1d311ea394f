"""accounts of the shop's people, their sessions, the audit of who saw what, and what was erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from knowledge.types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("one_time", sa.Boolean(), nullable=False),
        sa.Column("one_time_until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("password_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("signed_in_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "accountsession",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.name"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_index("ix_accountsession_account", "accountsession", ["account"])
    op.create_table(
        "signinfailures",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_signinfailures_last_at", "signinfailures", ["last_at"])
    op.create_table(
        "erasure",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("pseudonym", sa.String(), nullable=False),
        sa.Column("receipt_id", sa.String(), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("erased_by", sa.String(), nullable=False),
        sa.Column("erased_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    with op.batch_alter_table("auditrow", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", sa.String(), server_default="call", nullable=False))
        batch_op.add_column(sa.Column("object", sa.String(), server_default="", nullable=False))
        batch_op.create_index("ix_auditrow_kind", ["kind"])
        batch_op.create_index("ix_auditrow_object", ["object"])


def downgrade() -> None:
    with op.batch_alter_table("auditrow", schema=None) as batch_op:
        batch_op.drop_index("ix_auditrow_object")
        batch_op.drop_index("ix_auditrow_kind")
        batch_op.drop_column("object")
        batch_op.drop_column("kind")
    op.drop_table("erasure")
    op.drop_table("signinfailures")
    op.drop_table("accountsession")
    op.drop_table("account")
