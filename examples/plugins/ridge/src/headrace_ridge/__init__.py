"""Ridge regression by scikit-learn."""
