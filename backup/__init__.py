"""Backups by restic: planned, run on the PC, re-read and restored to prove them."""
