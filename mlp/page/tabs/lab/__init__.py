"""Lab: experiments on the network that answers, one room each."""
