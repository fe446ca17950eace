"""A Word template read, checked against its fields, filled in a sandbox and read back."""
