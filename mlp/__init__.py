"""Inkling: train a neural network written from scratch in numpy, and draw a digit for it to read."""
