"""Records of RENP: spectra, counts, limits, reach, identification, placement, and recoil experiments beside it."""

from nulight.results.renp.events import RenpEvents
from nulight.results.renp.identify import RenpIdentification
from nulight.results.renp.joint import JointPlane, RenpJoint
from nulight.results.renp.limits import RenpLimits
from nulight.results.renp.neutrinos import RenpMass, RenpTest
from nulight.results.renp.placement import RenpPlacement
from nulight.results.renp.reach import RenpReach
from nulight.results.renp.spectrum import RenpSpectrum

__all__ = [
    "JointPlane",
    "RenpEvents",
    "RenpIdentification",
    "RenpJoint",
    "RenpLimits",
    "RenpMass",
    "RenpPlacement",
    "RenpReach",
    "RenpSpectrum",
    "RenpTest",
]
