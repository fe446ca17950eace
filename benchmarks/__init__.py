"""Ratios to the nearest known reader, parser or bare import; never absolute times of a machine."""

from datetime import date

TODAY = date(2026, 11, 21)
