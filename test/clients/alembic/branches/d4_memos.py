revision = "d4"
down_revision = "c3"

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.add_column("orders", sa.Column("memo", sa.Text))


def downgrade():
    op.drop_column("orders", "memo")
