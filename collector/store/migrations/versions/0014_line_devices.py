"""What devices told while a line was down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("line_interruptions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("around", sa.Text(), nullable=True))
