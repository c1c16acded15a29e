"""Passwords that PCs made for their own repositories, sealed, and what each repository opens by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "escrowed_passwords",
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("refused_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["agent"], ["agents.id"], name=op.f("fk_escrowed_passwords_agent_agents")
        ),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_escrowed_passwords")),
    )
    with op.batch_alter_table("escrowed_passwords", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_escrowed_passwords_asset"), ["asset"], unique=False)
    op.create_table(
        "repository_passwords",
        sa.Column("repository", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("repository", name=op.f("pk_repository_passwords")),
    )
