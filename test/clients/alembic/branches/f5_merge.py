revision = "f5"
down_revision = ("d4", "e4")

from alembic import op


def upgrade():
    op.create_index("orders_price", "orders", ["price"])


def downgrade():
    op.drop_index("orders_price", "orders")
