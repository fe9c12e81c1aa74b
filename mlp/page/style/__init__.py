"""How the page looks: theme, colours, charts and HTML."""
