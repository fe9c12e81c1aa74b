"""Runs carried forward in slices, by workers of this machine or a cluster."""
