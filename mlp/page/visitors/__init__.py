"""Visitors: who is here, what is kept of them, and how often their pages redraw."""
