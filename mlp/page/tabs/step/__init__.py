"""Step through: one step of training in slow motion."""
