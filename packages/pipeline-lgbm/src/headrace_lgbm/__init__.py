"""Gradient-boosted trees by LightGBM as a Headrace pipeline."""
