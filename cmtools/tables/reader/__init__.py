"""Read workbooks in a process with limits of time and memory."""
