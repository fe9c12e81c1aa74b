"""Scores of networks that learn a visitor's own signs."""
