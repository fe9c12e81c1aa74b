"""Data: the digits to learn from."""
