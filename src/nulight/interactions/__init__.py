"""Cross sections as terms: kinematics times coupling matrices."""

from nulight.interactions.decay import decay_length, decay_probability, decay_width
from nulight.interactions.kinematics import E_nu_min, E_threshold, T_max, T_min, heaviest_final_state
from nulight.interactions.magnetic import Moment, dsigma_dT_magnetic
from nulight.interactions.nuclear import Nuclei
from nulight.interactions.nuclear_currents import NuclearCurrent, NuclearScalar
from nulight.interactions.nuclear_kinematics import DirectNuclearKinematics, NuclearKinematics
from nulight.interactions.scalar import ScalarExchange
from nulight.interactions.term import DirectKinematics, MomentKinematics, Term
from nulight.interactions.vector import VectorCurrent, dsigma_dT_weak

__all__ = [
    "DirectKinematics",
    "DirectNuclearKinematics",
    "E_nu_min",
    "E_threshold",
    "Moment",
    "MomentKinematics",
    "NuclearCurrent",
    "NuclearKinematics",
    "NuclearScalar",
    "Nuclei",
    "ScalarExchange",
    "T_max",
    "T_min",
    "Term",
    "VectorCurrent",
    "decay_length",
    "decay_probability",
    "decay_width",
    "dsigma_dT_magnetic",
    "dsigma_dT_weak",
    "heaviest_final_state",
]
