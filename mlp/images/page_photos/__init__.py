"""Photos of a page with several digits: made ones to measure with, and the digits found on any."""
