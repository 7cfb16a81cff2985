"""``models`` and ``datasets``: what is published, how it came to be, and what is to stay."""

from headrace.cli.versions.group import make_versions_app

__all__ = ["make_versions_app"]
