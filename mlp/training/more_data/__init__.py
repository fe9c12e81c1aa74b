"""More to train on than the data have: written digits, repeats, validation images."""
