"""Data sets of one's own, from files in four forms: npz, IDX, pictures by class, and arrays by class."""
