"""The look of the page: theme, colors, charts and HTML."""
