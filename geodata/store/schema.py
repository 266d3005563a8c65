"""The ledger's tables; ``migrations`` bring a database to this shape and a test compares the two.

Times are text, UTC, of one width (``2015-06-30T08:00:00.000000Z``), so they sort as they run.
Hashes are SHA-256 in hexadecimal; an object hash names bytes in the vault.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)

# Names of constraints are fixed so that a migration can drop what another made.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# The workspace a ledger belongs to; one row.
workspace = Table(
    "workspace",
    metadata,
    Column("id", Text, primary_key=True),
    Column("created_at", Text, nullable=False),
)

upload = Table(
    "upload",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("account", Text, nullable=False),  # who sent it
    Column("filename", Text, nullable=False),
    Column("object_hash", Text, nullable=False),  # the bytes as they came
    Column("size", BigInteger, nullable=False),
    Column("received_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("report_hash", Text),  # object: what was understood, and the faults
    # How it was submitted, null before: without its faulty rows; as the whole list of its kinds.
    Column("partial", Boolean(create_constraint=False)),
    Column("full_list", Boolean(create_constraint=False)),
    CheckConstraint(
        "state in ('received', 'checked', 'submitted', 'accepted', 'sent_back', 'superseded', "
        "'refused', 'withdrawn')",
        name="state",
    ),
    Index("ix_upload_owner_received_at", "owner", "received_at"),
    Index("ix_upload_object_hash", "object_hash"),
)

# Who brought an upload into which state, when and why. Append-only, as the audit trail.
upload_event = Table(
    "upload_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("upload_id", Text, ForeignKey("upload.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_upload_event_upload_id", "upload_id"),
)

# What was once said of a table's kind, columns, units and CRS: for an owner's tables of that shape.
profile = Table(
    "profile",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("shape_hash", Text, nullable=False),
    Column("shape", JSON, nullable=False),  # list of normalised headers
    Column("answer", JSON, nullable=False),  # kind, crs, columns, units
    Column("account", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    Index("uq_profile_owner_shape", "owner", "shape_hash", unique=True),
)

# What was said of a record's unit; of a key the newest line counts. Append-only.
decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("unit_code", Text),  # "" for no unit; null takes what was said back
    Column("upload_id", Text, ForeignKey("upload.id"), nullable=False),  # where it was said
    Column("account", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("ix_decision_owner_key", "owner", "key"),
)

# What was said of a difference between lists of natural villages in a quarter; of a key the newest
# line counts. Append-only.
settlement_decision = Table(
    "settlement_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("quarter", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("action", Text),  # null takes what was said back
    Column("same_as", Text, nullable=False),  # settlement_id, "" but for the action same
    Column("account", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("ix_settlement_decision_quarter_key", "quarter", "key"),
)

# That a township's list of natural villages of a quarter is agreed, or no longer. Append-only.
township_confirmation = Table(
    "township_confirmation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("quarter", Text, nullable=False),
    Column("township_code", Text, nullable=False),
    Column("confirmed", Boolean(create_constraint=False), nullable=False),
    Column("account", Text, nullable=False),
    Column("at", Text, nullable=False),
    Index("ix_township_confirmation_quarter_township", "quarter", "township_code"),
)

# Whether two reports are of one asset, as a person said; of a pair the newest line counts.
# Append-only.
asset_decision = Table(
    "asset_decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("one", Text, nullable=False),  # record_id, the smaller one first
    Column("other", Text, nullable=False),
    Column("together", Boolean(create_constraint=False)),  # null takes what was said back
    Column("account", Text, nullable=False),
    Column("at", Text, nullable=False),
    CheckConstraint("one < other", name="order"),
    Index("ix_asset_decision_one_other", "one", "other"),
)

# A table is a manifest of parts; the current one of a kind and owner has no superseded_at.
table_version = Table(
    "table_version",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("values_hash", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("upload_id", Text, ForeignKey("upload.id"), nullable=False),
    Column("accepted_at", Text, nullable=False),
    Column("superseded_at", Text),
    Column("uploads", JSON(none_as_null=True)),  # whose rows it holds; null: not known
    CheckConstraint("rows >= 0", name="rows"),
    Index(
        "uq_table_version_current",
        "kind",
        "owner",
        unique=True,
        sqlite_where=text("superseded_at IS NULL"),
        postgresql_where=text("superseded_at IS NULL"),
    ),
)

part = Table(
    "part",
    metadata,
    Column("table_version_id", Text, ForeignKey("table_version.id"), primary_key=True),
    Column("county_code", Text, primary_key=True),  # "" for records without a unit
    Column("object_hash", Text, nullable=False),
    Column("values_hash", Text, nullable=False),
    Column("rows", Integer, nullable=False),
)

register_version = Table(
    "register_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Text, nullable=False),
    Column("objects", JSON, nullable=False),  # table name → object hash
    Column("loaded_at", Text, nullable=False),
)

# The engine's results for the city ("city") or one owner (its code).
evaluation = Table(
    "evaluation",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("inputs_hash", Text, nullable=False),
    Column("rules_hash", Text, nullable=False),
    Column("register_version", Text, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("objects", JSON, nullable=False),  # name → object hash
    Column("created_at", Text, nullable=False),
    Index("ix_evaluation_scope_created_at", "scope", "created_at"),
)

layer = Table(
    "layer",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("scope", Text, primary_key=True),
    Column("meta", JSON, nullable=False),
    Column("created_at", Text, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("organisation", Text, nullable=False),
    Column("areas", JSON, nullable=False),  # list of area codes
    Column("demo", Boolean(create_constraint=False), nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),  # the token itself is never stored
    Column("account", Text, ForeignKey("account.name"), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("ended_at", Text),
)

job = Table(
    "job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("verb", Text, nullable=False),
    Column("args", JSON, nullable=False),
    Column("args_hash", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),  # 0 while not known
    Column("message", Text, nullable=False),
    Column("cancel", Boolean(create_constraint=False), nullable=False),
    Column("result", JSON(none_as_null=True)),
    Column("fault", JSON(none_as_null=True)),  # code, place, params, severity
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("beat_at", Text),  # the worker's last sign of life
    Column("ended_at", Text),
    CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
    Index("ix_job_state", "state"),
)

# Append-only: a trigger refuses to change or delete a line.
audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Text, nullable=False),
    Column("verb", Text, nullable=False),
    Column("what", JSON, nullable=False),
    Column("at", Text, nullable=False),
)
