"""The network: layers, losses, optimizers and weight files, in plain numpy."""
