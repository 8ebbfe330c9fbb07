"""`nulight renp`: radiative emission of neutrino pairs by atoms, on the command line."""
