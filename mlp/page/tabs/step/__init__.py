"""Step by step: one step of training in slow motion."""
