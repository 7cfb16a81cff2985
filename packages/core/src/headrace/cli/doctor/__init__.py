"""``doctor``: what is installed, what is wrong with it, and how to put it right; light."""

from headrace.cli.doctor.command import doctor

__all__ = ["doctor"]
