"""What the drawings of a class teach its networks."""
