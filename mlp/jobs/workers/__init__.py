"""Workers of slices: a fair queue, worker processes of this machine, and a Dask cluster."""
