"""Gaussian chi2 without bins: closed forms for millions of points a second."""
