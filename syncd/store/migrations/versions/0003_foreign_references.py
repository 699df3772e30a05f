"""References that lead to nothing of the plan's are told apart from those that do."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column, and an index over the few rows that have any."""
    op.add_column(
        "links", sa.Column("foreign_refs", sa.Text(), nullable=False, server_default="{}")
    )
    some = sa.text("foreign_refs <> '{}'")
    op.create_index("links_with_foreign", "links", ["plan", "tool"], sqlite_where=some)


def downgrade() -> None:
    """Take the column back."""
    op.drop_index("links_with_foreign", "links")
    op.drop_column("links", "foreign_refs")
