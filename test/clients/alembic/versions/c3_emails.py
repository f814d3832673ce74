revision = "c3"
down_revision = "b2"

from alembic import op


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("users_email", "users", ["email"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("users_email", "users", postgresql_concurrently=True)
