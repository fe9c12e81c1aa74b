"""Visitors: their sessions, their work in memory and on disk, and the memory that it may take."""
