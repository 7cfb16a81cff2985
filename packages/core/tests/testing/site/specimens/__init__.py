"""Pipelines for the tests of the contract: one that is good, and broken ones for every check."""
