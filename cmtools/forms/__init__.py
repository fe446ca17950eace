"""Workbooks that go out to be filled in and come back: what proves them, and what was filled in."""
