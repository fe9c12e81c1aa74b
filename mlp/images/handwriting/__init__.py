"""Synthetic digits, written by a model of handwriting, in styles that MNIST lacks."""
