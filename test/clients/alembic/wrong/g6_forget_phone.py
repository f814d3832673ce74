revision = "g6"
down_revision = "c3"

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.add_column("orders", sa.Column("note", sa.Text))
    op.drop_column("users", "phone")


def downgrade():
    op.add_column("users", sa.Column("phone", sa.String(80)))
    op.drop_column("orders", "note")
