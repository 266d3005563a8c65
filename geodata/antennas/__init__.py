"""What leaves a mast: antenna patterns, tilts and azimuths, power, and what is assumed of them."""
