"""Understands what machines print: pure and total, any bytes in, a value or None out."""
