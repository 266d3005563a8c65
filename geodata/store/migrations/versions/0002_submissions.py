"""Submissions: more states and who brought them about; profiles and decisions to be remembered."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OLD_STATES = ("received", "checked", "accepted", "refused", "withdrawn")
STATES = ("received", "checked", "submitted", "accepted", "sent_back", "superseded",
          "refused", "withdrawn")  # fmt: skip
# What a state becomes where it is not known.
EARLIER = {"submitted": "checked", "sent_back": "checked", "superseded": "accepted"}
KEPT = ("upload_event", "decision")


def upgrade() -> None:
    """Add tables and columns; tell of older uploads what the ledger knows."""
    _restate(STATES, sa.Column("partial", sa.Boolean()), sa.Column("full_list", sa.Boolean()))
    op.create_index("ix_upload_object_hash", "upload", ["object_hash"])
    op.add_column("table_version", sa.Column("uploads", sa.JSON(none_as_null=True)))
    events = op.create_table(
        "upload_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_upload_event_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_event")),
    )
    op.create_index("ix_upload_event_upload_id", "upload_event", ["upload_id"])
    _remember()
    op.bulk_insert(events, sorted(_known_events(), key=lambda event: str(event["at"])))
    _keep()


def _restate(states: tuple[str, ...], *columns: sa.Column[Any], drop: tuple[str, ...] = ()) -> None:
    listed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("upload") as batch:
        batch.drop_constraint(op.f("ck_upload_state"), type_="check")
        for column in columns:
            batch.add_column(column)
        for name in drop:
            batch.drop_column(name)
        batch.create_check_constraint(op.f("ck_upload_state"), f"state in ({listed})")


def _remember() -> None:
    op.create_table(
        "profile",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("shape_hash", sa.Text(), nullable=False),
        sa.Column("shape", sa.JSON(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profile")),
    )
    op.create_index("uq_profile_owner_shape", "profile", ["owner", "shape_hash"], unique=True)
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("upload_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["upload.id"], name=op.f("fk_decision_upload_id_upload")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index("ix_decision_owner_key", "decision", ["owner", "key"])


def _known_events() -> Iterator[dict[str, object]]:
    """Say when older uploads came in, and who accepted them when."""
    connection = op.get_bind()
    upload = sa.table("upload", *map(sa.column, ("id", "account", "received_at")))
    for row in connection.execute(sa.select(upload)).mappings():
        yield _event(row["id"], "received", row["account"], row["received_at"])
    audit = sa.table(
        "audit", *map(sa.column, ("account", "verb", "at")), sa.column("what", sa.JSON())
    )
    accepted = sa.select(audit).where(audit.c.verb == "import")
    for line in connection.execute(accepted).mappings():
        what: Mapping[str, str] = line["what"]
        yield _event(what["upload"], "accepted", line["account"], line["at"])


def _event(upload_id: str, state: str, account: str, at: str) -> dict[str, object]:
    return {"upload_id": upload_id, "state": state, "account": account, "at": at, "note": ""}


def _keep() -> None:
    """Refuse to change or delete a line of what was said and decided, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Go back to fewer states; what was remembered and who said what when is lost."""
    for name in ("decision", "profile", "upload_event"):
        op.drop_table(name)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")
    op.drop_column("table_version", "uploads")
    op.drop_index("ix_upload_object_hash", table_name="upload")
    upload = sa.table("upload", sa.column("state"))
    for state, earlier in EARLIER.items():
        op.execute(sa.update(upload).where(upload.c.state == state).values(state=earlier))
    _restate(OLD_STATES, drop=("partial", "full_list"))
