revision = "e4"
down_revision = "c3"

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.add_column("orders", sa.Column("price", sa.Numeric(10, 2)))


def downgrade():
    op.drop_column("orders", "price")
