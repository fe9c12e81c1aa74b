"""Tab "Your signs"."""
