"""Pictures of the lab: dots and neurons for pointer and keyboard, and the river."""
