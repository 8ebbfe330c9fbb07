"""What a physicist asks of RENP: spectra, limits, reach, which element it is, and recoil experiments beside it."""
