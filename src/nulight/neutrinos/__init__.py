"""Neutrino mixing, conversion in matter, and the flux at the detector."""
