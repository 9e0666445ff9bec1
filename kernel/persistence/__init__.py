"""Postgres: the pool and its transactions, migrations of a room's schema, signals, and the server that ships in a wheel."""
