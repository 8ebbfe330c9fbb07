"""How -2 ln L is found and minimised, for many points and data sets at once; its users are one floor up."""
