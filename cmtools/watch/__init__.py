"""The watched folder: what is dropped is claimed, worked on and filed, each file just once.

`PROTOCOL.md`, next to this file, is the contract of the room: states, moves, faults.
"""
