"""From fluxes and cross sections to counts in bins, or to recoil spectra: the one integrator.

A template is what one flux component, one density-matrix channel and one kinematic structure give
per unit coupling product. It is computed once; every coupling is then a small matrix product.
"""

from nulight.rates.folder import Folder
from nulight.rates.spectrum import RecoilRates, recoil_spectrum
from nulight.rates.target import Target
from nulight.rates.templates import FluxGroup, Templates

__all__ = ["FluxGroup", "Folder", "RecoilRates", "Target", "Templates", "recoil_spectrum"]
