"""Settings of all tests: a busy machine is no reason for a property to fail."""

from hypothesis import settings

settings.register_profile("steady", deadline=None)
settings.load_profile("steady")
