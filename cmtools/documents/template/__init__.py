"""Word templates: load, check against the declared fields, render in a sandbox."""
