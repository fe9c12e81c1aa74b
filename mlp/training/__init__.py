"""Learning, with no page in sight: settings, runs, jobs and the engine they run on."""
