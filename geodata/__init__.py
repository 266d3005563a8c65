"""What the world hands us: records, places, files, coordinates and the store."""
