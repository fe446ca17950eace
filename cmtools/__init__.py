"""cmtools: workbooks of a client manager, checked, priced and turned into papers."""

__version__ = "0.1.0"
