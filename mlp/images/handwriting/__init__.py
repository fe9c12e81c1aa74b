"""Digits written by a model of a hand, in styles that MNIST lacks."""
