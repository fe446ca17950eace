"""Watch the inbox: each dropped file is claimed, processed and moved to its result exactly once.

`PROTOCOL.md`, next to this file, describes the states, the moves and the faults.
"""
