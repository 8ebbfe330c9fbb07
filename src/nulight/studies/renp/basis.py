r"""The same moments for recoil experiments and for RENP: lambda = mu - i eps in one mass basis.

Recoil experiments see :math:`\sum_k|\sum_j\lambda_{kj}U^*_{aj}|^2` with a mixing matrix that has no Majorana phases:
those are absorbed in the moments. RENP tells magnetic from electric ones, and the two parts of
lambda are told apart by its phases: there the phases belong to fields with real positive masses.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from nulight.models.matrix_checks import Nature
from nulight.renp.couplings import element
from nulight.renp.experiment import RenpExperiment
from nulight.renp.kinematics import PAIRS
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["absorbed", "blind_directions", "elements", "majorana_phases", "moment", "recoil_values", "renp_values"]


def elements(nature: Nature) -> tuple[str, ...]:
    """Return the elements that moments of such neutrinos have."""
    return tuple(pair for pair, (i, j) in PAIRS.items() if nature == "dirac" or i != j)


def moment(pair: str, nature: Nature, *, mu: ArrayLike = 0.0, epsilon: ArrayLike = 0.0) -> ComplexArray:
    r"""Return lambda of one element and its mirror image, shape (..., 3, 3), mu_B.

    Parameters
    ----------
    pair : str
        "11", "12"...
    nature : "dirac" or "majorana"
    mu, epsilon : array (...), mu_B
        Real, of Majorana neutrinos the imaginary parts.

    Notes
    -----
    Dirac: :math:`\lambda_{ij} = \mu_{ij} - i\epsilon_{ij}` with hermitian :math:`\mu, \epsilon`, so that both
    :math:`\lambda_{ij}` and :math:`\lambda_{ji}` are there. Majorana: :math:`\mu_{ij} = i\,\mathrm{Im}\lambda_{ij}`,
    :math:`\epsilon_{ij} = i\,\mathrm{Re}\lambda_{ij}`.

    Examples
    --------
    >>> moment("12", "majorana", mu=1.0, epsilon=2.0)[:2, :2].tolist()
    [[0j, (2+1j)], [(-2-1j), 0j]]
    """
    antisymmetric = nature == "majorana"
    parts = (element(pair, value, antisymmetric=antisymmetric) for value in np.broadcast_arrays(mu, epsilon))
    magnetic, electric = parts
    return magnetic - 1j * electric


def majorana_phases(experiment: RenpExperiment) -> FloatArray:
    """Return half of each mass state's Majorana phase, shape (3,), rad; zero for Dirac neutrinos."""
    values = {"alpha_21": 0.0, "alpha_31": 0.0} | dict(experiment.defaults)
    halves: FloatArray = np.array([0.0, values["alpha_21"], values["alpha_31"]]) / 2
    return halves if experiment.nature == "majorana" else np.zeros(3)


def absorbed(matrix: ComplexArray, phases: FloatArray) -> ComplexArray:
    """Return moments with Majorana phases absorbed; with minus the phases they come back."""
    rephased: ComplexArray = matrix * np.exp(-1j * (phases[:, None] + phases))
    return rephased


def recoil_values(matrix: ComplexArray, experiment: RenpExperiment) -> dict[str, Any]:
    """Return lambda_kj and their phases as recoil experiments take them, for moments (..., 3, 3) of RENP's fields."""
    return renp_values(absorbed(matrix, majorana_phases(experiment)), experiment.nature)


def renp_values(matrix: ComplexArray, nature: Nature) -> dict[str, Any]:
    """Return moduli and phases of the elements that are set anywhere, each of shape (...)."""
    places = [(k, j) for k in range(3) for j in range(3) if nature == "dirac" or k < j]
    found: dict[str, Any] = {}
    for k, j in places:
        if np.any(entry := matrix[..., k, j]):
            found[f"lambda_{k + 1}{j + 1}"] = np.abs(entry)[()]
            found[f"lambda_{k + 1}{j + 1}_phase"] = np.angle(entry)[()]
    return found


def blind_directions(mixing: ArrayLike, nature: Nature) -> tuple[ComplexArray, ComplexArray, float]:
    r"""Return two moments that together hide from a source of pure :math:`\nu_e` or :math:`\bar\nu_e`.

    Parameters
    ----------
    mixing : array, shape (3, 3)
        Unitary U with |nu_a> = sum_j conj(U_aj) |nu_j>.
    nature : "dirac" or "majorana"

    Returns
    -------
    first, second : array, shape (3, 3)
        :math:`\lambda = x A + y B`, the first element of A and that of B of modulus one.
    slope : float
        :math:`\lambda U^*_e = 0` for all y = slope x.

    Notes
    -----
    Dirac: :math:`\lambda_{11}U^*_{e1} + \lambda_{12}U^*_{e2} = 0`, one row; as :math:`\lambda_{21} = 0`,
    :math:`|\mu_{12}| = |\epsilon_{12}| = |\lambda_{12}|/2`. Majorana: :math:`\lambda_{kj} = \epsilon_{kjl}\Lambda_l`
    annihilates :math:`U^*_e` if :math:`\Lambda \propto U^*_e`; A has :math:`\lambda_{23}` and, in proportion,
    :math:`\lambda_{12}`, B has :math:`\lambda_{13}`.

    References
    ----------
    Miranda:2021kre (arXiv:2109.09545)
    """
    state: ComplexArray = np.conj(np.asarray(mixing, complex)[0])
    first, second = np.zeros((2, 3, 3), complex)
    if nature == "dirac":
        first[0, 0] = 1.0
        second[0, 1] = -(state[0] / state[1]) / abs(state[0] / state[1])
        return first, second, float(abs(state[0] / state[1]))
    # lambda_23 = Lambda_1, lambda_31 = Lambda_2, lambda_12 = Lambda_3; Lambda_1 imaginary: lambda_23 is magnetic
    direction = 1j * state / state[0]
    first[1, 2], first[0, 1] = direction[0], direction[2]
    second[0, 2] = -direction[1] / abs(direction[1])
    return first - first.T, second - second.T, float(abs(direction[1]))
