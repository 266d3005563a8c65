"""What people agree on: lists of natural villages by township, and which reports are one asset."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("settlement_decision", "township_confirmation", "asset_decision")


def upgrade() -> None:
    """Add the tables; nobody can change or delete a line of them."""
    said = {
        "settlement_decision": [
            sa.Column("quarter", sa.Text(), nullable=False),
            sa.Column("key", sa.Text(), nullable=False),
            sa.Column("action", sa.Text(), nullable=True),
            sa.Column("same_as", sa.Text(), nullable=False),
        ],
        "township_confirmation": [
            sa.Column("quarter", sa.Text(), nullable=False),
            sa.Column("township_code", sa.Text(), nullable=False),
            sa.Column("confirmed", sa.Boolean(), nullable=False),
        ],
        "asset_decision": [
            sa.Column("one", sa.Text(), nullable=False),
            sa.Column("other", sa.Text(), nullable=False),
            sa.Column("together", sa.Boolean(), nullable=True),
        ],
    }
    for name, columns in said.items():
        rules = (
            [sa.CheckConstraint("one < other", name=op.f("ck_asset_decision_order"))]
            if name == "asset_decision"
            else []
        )
        op.create_table(
            name,
            sa.Column("id", sa.Integer(), nullable=False),
            *columns,
            sa.Column("account", sa.Text(), nullable=False),
            sa.Column("at", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            *rules,
        )
    op.create_index("ix_settlement_decision_quarter_key", "settlement_decision", ["quarter", "key"])
    op.create_index(
        "ix_township_confirmation_quarter_township",
        "township_confirmation",
        ["quarter", "township_code"],
    )
    op.create_index("ix_asset_decision_one_other", "asset_decision", ["one", "other"])
    _keep()


def _keep() -> None:
    """Refuse to change or delete a line, whoever asks."""
    for table in TABLES:
        if op.get_bind().dialect.name != "sqlite":
            op.execute(
                f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            continue
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    """Forget what was agreed."""
    for table in reversed(TABLES):
        op.drop_table(table)
