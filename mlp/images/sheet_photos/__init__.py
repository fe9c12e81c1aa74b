"""Photos of a page with several digits: synthetic ones for measurements, and the digits found on any."""
