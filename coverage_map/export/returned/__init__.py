"""What a carrier handed in, given back with its faults marked."""
