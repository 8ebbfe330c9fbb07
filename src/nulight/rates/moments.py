"""Flux moments at recoil nodes: what every cross section there is contracted with.

Structures of a cross section with the same recoil limits share the moments: scattering on protons,
on neutrons and their interference, or the three products of left and right couplings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from nulight.neutrinos.flux import Flux
from nulight.typing import FloatArray

__all__ = ["FluxMoments"]


class _Above(NamedTuple):
    """Moments (3 or 4, J, m) of one flux at the m nodes where there is anything above."""

    nodes: np.ndarray
    moments: FloatArray

    def part(self, first: int, last: int) -> _Above:
        a, b = np.searchsorted(self.nodes, [first, last])
        return _Above(self.nodes[a:b] - first, self.moments[..., a:b])


@dataclass(frozen=True, slots=True, eq=False)
class FluxMoments:
    """Moments of fluxes above the least energies of nodes; most fluxes do not reach most nodes.

    Attributes
    ----------
    fluxes : tuple of Flux
    E_min : array, shape (n_nodes,), keV
    """

    fluxes: tuple[Flux, ...]
    E_min: FloatArray
    _found: dict[bool, Sequence[_Above]] = field(default_factory=dict, repr=False)

    def above(self, *, log: bool = False) -> Sequence[_Above]:
        """Return the moments of each flux, with or without the logarithmic one; they are kept."""
        if log not in self._found:
            self._found[log] = [_above(flux, self.E_min, log) for flux in self.fluxes]
        return self._found[log]

    def part(self, first: int, last: int) -> FluxMoments:
        """Return what is there at the nodes from `first` up to `last`."""
        found: dict[bool, Sequence[_Above]] = {
            log: [above.part(first, last) for above in every] for log, every in self._found.items()
        }
        return FluxMoments(self.fluxes, self.E_min[first:last], found)

    def contracted(self, coefficients: FloatArray) -> FloatArray:
        """Return the sum over the moments times coefficients (3 or 4, n_nodes), shape (n_channels, n_nodes)."""
        result = np.zeros((sum(flux.n_channels for flux in self.fluxes), len(self.E_min)))
        row = 0
        for nodes, moments in self.above(log=len(coefficients) > 3):
            end = row + moments.shape[1]
            if len(nodes) == len(self.E_min):
                np.einsum("kt,kjt->jt", coefficients, moments, out=result[row:end])
            elif len(nodes):
                result[row:end, nodes] = np.einsum("kt,kjt->jt", coefficients[:, nodes], moments)
            row = end
        return result


def _above(flux: Flux, E_min: FloatArray, log: bool) -> _Above:
    nodes = np.flatnonzero(E_min <= flux.E_max)
    return _Above(nodes, flux.moments(E_min[nodes], log=log))
