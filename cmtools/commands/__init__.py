"""The commands, one module each: paths and values in, a typed result out; nothing is printed."""
