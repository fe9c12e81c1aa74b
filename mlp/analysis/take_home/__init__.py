"""A network as one HTML file that draws, reads and shows how it was trained."""
