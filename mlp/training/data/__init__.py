"""What a run trains on: where the images come from, what is added to them, and how they are prepared."""
