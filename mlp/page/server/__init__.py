"""The server around the page: allowed hosts, what browsers may ask for."""
