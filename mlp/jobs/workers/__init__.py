"""Where slices run: a queue that takes turns, worker processes here, or a Dask cluster."""
