"""MNIST's files: downloaded, verified, unpacked and cached."""
