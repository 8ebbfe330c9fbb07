r"""Sums over pairs of mass states: what each interaction adds to the spectral function.

A current :math:`\bar\nu_i\gamma^\mu(V_{ij} + A_{ij}\gamma_5)\nu_j` has couplings of both parities, which do not
interfere after the average over the pair's directions. The electron feels currents in two ways that do
not interfere either: directly by its spin (axial couplings of the electron) and by its magnetisation
(vector couplings, and the photon). Scalars are felt along q, so that they interfere with the first kind.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nulight.constants import SIN2_THETA_W
from nulight.renp import tensors
from nulight.renp.couplings import ScalarMediator, VectorMediator
from nulight.renp.kinematics import PairKinematics
from nulight.renp.neutrinos import Neutrinos
from nulight.renp.tensors import Parity, SpinSum
from nulight.renp.units import E_CHARGE, G_F, K_R2, M_E, MU_B_EV
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["POLE", "Pairs", "weak_couplings"]

POLE = 1e-3
"""Relative distance |q^2 - m^2| / q^2 from a mediator without width below which nothing is computed."""

_SQRT2 = np.sqrt(2.0)

Weights = tuple[FloatArray, FloatArray]
"""What is kept of a vector and of an axial current, shapes (..., 3, 3)."""


@dataclass(frozen=True, slots=True)
class _Current:
    """Couplings (..., 3, 3) of the neutrinos' vector and axial current."""

    vector: ComplexArray
    axial: ComplexArray

    def times(self, factor: ArrayLike) -> _Current:
        f = np.asarray(factor)[..., None, None]
        return _Current(f * self.vector, f * self.axial)

    def __add__(self, other: _Current) -> _Current:
        return _Current(self.vector + other.vector, self.axial + other.axial)

    def squared(self, weights: Weights) -> FloatArray:
        result: FloatArray = np.abs(self.vector) ** 2 * weights[0] + np.abs(self.axial) ** 2 * weights[1]
        return result

    def shifted(self, shift: _Current, weights: Weights) -> FloatArray:
        """What a shift of the couplings adds: its square and its interference, without a difference of totals."""
        vector, axial = (self.vector * shift.vector.conj()).real, (self.axial * shift.axial.conj()).real
        return shift.squared(weights) + 2 * (vector * weights[0] + axial * weights[1])


def weak_couplings(mixing: ArrayLike) -> tuple[ComplexArray, ComplexArray]:
    r"""Return the axial and vector couplings of electrons to pairs of mass states, shapes (..., 3, 3).

    .. math:: a_{ij} = U^*_{ei}U_{ej} - \tfrac12\delta_{ij}, \quad
        v_{ij} = U^*_{ei}U_{ej} + (2\sin^2\theta_W - \tfrac12)\delta_{ij}

    W exchange after a Fierz transformation, plus Z exchange; :math:`\sum_{ij}|a_{ij}|^2 = 3/4`.
    """
    row = np.asarray(mixing, complex)[..., 0, :]
    charged = np.conj(row)[..., :, None] * row[..., None, :]
    return charged - 0.5 * np.eye(3), charged + (2 * SIN2_THETA_W - 0.5) * np.eye(3)


