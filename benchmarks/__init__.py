"""Ratios to the nearest known reader, parser or bare import; never absolute times of a machine."""
