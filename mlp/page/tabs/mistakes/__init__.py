"""Mistakes: which digits the network confuses."""
