"""The train card: buttons, curves, diagnoses, and the state of the data."""
