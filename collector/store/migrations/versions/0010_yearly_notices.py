"""A yearly report is told without an incident."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.alter_column("incident", existing_type=sa.TEXT(), nullable=True)
