"""Moments of a run: what is kept to go back to, and the way to any other."""
