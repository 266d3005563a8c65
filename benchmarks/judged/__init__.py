"""What was understood of a made-up file, held against its truth, a matter at a time."""
