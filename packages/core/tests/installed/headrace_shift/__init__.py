"""A pipeline package as small as can be, for the tests of the core."""
