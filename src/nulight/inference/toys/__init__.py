"""Pseudo-experiments, and what they tell: belts, intervals, goodness of fit."""
