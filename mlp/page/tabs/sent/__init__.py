"""Networks that visitors send: copies that others try by a link."""
