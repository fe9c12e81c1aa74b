"""The matrix products of a step of training, and what makes them fast."""
