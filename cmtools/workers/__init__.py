"""Worker processes: bugs, hangs and lack of memory in them leave the program at work."""
