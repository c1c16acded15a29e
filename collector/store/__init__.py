"""The store: one schema, SQLite or PostgreSQL, opened and migrated in one place."""
