"""One coupling at many masses at once: templates, profile likelihoods, intervals."""
