"""The store: a vault of immutable objects, and a ledger of who sent what and what is current."""
