"""Visitors: who is here, what is kept of them, and at what pace they look."""
