"""Settings of the next run: their controls, links, and hiding of parts of the page."""
