"""Runs: compare, repeat, download and sweep them."""
