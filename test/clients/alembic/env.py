"""As alembic init writes it, less its log file, plus the models."""
import os

import sqlalchemy as sa
from alembic import context

metadata = sa.MetaData()
sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("phone", sa.String(80)),
    sa.Column("score", sa.Numeric(10, 2), nullable=False),
    sa.Column("language", sa.Text),
)
sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Integer, sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("total", sa.Numeric(10, 2)),
)

engine = sa.create_engine("postgresql+psycopg2://", poolclass=sa.pool.NullPool)
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=os.environ.get("TRANSACTION_PER_MIGRATION") == "yes",
    )
    with context.begin_transaction():
        context.run_migrations()
