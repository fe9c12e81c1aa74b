"""Saved steps of a run, and the replay of the steps between them."""
