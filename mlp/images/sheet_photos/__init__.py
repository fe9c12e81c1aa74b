"""Digits found on photos of a page with several."""
