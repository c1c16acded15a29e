"""Migrations of the schema, oldest first; a landed one is never edited."""
