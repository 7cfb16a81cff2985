"""Headrace: every ML pipeline its own package, one entrypoint, run by Apache Beam."""
