"""The settings of the next run: controls, link, hiding."""
