"""What can be learned about a network and its run."""
