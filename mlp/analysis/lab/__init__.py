"""Computations of the lab: experiments that leave the network unchanged."""
