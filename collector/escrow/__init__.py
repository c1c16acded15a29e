"""Backup passwords that PCs made themselves and handed in, kept enciphered."""
