"""XGBoost as a Headrace pipeline."""
