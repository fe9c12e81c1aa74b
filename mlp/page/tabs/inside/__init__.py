"""Look inside: the network at work."""
