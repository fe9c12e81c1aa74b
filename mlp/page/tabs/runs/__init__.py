"""Runs: compared, repeated, taken away, and swept."""
