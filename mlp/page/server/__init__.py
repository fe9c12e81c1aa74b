"""The server around the page: allowed hosts, limits for uploads and downloads."""
