"""What only whoever holds a room sees."""
