"""The train card: buttons, curves, hints, and the state of the data."""
