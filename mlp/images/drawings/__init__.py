"""A person's drawings of digits or of own signs: as a set, as a file, and in a link."""
