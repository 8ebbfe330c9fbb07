"""The three neutrinos as RENP sees them: masses, mixing, Dirac or Majorana nature."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np

from nulight.models.matrix_checks import Nature, check_mixing
from nulight.models.minimal import neutrino_masses
from nulight.neutrinos.mixing import OscillationParameters, get_oscillation, pmns
from nulight.renp.kinematics import check_masses
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["Neutrinos", "Ordering", "neutrinos"]

Ordering = Literal["normal", "inverted"]
_SETS = {"normal": "nufit-6.0-no", "inverted": "nufit-6.0-io"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neutrinos:
    """Masses, mixing and nature of three neutrinos; leading dimensions hold several at once.

    Attributes
    ----------
    masses : array (..., 3), eV
    mixing : array (..., 3, 3)
        Unitary U with |nu_a> = sum_j conj(U_aj) |nu_j>, Majorana phases in it.
    nature : "dirac" or "majorana"
    inputs : mapping
        What they were made from, for the record.
    references : tuple of str

    Raises
    ------
    ValueError
        If a mass is negative, the mixing not unitary, or the nature unknown.
    """

    masses: FloatArray
    mixing: ComplexArray
    nature: Nature = "dirac"
    inputs: dict[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.nature not in get_args(Nature):
            raise ValueError(f"nature {self.nature!r}; use 'dirac' or 'majorana'")
        object.__setattr__(self, "masses", check_masses(self.masses))
        object.__setattr__(self, "mixing", check_mixing(self.mixing))


def neutrinos(
    lightest: ArrayLike = 0.01,
    *,
    ordering: Ordering | None = None,
    nature: Nature = "dirac",
    alpha_21: ArrayLike = 0.0,
    alpha_31: ArrayLike = 0.0,
    oscillation: str | OscillationParameters | None = None,
) -> Neutrinos:
    r"""Return the neutrinos of an ordering, with the measured splittings and angles.

    Parameters
    ----------
    lightest : float or array (...), eV
        Mass of nu_1 (normal ordering) or nu_3 (inverted).
    ordering : "normal" or "inverted", optional
        Normal without `oscillation`, which otherwise decides.
    nature : "dirac" or "majorana"
    alpha_21, alpha_31 : float or array (...), rad
        Majorana phases, :math:`U_{ej} \to U_{ej} e^{i\alpha_{j1}/2}`; without effect on Dirac neutrinos.
    oscillation : str or OscillationParameters, optional
        A set of `nulight.neutrinos.mixing.OSCILLATION`, or your own; NuFIT 6.0 of the ordering otherwise.

    Returns
    -------
    Neutrinos

    Raises
    ------
    ValueError
        If a mass is negative, a phase not finite, a name unknown, or the ordering is not that of `oscillation`.

    Examples
    --------
    >>> [round(float(m), 4) for m in neutrinos(0.01).masses]
    [0.01, 0.0132, 0.0511]
    """
    parameters = _oscillation(oscillation, ordering)
    phases = np.broadcast_arrays(np.zeros(np.shape(alpha_21)), np.asarray(alpha_21, float), np.asarray(alpha_31, float))
    if not np.all(np.isfinite(phases)):
        raise ValueError("Majorana phases alpha_21, alpha_31 must be finite numbers in rad")
    twist: ComplexArray = np.exp(0.5j * np.stack(phases, axis=-1))
    inputs = {
        "lightest_eV": lightest,
        "ordering": "normal" if parameters.dm2_31 > 0 else "inverted",
        "nature": nature,
        "alpha_21": alpha_21,
        "alpha_31": alpha_31,
        "oscillation": parameters.name,
    }
    return Neutrinos(
        masses=neutrino_masses(lightest, parameters),
        mixing=pmns(parameters) * twist[..., None, :],
        nature=nature,
        inputs=inputs,
        references=(parameters.source,),
    )


def _oscillation(choice: str | OscillationParameters | None, ordering: Ordering | None) -> OscillationParameters:
    if ordering not in (None, *_SETS):
        raise ValueError(f"ordering {ordering!r}; use 'normal' or 'inverted'")
    if choice is None:
        return get_oscillation(_SETS[ordering or "normal"])
    parameters = get_oscillation(choice) if isinstance(choice, str) else choice
    found = "normal" if parameters.dm2_31 > 0 else "inverted"
    if ordering not in (None, found):
        raise ValueError(
            f"oscillation parameters {parameters.name!r} have the {found} ordering, not the {ordering} one"
        )
    return parameters
