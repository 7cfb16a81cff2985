"""Flows: pipelines stitched by name, planned and run without knowing what they do."""
