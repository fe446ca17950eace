"""Outcomes told to a person at a console, in Russian; `showing` knows who tells which."""
