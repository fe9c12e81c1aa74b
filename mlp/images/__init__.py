"""What a network is shown: 28 × 28 images, ink bright on dark paper."""
