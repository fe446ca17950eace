"""One module a command: paths and values in, an Outcome out; here the parts are combined."""
