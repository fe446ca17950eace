"""Helpers of the tests: books made for a test, workspaces, readers of what was made."""
