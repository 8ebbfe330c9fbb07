r"""Uncertainties that experiments have in common: the flux of a source, a spectrum, a quenching factor.

Nuisances of one name are one nuisance. These functions are for those that have different names, or a common
part only. Correlated Gaussian nuisances are written as sums of independent ones,

    u_i = w_i \sum_j L_ij v_j,    L L^T = correlation matrix,

so that each alone keeps the width it had, and results of a single experiment do not change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from nulight.inference.linked import Link, linked
from nulight.inference.model import CombinedModel, Model, Nuisance
from nulight.typing import FloatArray

__all__ = ["correlate", "share_nuisances"]

_FAR = 5.0  # standard deviations at which a bound of a correlated nuisance no longer matters
_NOTHING = 1e-9  # squared share of a nuisance that is its own and counts as none


def share_nuisances(model: Model, groups: Mapping[str, Sequence[str]]) -> Model:
    """Return the model with nuisances of different names made one: a correlation of 100 %.

    Parameters
    ----------
    model : CountModel or CombinedModel
    groups : mapping of str to sequence of str
        Name of the common nuisance -> names of those that it replaces, two or more. They may have different
        widths: the common one has the largest, the others follow in proportion.

    Returns
    -------
    CountModel or CombinedModel
        In pseudo-experiments the common nuisance is measured once.

    Raises
    ------
    ValueError
        If a nuisance is unknown, stands in two groups or is of another kind than those it is joined with.

    Notes
    -----
    Common and own uncertainty of one normalisation: `correlate`.

    Examples
    --------
    >>> import nulight as nl
    >>> both = nl.combine(nl.load("texono-csi-2010"), nl.load("conus-plus-2025"))
    >>> names = ["texono_systematic", "conus_plus_expectation"]
    >>> [n.describe() for n in share_nuisances(both, {"reactors": names}).nuisances]
    ['reactors (gaussian 0.17)']
    """
    for name, names in groups.items():
        if isinstance(names, str):
            raise ValueError(f"{name}: {names!r} is one nuisance; give a list of two or more")
    known = {n.name: n for n in model.nuisances}
    everything = [name for names in groups.values() for name in names]
    _check_known(model, everything)
    if twice := sorted({name for name in everything if everything.count(name) > 1}):
        raise ValueError(f"{', '.join(twice)}: named twice; a nuisance can be shared in one group only")
    links: dict[str, Link] = {}
    new: dict[str, Nuisance] = {}
    for name, members in groups.items():
        if len(members) < 2:
            raise ValueError(f"{name}: shared by {', '.join(members) or 'nothing'}; name two nuisances or more")
        if name in known and name not in members:
            raise ValueError(f"{name} is a nuisance of {model.name} already; choose another name or add it to its list")
        new[name], own = _joined(name, [known[member] for member in members])
        links |= own
    return _replaced(model, links, new)


def correlate(model: Model, correlations: Mapping[tuple[str, str], float]) -> Model:
    r"""Return the model with correlations between Gaussian nuisances.

    Parameters
    ----------
    model : CountModel or CombinedModel
    correlations : mapping of (str, str) to float
        Correlation coefficient of two nuisances, from -1 to 1; pairs that are not named have none.

    Returns
    -------
    CountModel or CombinedModel
        Its nuisances are independent: the first of correlated ones is what it was, the next, under its old
        name, is what it has beyond those before it. Their order is that of the model, those with the nearest
        bounds first. A nuisance that others determine (a correlation of one) is gone.

    Raises
    ------
    ValueError
        If a nuisance is unknown or not Gaussian, no measurement could have these correlations, or a bound lies
        less than 5 standard deviations away, where it would cut a correlated distribution.

    Notes
    -----
    The penalty is :math:`u^T V^{-1} u` with :math:`V_{ij} = \rho_{ij} w_i w_j`; rotated to independent
    nuisances that is exact. For a relative error w with a common part s the correlation of two experiments is
    :math:`s_1 s_2/(w_1 w_2)`: both are still uncertain by w. Two factors (1 + common)(1 + own) instead are the
    right form if these are different things (power times spectrum); they differ by common times own, second
    order in the widths: 1e-3 of the counts for 3 % and 3 %.

    Examples
    --------
    >>> import nulight as nl
    >>> both = nl.combine(nl.load("texono-csi-2010"), nl.load("conus-plus-2025"))
    >>> pair = ("texono_systematic", "conus_plus_expectation")
    >>> [n.describe() for n in correlate(both, {pair: 0.6}).nuisances]
    ['conus_plus_expectation (gaussian 0.17)', 'texono_systematic (gaussian 0.12)']
    """
    for pair in correlations:
        if isinstance(pair, str) or len(pair) != 2:
            raise ValueError(f"{pair!r}: correlations are those of pairs, {{(one, other): 0.5}}")
    _check_known(model, [name for pair in correlations for name in pair])
    chosen = {name for pair in correlations for name in pair}
    nuisances = [n for n in model.nuisances if n.name in chosen]
    for n in nuisances:
        if n.kind != "gaussian":
            raise ValueError(f"{n.describe()}: only Gaussian nuisances have correlations; share_nuisances joins others")
    nuisances.sort(key=_reach)
    matrix = _matrix([n.name for n in nuisances], correlations)
    if len(nuisances) and (lowest := float(np.linalg.eigvalsh(matrix)[0])) < -_NOTHING:
        raise ValueError(
            f"no quantities have these correlations: the matrix of {', '.join(n.name for n in nuisances)} "
            f"has the eigenvalue {lowest:.3g}; it must not be negative"
        )
    links, new = _rotated(nuisances, _root(matrix))
    return _replaced(model, links, new)


def _replaced(model: Model, links: Mapping[str, Link], new: Mapping[str, Nuisance]) -> Model:
    if isinstance(model, CombinedModel):
        return CombinedModel(tuple(linked(part, links, new) for part in model.parts))
    return linked(model, links, new)


def _check_known(model: Model, names: Sequence[str]) -> None:
    known = [n.name for n in model.nuisances]
    if unknown := sorted(set(names) - set(known)):
        raise ValueError(f"no nuisance {', '.join(unknown)} in {model.name}; it has {', '.join(known) or 'none'}")


def _joined(name: str, members: Sequence[Nuisance]) -> tuple[Nuisance, dict[str, Link]]:
    """The common nuisance of some, as wide as the widest, and the others in units of it."""
    widest = max(members, key=lambda n: n.width or 0.0)
    for n in members:
        if n.kind != widest.kind:
            raise ValueError(f"{n.describe()} and {widest.describe()} cannot be one nuisance: give both the same kind")
    factors = [1.0 if n.width is None or not widest.width else n.width / widest.width for n in members]
    common = replace(widest, name=name)
    for n, factor in zip(members, factors, strict=True):
        common = _within(common, factor, n)
    return common, {n.name: {name: factor} for n, factor in zip(members, factors, strict=True)}


def _within(nuisance: Nuisance, factor: float, other: Nuisance) -> Nuisance:
    """The nuisance with bounds as tight as those of another one that is `factor` times it."""
    low, high = sorted(bound / factor for bound in other.bounds)
    own_low, own_high = nuisance.bounds
    lower = low if low > own_low * (1 - 1e-12) else nuisance.lower
    return replace(nuisance, lower=lower, upper=high if high < own_high * (1 - 1e-12) else nuisance.upper)


def _reach(nuisance: Nuisance) -> float:
    """Standard deviations to the nearest bound."""
    low, high = nuisance.bounds
    return min(-low, high) / (nuisance.width or np.inf)


def _matrix(names: list[str], correlations: Mapping[tuple[str, str], float]) -> FloatArray:
    matrix, place = np.eye(len(names)), {name: i for i, name in enumerate(names)}
    for (a, b), rho in correlations.items():
        if a == b or not -1 <= rho <= 1:
            raise ValueError(f"correlation {rho} of {a} and {b}: two nuisances and a number from -1 to 1")
        if (b, a) in correlations and correlations[b, a] != rho:
            raise ValueError(f"two correlations of {a} and {b}: {rho} and {correlations[b, a]}; give one")
        matrix[place[a], place[b]] = matrix[place[b], place[a]] = rho
    return matrix


def _root(matrix: FloatArray) -> FloatArray:
    """Lower triangular L with L L^T = matrix, columns of zeros where rows before determine one."""
    root = np.zeros_like(matrix)
    for i in range(len(matrix)):
        for j in range(i):
            rest = matrix[i, j] - root[i, :j] @ root[j, :j]
            root[i, j] = rest / root[j, j] if root[j, j] > 0 else 0.0
        own = matrix[i, i] - root[i, :i] @ root[i, :i]
        root[i, i] = np.sqrt(own) if own > _NOTHING else 0.0
    return root


def _rotated(nuisances: Sequence[Nuisance], root: FloatArray) -> tuple[dict[str, Link], dict[str, Nuisance]]:
    """Nuisances as sums of independent ones, and these."""
    width = np.array([n.width or 0.0 for n in nuisances])
    own = width * np.diag(root)
    links: dict[str, Link] = {}
    new = {n.name: replace(n, width=float(w)) for n, w in zip(nuisances, own, strict=True) if w > 0}
    for i, n in enumerate(nuisances):
        parts = np.flatnonzero(root[i]).tolist()
        terms = {nuisances[j].name: float(width[i] * root[i, j] / own[j]) for j in parts}
        if list(terms) == [n.name]:
            continue
        links[n.name] = terms
        if len(terms) == 1:
            (other, factor), *_ = terms.items()
            new[other] = _within(new[other], factor, n)
        elif _reach(n) < _FAR:
            low, high = n.bounds
            raise ValueError(
                f"{n.describe()}: a bound of u, {low:g} or {high:g}, lies {_reach(n):.2g} standard deviations away and "
                f"would be lost in a correlation; one of the correlated nuisances may have it closer than {_FAR:g}"
            )
    return links, new
