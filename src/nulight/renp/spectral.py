r"""Spectral functions I(omega) of radiative emission of neutrino pairs.

The rate is Gamma_0 I(omega). All terms share the energy denominator of the virtual level and the
phase space of the pair,

.. math:: I = (E_{pg}-\omega)^{-2}\sum_{ij}\Delta_{ij}\,[\ldots]_{ij}

with the sum over ordered pairs of Dirac neutrinos; for Majorana neutrinos the current of a pair
has both chiralities and half the sum over ordered pairs is the sum over pairs.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nulight.renp import tensors
from nulight.renp.atoms import AtomicScheme
from nulight.renp.couplings import NewPhysics, check_couplings
from nulight.renp.kinematics import pair_kinematics
from nulight.renp.neutrinos import Neutrinos
from nulight.renp.pairs import Pairs
from nulight.renp.tensors import SpinSum
from nulight.typing import ArrayLike, FloatArray

__all__ = ["spectral_function", "spectral_parts"]

_LARGEST = 1e200  # the weak spectral function is below one; room for exposures and differences


def spectral_function(
    omega: ArrayLike,
    scheme: AtomicScheme,
    neutrinos: Neutrinos,
    new: NewPhysics | None = None,
    *,
    spin_sum: SpinSum = "trace",
) -> FloatArray:
    """Return the spectral function I of the weak interaction and of new physics.

    Parameters and errors are those of `spectral_parts`, whose sum it is.

    Examples
    --------
    >>> from nulight.renp import atomic_scheme, neutrinos
    >>> float(spectral_function(1.0, atomic_scheme("yb-dinh-2012"), neutrinos(0.01)))  # doctest: +ELLIPSIS
    0.105...
    """
    parts = spectral_parts(omega, scheme, neutrinos, new, spin_sum=spin_sum)
    total: FloatArray = sum(parts.values(), np.zeros(()))
    return total


def spectral_parts(
    omega: ArrayLike,
    scheme: AtomicScheme,
    neutrinos: Neutrinos,
    new: NewPhysics | None = None,
    *,
    spin_sum: SpinSum = "trace",
) -> dict[str, FloatArray]:
    r"""Return the spectral function by what it comes from.

    Parameters
    ----------
    omega : array (...), eV
        Trigger frequencies below E_eg / 2. Leading dimensions of the neutrinos and of couplings broadcast
        with it: for n points and n_omega frequencies give them shapes (n, 1, 3), (n, 1, 3, 3) and masses
        of mediators (n, 1).
    scheme : AtomicScheme
    neutrinos : Neutrinos
    new : NewPhysics, optional
    spin_sum : "trace" or "coherent"
        How the spin of the virtual level is summed, see `nulight.renp.tensors`. "coherent" takes away the
        :math:`\omega^2/9` term (38 times less weak rate in Yb at 1.069 eV, 1000 times at 1.0716 eV) and all of
        a scalar mediator, and adds a half to what a moment does.

    Returns
    -------
    dict of str to array (...)
        "weak", and of "vector", "scalar", "magnetic", "electric", "charge" those that `new` has; dimensionless.
        "vector", "scalar" and "charge" contain their interference and may be negative: with the weak
        interaction, "scalar" also that with "vector", and "charge" that with moments.
        NaN where q^2 is closer than `POLE` to the mass of a mediator without width.

    Raises
    ------
    ValueError
        If a frequency is not between 0 and E_eg/2, or a coupling is not what the neutrinos can have, or so large that
        floating-point numbers end.
    TypeError
        If the scheme is the name of one.

    Notes
    -----
    .. math::
        [\ldots]_{weak} &= |a_{ij}|^2 I_{ij} - \delta_M \mathrm{Re}(a_{ij}^2) m_i m_j,\quad
            a_{ij} = U^*_{ei}U_{ej} - \tfrac12\delta_{ij} \\
        I_{ij} &= \frac{q^2}{6}\Big[2 - \frac{m_i^2+m_j^2}{q^2} - \frac{(m_i^2-m_j^2)^2}{q^4}\Big]
            + \frac{\omega^2}{9}\Big[1 + \frac{m_i^2+m_j^2}{q^2} - \frac{2(m_i^2-m_j^2)^2}{q^4}\Big] \\
        [\ldots]_{vector} &:\; a_X \to a_X + g_A^e g_X / [\sqrt2 G_F(q^2-m^2)],\;
            (|a_L|^2+|a_R|^2) I_{ij} + 2\mathrm{Re}(a_L a_R^*) m_i m_j \\
        [\ldots]_{scalar} &= \frac{\omega^2}{24 m_e^2 G_F^2(q^2-m^2)^2}
            \{|y_S|^2[q^2-(m_i+m_j)^2] + |y_P|^2[q^2-(m_i-m_j)^2]\} \\
            &+ \frac{\omega^2}{6\sqrt2 G_F m_e q^2(q^2-m^2)}
            \{\mathrm{Im}(a_{ij}y_S^*)(m_i-m_j)[q^2-(m_i+m_j)^2] \\
            &\qquad\qquad + \mathrm{Re}(a_{ij}y_P^*)(m_i+m_j)[q^2-(m_i-m_j)^2]\} \\
        [\ldots]_{moments} &= \frac{4\pi\alpha\,\omega^2}{36 G_F^2 m_e^2 q^4}
            \{|\mu|^2[q^2-(m_i-m_j)^2][q^2+2(m_i+m_j)^2] + |\epsilon|^2[q^2-(m_i+m_j)^2][q^2+2(m_i-m_j)^2]\} \\
        [\ldots]_{charge} &= \frac{\omega^2}{6 m_e^2}
            \{(|v_L|^2 + |v_R|^2) I^T_{ij} + 2\mathrm{Re}(v_Lv_R^*) m_im_j - (SM)\},\quad
            v_{L,R} = v_{ij} + K(r^2 \mp 6a)_{ij}

    for summed spins, Dirac neutrinos and mediators without width; I^T is the first bracket of I. The product y is that
    of the couplings of electron and neutrino, like g_A^e g_X.

    A scalar interferes with the weak interaction in proportion to a neutrino mass: by :math:`m_\nu/\sqrt{q^2}` of the
    geometric mean of both, whatever the mass of the electron, which is of order one near threshold. With a vector
    mediator, whose coupling then stands beside a, it interferes likewise; "scalar" contains that.

    Magnetic and electric moments do not interfere, nor do they with anything the electron's spin feels
    directly: what would remain after the average over the pair has one vector q and no antisymmetric tensor.
    They do with currents felt by the magnetisation, :math:`i\vec q\times\vec\sigma/2m_e`, in proportion to a
    neutrino mass. "charge" contains that of charge radius and anapole; that of the weak vector current is
    left out, below 1e-5 of a moment of 1e-11 mu_B. The charge radius shifts the vector coupling: the
    photon's pole cancels, and the effect has the size :math:`\omega^2/m_e^2` of weak magnetism.

    "moments" and "charge" are written for the spin alone, as in the literature; they are multiplied by the scheme's
    `photon_share`, and everything by its squared `amplitude`, the energy denominator if there is one virtual level.

    References
    ----------
    arXiv:1209.4808, 2110.03510, 2206.11717, 2306.12953; own derivations where those print none
    """
    tensors.check_spin_sum(spin_sum)
    if not isinstance(scheme, AtomicScheme):
        raise TypeError(f"scheme {scheme!r} is no AtomicScheme; get one by name: nulight.renp.atomic_scheme('yb')")
    new = NewPhysics() if new is None else new
    check_couplings(new, neutrinos.nature)
    k = pair_kinematics(omega, scheme.E_eg, neutrinos.masses)
    pairs = Pairs(k, neutrinos, spin_sum, scheme.photon_share(k.omega[..., 0, 0]))
    with np.errstate(over="ignore", invalid="ignore"):  # looked for below
        found = _all_parts(pairs, new)
        virtual = scheme.amplitude(k.omega[..., 0, 0]) ** 2
        found = {name: value * virtual for name, value in found.items()}
    _check_overflow(found, pairs, new)
    return found


def _all_parts(pairs: Pairs, new: NewPhysics) -> dict[str, FloatArray]:
    """What each interaction adds, eV^2."""
    found = {"weak": pairs.standard()}
    if new.vector is not None:
        found["vector"] = pairs.vector(new.vector)
    if new.scalar is not None:
        found["scalar"] = pairs.scalar(new.scalar, new.vector)
    if np.any(np.asarray(new.mu) != 0):
        found["magnetic"] = pairs.moment(new.mu, "vector")
    if np.any(np.asarray(new.epsilon) != 0):
        found["electric"] = pairs.moment(new.epsilon, "axial")
    if np.any(np.asarray(new.r2) != 0) or np.any(np.asarray(new.anapole) != 0):
        found["charge"] = pairs.charge(new.r2, new.anapole, new.mu, new.epsilon)
    return found


def _check_overflow(found: Mapping[str, FloatArray], pairs: Pairs, new: NewPhysics) -> None:
    """What is no number is on a pole; anything else is a mistake."""
    poles = {"vector": pairs.on_pole(new.vector), "scalar": pairs.on_pole(new.scalar)}
    for name, part in found.items():
        if not np.all((np.abs(part) < _LARGEST) | poles.get(name, False)):
            raise ValueError(
                f"the {name} part of the spectral function is beyond {_LARGEST:g}: a coupling is far larger than "
                "anything that makes sense"
            )
