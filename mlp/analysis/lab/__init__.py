"""What the rooms of the lab compute: experiments on a network that is not changed by them."""
