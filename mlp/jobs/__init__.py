"""Training runs, carried out in short slices by workers of this machine or of a cluster."""
