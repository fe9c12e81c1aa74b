"""Your signs: named, drawn, trained on."""
