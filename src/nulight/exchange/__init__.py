"""Results and likelihoods in the formats of others: pyhf, HS3, HEPData."""
