"""The likelihood as a function of a vector, with priors: for samplers and tools of others."""
