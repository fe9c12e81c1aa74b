"""The tabs below the train card, one folder each."""
