"""Lab: experiments on the network that answers."""
