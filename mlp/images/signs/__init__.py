"""Signs of a visitor's own: their drawings, as a set, a file and a link."""
