"""Posterior samples of parameters and nuisances: the samplers, and how far they can be trusted."""
