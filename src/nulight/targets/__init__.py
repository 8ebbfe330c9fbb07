"""What the neutrino hits: atoms with their electron shells, and materials made of them."""

from nulight.targets.atoms import Element, get_element, known_elements
from nulight.targets.materials import COMMON_MATERIALS, ELECTRON_KINDS, ElectronKind, Material, get_material

__all__ = [
    "COMMON_MATERIALS",
    "ELECTRON_KINDS",
    "ElectronKind",
    "Element",
    "Material",
    "get_element",
    "get_material",
    "known_elements",
]
