"""Quantities with a closed form: kinematics, Standard Model anapoles, unit conversions, geometry, decay."""

from __future__ import annotations

import math

from nulight.constants import K_R2, M_E, MU_B
from nulight.conventions import get_conventions
from nulight.interactions.kinematics import T_max
from nulight.literature.limits import published_limits
from nulight.models.dark_sector import scalar_loop_function
from nulight.models.mass_basis import suppression_estimates
from nulight.models.standard_model import standard_model_anapole, standard_model_r2
from nulight.neutrinos.flux import FLAVOURS
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.sources.electron_capture import ELECTRON_CAPTURE, mean_decay_factor
from nulight.sources.geometry import mean_distance, mean_inverse_square
from nulight.units import cm, d
from nulight.validation.verdicts import Measured
from nulight.validation.workspace import Workspace, shift_per_radius, source_flux

__all__ = [
    "charge_radius_shift",
    "coupling_difference",
    "dark_loop",
    "decay_factor",
    "effective_distance",
    "magneton",
    "mean_source_distance",
    "off_diagonal_suppression",
    "recoil_maximum",
    "sm_anapole",
    "source_flux_at_detector",
    "texono_anapole",
    "total_cross_section",
    "weak_angle_difference",
]


def recoil_maximum(work: Workspace, *, E_keV: float) -> Measured:  # noqa: ARG001
    """Largest electron recoil, keV."""
    return Measured(float(T_max(E_keV, M_E)))


def sm_anapole(work: Workspace, *, flavour: str, conventions: str) -> Measured:  # noqa: ARG001
    """Anapole moment of the Standard Model as a convention quotes it, cm^2."""
    a = standard_model_anapole(conventions)[FLAVOURS.index(flavour)]
    record = get_conventions(conventions)
    return Measured(float(a), {"scale": record.anapole_sm_scale, "full": float(a) / record.anapole_sm_scale})


def weak_angle_difference(work: Workspace, *, conventions: str) -> Measured:  # noqa: ARG001
    """Relative difference of the effective weak angle of nu_mu and nu_e that the convention's a_SM makes.

    In the charge-radius formula of the convention applied to its own Standard Model anapoles.
    """
    record = get_conventions(conventions)
    a = standard_model_anapole(record)
    r2_difference = float(a[1] - a[0]) / record.anapole_per_r2
    full = float(standard_model_r2()[1] - standard_model_r2()[0])
    shift = shift_per_radius(record) * r2_difference / 2 / record.sin2_theta_w
    return Measured(shift, {"share": r2_difference / full, "s2w": record.sin2_theta_w})


def coupling_difference(work: Workspace) -> Measured:  # noqa: ARG001
    """Difference of g_V between nu_e and nu_mu from their Standard Model charge radii."""
    r2 = standard_model_r2()
    return Measured(K_R2 * float(r2[1] - r2[0]))


def magneton(work: Workspace) -> Measured:  # noqa: ARG001
    """Bohr magneton, 1/GeV."""
    return Measured(MU_B)


def charge_radius_shift(work: Workspace) -> Measured:  # noqa: ARG001
    """Shift of g_V of a charge radius of 1e-32 cm^2."""
    return Measured(K_R2 * 1e-32)


def dark_loop(work: Workspace, *, x: float) -> Measured:  # noqa: ARG001
    """Loop function of a dark fermion and scalar at a squared mass ratio."""
    return Measured(float(scalar_loop_function(x)))


def texono_anapole(work: Workspace, *, conventions: str) -> Measured:  # noqa: ARG001
    """Upper end on a_nu_ee from the charge-radius interval of TEXONO, cm^2."""
    bounds = published_limits("a_nu_ee", conventions=conventions)
    (limit,) = (bound for bound in bounds if bound.reference == "arXiv:0911.1597")
    assert limit.lower is not None
    assert limit.upper is not None
    r2_low, r2_high = (bound or 0.0 for bound in limit.published)
    return Measured(limit.upper, {"lower": limit.lower, "r2_low": r2_low, "r2_high": r2_high})


def off_diagonal_suppression(work: Workspace, *, estimate: str) -> Measured:  # noqa: ARG001
    """One minus the off-diagonal part of a_ee, for mass-basis elements of equal size, diagonal part 1."""
    sizes = suppression_estimates(pmns(get_oscillation("nufit-6.0-no")))
    return Measured(1 - float(sizes[estimate][0]), {name: float(size[0]) for name, size in sizes.items()})


def decay_factor(work: Workspace, *, days: float, nuclide: str = "Cr51") -> Measured:  # noqa: ARG001
    """Mean activity of a run over that at its start."""
    return Measured(mean_decay_factor(days * d, ELECTRON_CAPTURE[nuclide].half_life))


def effective_distance(
    work: Workspace,  # noqa: ARG001
    *,
    radius_cm: float,
    height_cm: float,
    axis_cm: float,
    z_cm: float = 0.0,
) -> Measured:
    """Distance of a point with the same mean of 1/r^2 as the cylinder, cm."""
    inverse_square = mean_inverse_square(radius_cm * cm, height_cm * cm, axis_cm * cm, z_cm * cm)
    return Measured(inverse_square**-0.5, {"inverse_square_m2": inverse_square * 1e4})


def mean_source_distance(
    work: Workspace,  # noqa: ARG001
    *,
    radius_cm: float,
    height_cm: float,
    axis_cm: float,
) -> Measured:
    """Mean distance between a point source at mid-height and a cylinder, cm."""
    geometry = (radius_cm * cm, height_cm * cm, axis_cm * cm)
    effective = mean_inverse_square(*geometry) ** -0.5
    return Measured(mean_distance(*geometry), {"effective": effective, "flux": (131.9 / effective) ** 2})


def source_flux_at_detector(work: Workspace, *, experiment: str) -> Measured:
    """Flux of the 51Cr source, cm^-2 s^-1."""
    single = {"activity": "3.41MCi", "decay": "decay-average", "distance": "1m-from-wall"}
    details = {name: work.flux_share(f"xenonnt-51cr:{variant}") for name, variant in single.items()}
    flux = source_flux(work.experiment(experiment))
    return Measured(flux, {"of_paper": work.flux_share(experiment), **details})


def total_cross_section(work: Workspace, *, E_keV: float, nu: str, conventions: str) -> Measured:  # noqa: ARG001
    """Total cross section on a free electron at rest, cm^2."""
    import numpy as np

    from nulight.studies.cross_sections import cross_section

    nodes, weights = np.polynomial.legendre.leggauss(8)  # dsigma/dT is a polynomial in T: exact
    half = float(T_max(E_keV, M_E)) / 2

    def total(record: str) -> float:
        result = cross_section("electron", nu, E_keV, half * (1 + nodes), conventions=record)
        return math.fsum(half * weights * result.total)

    return Measured(total(conventions), {"excess": total(conventions) / total("herrera-huber-2024") - 1})
