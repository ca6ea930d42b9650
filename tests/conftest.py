"""Settings of all tests."""

from hypothesis import settings

# Machines are shared: a slow moment is no failure.
settings.register_profile("lecture", deadline=None)
settings.load_profile("lecture")
