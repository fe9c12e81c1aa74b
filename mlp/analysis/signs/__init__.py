"""What is measured of networks that learn somebody's own signs."""
