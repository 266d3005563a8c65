"""Run the steps on the connection and in the transaction that ``engine.migrate`` hands over."""

from alembic import context

from geodata.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,  # SQLite too: our own BEGIN holds the steps together
)
with context.begin_transaction():
    context.run_migrations()
