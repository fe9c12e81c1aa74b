"""A visitor's own signs: their drawings, as a set and as a file."""
