"""Whole commands measured as ratios to what other libraries take; `python -m benchmarks`."""

from datetime import date

TODAY = date(2026, 11, 21)
