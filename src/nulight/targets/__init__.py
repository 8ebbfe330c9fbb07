"""What the neutrino hits: atoms with their electron shells, nuclei with their form factors, and materials of them."""

from nulight.targets.atoms import Element, get_element, known_elements
from nulight.targets.form_factors import FORM_FACTORS, helm, klein_nystrand, symmetrised_fermi
from nulight.targets.materials import COMMON_MATERIALS, ELECTRON_KINDS, ElectronKind, Material, get_material
from nulight.targets.nuclei import MASS_SETS, RADIUS_SETS, NuclearTarget, Nuclide, get_nuclear_target
from nulight.targets.photoabsorption import PhotoAbsorption, photo_absorption

__all__ = [
    "COMMON_MATERIALS",
    "ELECTRON_KINDS",
    "FORM_FACTORS",
    "MASS_SETS",
    "RADIUS_SETS",
    "ElectronKind",
    "Element",
    "Material",
    "NuclearTarget",
    "Nuclide",
    "PhotoAbsorption",
    "get_element",
    "get_material",
    "get_nuclear_target",
    "helm",
    "klein_nystrand",
    "known_elements",
    "photo_absorption",
    "symmetrised_fermi",
]
