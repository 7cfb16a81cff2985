"""What all tests of the workspace share: property tests have no deadline, for no test is a race."""

from hypothesis import settings

settings.register_profile("headrace", deadline=None)
settings.load_profile("headrace")
