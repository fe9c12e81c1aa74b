"""Images for networks: 28 × 28 pixels, bright ink on dark paper."""
