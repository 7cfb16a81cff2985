"""Gaussian naive Bayes, fitted in one distributed pass, and a transform, winsorize."""
