"""Mistakes: which digit is taken for which."""
