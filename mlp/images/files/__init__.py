"""MNIST's files: fetched, verified, unpacked and cached."""
