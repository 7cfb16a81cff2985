"""Gradient-boosted trees by XGBoost as a Headrace pipeline."""
