"""The visitor's own digits: keep, show and teach them."""
