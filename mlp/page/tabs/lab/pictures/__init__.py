"""Pictures of the lab that a pointer or the keyboard reaches into, and the river."""