class Pairs:
    """Sums over pairs at given frequencies; every method returns an array of the frequencies' shape, eV^2."""

    def __init__(
        self, k: PairKinematics, neutrinos: Neutrinos, spin_sum: SpinSum, photon_share: ArrayLike = 1.0
    ) -> None:
        self.k, self.spin_sum = k, spin_sum
        self.photon_share = np.asarray(photon_share, float)[..., None, None]
        self.majorana = neutrinos.nature == "majorana"
        self.share = 0.5 if self.majorana else 1.0
        axial, vector = weak_couplings(neutrinos.mixing)
        self.weak, self.weak_vector = self._chiral(axial), self._chiral(vector)
        self.by_spin = self._each(self._kept)

    def _chiral(self, left: ArrayLike, right: ArrayLike = 0.0) -> _Current:
        """A current by its chiralities; that of Majorana neutrinos has the right-handed one from the left."""
        a = _matrix(left)
        b = -np.swapaxes(a, -1, -2) if self.majorana else _matrix(right)
        return _Current((b + a) / 2, (b - a) / 2)

    def sum(self, values: FloatArray) -> FloatArray:
        """Sum over the pairs that are light enough: at zero phase space even an infinite strength makes nothing."""
        made = np.where(self.k.delta > 0, self.k.delta * values, 0.0)
        total: FloatArray = self.share * made.sum(axis=(-2, -1))
        return total

    def on_pole(self, mediator: VectorMediator | ScalarMediator | None) -> NDArray[np.bool_]:
        """Where nothing is computed: on the pole of a mediator without width."""
        q2 = self.k.q2[..., 0, 0]
        if mediator is None:
            return np.zeros(q2.shape, bool)
        distance = np.abs(q2 - np.asarray(mediator.mass, float) ** 2)
        stable: NDArray[np.bool_] = np.asarray(mediator.width) == 0
        close: NDArray[np.bool_] = distance < POLE * q2
        return close & stable

    def standard(self) -> FloatArray:
        return self.sum(self.weak.squared(self.by_spin))

    def vector(self, mediator: VectorMediator) -> FloatArray:
        exchange = self._exchange(mediator)
        added = self.weak.shifted(exchange, self.by_spin)
        if mediator.longitudinal and self.spin_sum == "trace":
            added = added + self._longitudinal(exchange, mediator)
        return self.sum(added)

    def _exchange(self, mediator: VectorMediator) -> _Current:
        return self._chiral(mediator.left, mediator.right).times(self._propagator(mediator) / (_SQRT2 * G_F))

    def _longitudinal(self, exchange: _Current, mediator: VectorMediator) -> FloatArray:
        """j -> j - q (q.j)/m^2 along q in the part of the mediator: its square and its interference.

        <j (q.j)*> is q <|q.j|^2> / q^2, so that e (1 - q^2/m^2) + w is squared in place of e + w.
        """
        k = self.k
        weights = self._each(lambda parity: tensors.divergence(k, parity) * k.omega**2 / (3 * k.q2**2))
        more = exchange.times(-_in_masses(k.q2[..., 0, 0], mediator))
        return (self.weak + exchange).shifted(more, weights)

    def scalar(self, mediator: ScalarMediator, vector: VectorMediator | None = None) -> FloatArray:
        """The mediator alone, and its interference with the weak interaction and with a vector mediator."""
        k, weight = self.k, tensors.scalar_weight(self.spin_sum) * self.k.omega**2
        strength = self._propagator(mediator)[..., None, None]
        densities = _Current(_matrix(mediator.scalar), _matrix(mediator.pseudoscalar))
        square = np.abs(strength) ** 2 * densities.squared(self._each(lambda parity: tensors.density(k, parity)))
        s, p = np.conj(strength * densities.vector), np.conj(strength * densities.axial)
        j = self._along(vector)
        mixed = (j.vector * s).imag * (k.m_i - k.m_j) * k.above - (j.axial * p).real * (k.m_i + k.m_j) * k.room
        return self.sum(weight * (square / (8 * M_E**2 * G_F**2) + mixed / (_SQRT2 * M_E * G_F * k.q2)))

    def _along(self, mediator: VectorMediator | None) -> _Current:
        """Part of spin zero of the weak current and of a vector mediator, which is left out at its own pole."""
        if mediator is None:
            return self.weak
        exchange = self._exchange(mediator)
        exchange = _Current(np.nan_to_num(exchange.vector), np.nan_to_num(exchange.axial))
        if mediator.longitudinal:
            exchange = exchange.times(1 - _in_masses(self.k.q2[..., 0, 0], mediator))
        return self.weak + exchange

    def moment(self, moment: ArrayLike, parity: Parity) -> FloatArray:
        strength = np.abs(self._photon() * _matrix(moment)) ** 2
        return self.sum(self._magnetisation() * strength * tensors.dipole(self.k, parity))

    def charge(self, r2: ArrayLike, anapole: ArrayLike, mu: ArrayLike = 0.0, epsilon: ArrayLike = 0.0) -> FloatArray:
        """Charge radius and anapole, and their interference with the weak vector current and with moments."""
        k, shift = self.k, _Current(K_R2 * _matrix(r2), 6 * K_R2 * _matrix(anapole))
        added = self.weak_vector.shifted(shift, self._each(lambda parity: tensors.transverse(k, parity)))
        magnetic = (shift.vector * _matrix(mu).conj()).real * tensors.dipole_interference(k, "vector")
        electric = (shift.axial * _matrix(epsilon).conj()).imag * tensors.dipole_interference(k, "axial")
        return self.sum(self._magnetisation() * (added + 2 * self._photon() * (magnetic + electric)))

    def _kept(self, parity: Parity) -> FloatArray:
        """What the spin of the electron keeps of a current it couples to directly."""
        across, along = tensors.transverse(self.k, parity), tensors.along(self.k, parity)
        return tensors.axial_weight(across, along, self.spin_sum)

    @staticmethod
    def _each(weight: Callable[[Parity], FloatArray]) -> Weights:
        return weight("vector"), weight("axial")

    def _photon(self) -> FloatArray:
        """A moment of one mu_B at the end of a photon, in units of the weak current, eV^-1."""
        strength: FloatArray = E_CHARGE * MU_B_EV / (_SQRT2 * G_F * self.k.q2)
        return strength

    def _magnetisation(self) -> FloatArray:
        """Square of the spin current i q x sigma / (2 m_e), or of the atom's, in units of the transverse component."""
        weight = self.photon_share * tensors.magnetisation_weight(self.spin_sum)
        factor: FloatArray = weight * self.k.omega**2 / (4 * M_E**2)
        return factor

    def _propagator(self, mediator: VectorMediator | ScalarMediator) -> ComplexArray:
        """1 / (q^2 - m^2 + i m Gamma), NaN at the pole of a stable mediator."""
        q2 = self.k.q2[..., 0, 0]
        m, width = np.asarray(mediator.mass, float), np.asarray(mediator.width, float)
        inverse: ComplexArray = np.where(self.on_pole(mediator), np.nan, q2 - m**2) + 1j * m * width
        with np.errstate(invalid="ignore"):  # NaN at the pole stays NaN
            return 1 / inverse


def _in_masses(q2: FloatArray, mediator: VectorMediator) -> FloatArray:
    """q^2 / m^2."""
    ratio: FloatArray = q2 / np.asarray(mediator.mass, float) ** 2
    return ratio


def _matrix(value: ArrayLike) -> ComplexArray:
    """A matrix (..., 3, 3); a bare zero is that of no coupling."""
    a = np.asarray(value, complex)
    return a if a.ndim else np.zeros((3, 3), complex)
