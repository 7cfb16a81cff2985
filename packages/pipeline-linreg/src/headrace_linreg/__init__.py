"""Linear regression as a Headrace pipeline."""
