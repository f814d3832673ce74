revision = "b2"
down_revision = "a1"

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.alter_column("users", "phone", type_=sa.String(80), existing_type=sa.String(40))
    op.add_column("users", sa.Column("language", sa.Text))


def downgrade():
    op.drop_column("users", "language")
    op.alter_column("users", "phone", type_=sa.String(40), existing_type=sa.String(80))
