"""Pipelines with graphs of their own: one that is right, others wrong in one way each."""
