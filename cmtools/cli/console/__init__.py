"""Typed results shown on the console, in Russian."""
