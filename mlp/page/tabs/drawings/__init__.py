"""Your drawings: digits and signs, kept, read, and trained on."""
