"""Training data: its sources, additions and preparation."""
