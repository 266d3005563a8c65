"""Measurements printed as tables; nothing here is a test."""
