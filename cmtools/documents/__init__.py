"""Documents: a catalogue of kinds, their declared fields, Word templates, and where they go."""
