"""A source of your own: a flux from a CSV file, and lines given by hand."""

from pathlib import Path

import numpy as np

import nulight as nl
from nulight.models.couplings import electron_terms
from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.sources import Source, tabulated_source

HERE = Path(__file__).parent
CONVENTIONS = nl.get_conventions()

# Antineutrinos from a table; its header names source and units.
reactor = tabulated_source(HERE / "my_flux.csv", flavour="nubar_e", width=0.05)

# Two lines at the detector, cm^-2 s^-1, as an electron-capture nuclide would give.
lines = Flux.from_lines("lines", [862.0, 384.0], [[9e11], [1e11]], matrices=pure_flavour("nu_e"))
capture = Source(name="capture", fluxes=(lines,))

T = np.array([1.0, 3.0, 10.0, 30.0])
for source in (reactor, capture):
    for mu in (0.0, 1e-10):
        terms = {h: electron_terms({"mu_nu_e": mu}, CONVENTIONS, h) for h in ("nu", "nubar")}
        rate = nl.recoil_spectrum(source.fluxes, nl.get_material("Ge"), terms, T, np.eye(3)).sum(axis=0)
        print(f"{source.name:8} mu_nu_e = {mu:g} mu_B:", *(f"{r * 86400:.3g}" for r in rate), "/(keV kg d)")
