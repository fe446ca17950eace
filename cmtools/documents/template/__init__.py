"""A Word template: loaded, checked against its fields, rendered in a sandbox."""
