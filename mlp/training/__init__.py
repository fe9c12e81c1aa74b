"""Training in one process, without a page: settings, runs, the loop and its records."""
