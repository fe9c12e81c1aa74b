"""Measurements and explanations of a network and its run."""
