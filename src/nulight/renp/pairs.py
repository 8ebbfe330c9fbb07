"""Sums over pairs of mass states: what each interaction adds to the spectral function.

A current has couplings of both chiralities; the tensors say what remains of each product of two
couplings after the average over the pair's directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nulight.constants import SIN2_THETA_W
from nulight.renp import tensors
from nulight.renp.couplings import ScalarMediator, VectorMediator
from nulight.renp.kinematics import PairKinematics
from nulight.renp.neutrinos import Neutrinos
from nulight.renp.tensors import SpinSum
from nulight.renp.units import E_CHARGE, G_F, K_R2, M_E, MU_B_EV
from nulight.typing import ArrayLike, ComplexArray, FloatArray

__all__ = ["POLE", "Pairs", "weak_couplings"]

POLE = 1e-3
"""Relative distance |q^2 - m^2| / q^2 from a mediator without width below which nothing is computed."""

_SQRT2 = np.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class _Chiral:
    """Couplings (..., 3, 3) of the neutrinos' left- and right-handed currents."""

    left: ComplexArray
    right: ComplexArray

    def times(self, factor: ArrayLike) -> _Chiral:
        f = np.asarray(factor)[..., None, None]
        return _Chiral(f * self.left, f * self.right)

    def __add__(self, other: _Chiral) -> _Chiral:
        return _Chiral(self.left + other.left, self.right + other.right)


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

    def __init__(self, k: PairKinematics, neutrinos: Neutrinos, spin_sum: SpinSum) -> None:
        self.k, self.spin_sum = k, spin_sum
        self.majorana = neutrinos.nature == "majorana"
        self.share = 0.5 if self.majorana else 1.0
        axial, vector = weak_couplings(neutrinos.mixing)
        self.weak, self.weak_vector = self._chiral(axial), self._chiral(vector)
        self.T, self.L, self.mm = tensors.transverse(k), tensors.along(k), k.m_i * k.m_j

    def _chiral(self, left: ArrayLike, right: ArrayLike = 0.0) -> _Chiral:
        """Both chiralities of a current; that of Majorana neutrinos has the right-handed one from the left."""
        a = np.asarray(left, complex)
        if a.ndim == 0:
            a = np.zeros((3, 3), complex)
        b = -np.swapaxes(a, -1, -2) if self.majorana else np.asarray(right, complex)
        return _Chiral(a, np.broadcast_to(b, np.broadcast_shapes(a.shape, b.shape)))

    def sum(self, values: FloatArray) -> FloatArray:
        total: FloatArray = self.share * (self.k.delta * values).sum(axis=(-2, -1))
        return total

    def squared(self, a: _Chiral, same: FloatArray, mixed: FloatArray, b: _Chiral | None = None) -> FloatArray:
        """Re of a times conjugate b (or a itself): `same` for equal chiralities, `mixed` for different ones."""
        b = a if b is None else b
        equal = (a.left * b.left.conj() + a.right * b.right.conj()).real
        cross = (a.left * b.right.conj() + a.right * b.left.conj()).real
        result: FloatArray = equal * same + cross * mixed
        return result

    def shifted(self, before: _Chiral, shift: _Chiral, same: FloatArray, mixed: FloatArray) -> FloatArray:
        """What a shift of the couplings adds: its square and its interference, without a difference of totals."""
        return self.squared(shift, same, mixed) + 2 * self.squared(before, same, mixed, shift)

    def standard(self) -> FloatArray:
        same = tensors.axial_weight(self.T, self.L, self.spin_sum)
        return self.sum(self.squared(self.weak, same, self.mm))

    def vector(self, mediator: VectorMediator) -> FloatArray:
        exchange = self._chiral(mediator.left, mediator.right).times(self._propagator(mediator) / (_SQRT2 * G_F))
        same = tensors.axial_weight(self.T, self.L, self.spin_sum)
        added = self.shifted(self.weak, exchange, same, self.mm)
        if mediator.longitudinal and self.spin_sum == "trace":
            added = added + self._longitudinal(exchange, np.asarray(mediator.mass, float)[..., None, None] ** 2)
        return self.sum(added)

    def _longitudinal(self, exchange: _Chiral, m2: FloatArray) -> FloatArray:
        """j -> j - q (q.j)/m^2 along q in the part of the mediator: its square and its interference."""
        k = self.k
        same, mixed = tensors.divergence(k) * k.omega**2 / 3, -k.q2 * self.mm * k.omega**2 / 3
        square = self.squared(exchange, same, mixed) / m2**2
        added: FloatArray = square - 2 * self.squared(self.weak + exchange, same, mixed, exchange) / (k.q2 * m2)
        return added

    def scalar(self, mediator: ScalarMediator) -> FloatArray:
        k, weight = self.k, tensors.scalar_weight(self.spin_sum)
        strength = self._propagator(mediator)[..., None, None]
        y_s, y_p = (np.asarray(y, complex) for y in (mediator.scalar, mediator.pseudoscalar))
        square = np.abs(y_s) ** 2 * tensors.scalar(k, "scalar") + np.abs(y_p) ** 2 * tensors.scalar(k, "pseudoscalar")
        own = weight * k.omega**2 / (8 * M_E**2 * G_F**2) * np.abs(strength) ** 2 * square
        mixed = (np.conj(strength) * self._scalar_interference(y_s.conj(), y_p.conj())).imag
        return self.sum(own + weight * k.omega**2 / (2 * _SQRT2 * M_E * G_F) * mixed)

    def _scalar_interference(self, s: ComplexArray, p: ComplexArray) -> ComplexArray:
        """a X of the notes for both chiralities; `s`, `p` are conjugate couplings."""
        k, plus, minus = self.k, s + 1j * p, s - 1j * p
        second = k.m_i * (k.q2 + k.m_j**2 - k.m_i**2) / k.q2
        first = k.m_j * (k.q2 + k.m_i**2 - k.m_j**2) / k.q2
        a = self.weak
        x: ComplexArray = a.left * (second * plus - first * minus) + a.right * (second * minus - first * plus)
        return x

    def moment(self, moment: ArrayLike, kind: str) -> FloatArray:
        strength = np.abs(np.asarray(moment, complex)) ** 2 * MU_B_EV**2
        component = tensors.dipole(self.k, "magnetic" if kind == "magnetic" else "electric")
        factor = E_CHARGE**2 / (2 * G_F**2 * self.k.q2**2) * self._magnetisation()
        return self.sum(factor * strength * component)

    def charge(self, r2: ArrayLike, anapole: ArrayLike) -> FloatArray:
        radius, a = np.asarray(r2, complex), np.asarray(anapole, complex)
        left = K_R2 * np.broadcast_to(radius - 6 * a, np.broadcast_shapes(radius.shape, a.shape, (3, 3)))
        right = K_R2 * (radius + 6 * a)
        shift = self._chiral(left, right)
        return self.sum(self._magnetisation() * self.shifted(self.weak_vector, shift, self.T, self.mm))

    def _magnetisation(self) -> FloatArray:
        """Square of the spin current i sigma x q / (2 m_e) in units of the transverse component."""
        factor: FloatArray = tensors.magnetisation_weight(self.spin_sum) * self.k.omega**2 / (4 * M_E**2)
        return factor

    def _propagator(self, mediator: VectorMediator | ScalarMediator) -> ComplexArray:
        """1 / (q^2 - m^2 + i m Gamma), NaN at the pole of a stable mediator."""
        q2 = self.k.q2[..., 0, 0]
        m, width = np.asarray(mediator.mass, float), np.asarray(mediator.width, float)
        distance = q2 - m**2
        on_shell = (np.abs(distance) < POLE * q2) & (width == 0)
        inverse: ComplexArray = np.where(on_shell, np.nan, distance) + 1j * m * width
        with np.errstate(invalid="ignore"):  # NaN at the pole stays NaN
            return 1 / inverse
