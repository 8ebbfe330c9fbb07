"""Workspaces of HS3, the HEP Statistics Serialization Standard, version 0.2.9.

Everything `write_out` can write out is said exactly: powers of couplings and products of nuisances are functions,
the expectation of a bin is a ``generic_function`` of them, the data of an experiment are a ``product_dist`` of
``poisson_dist`` or ``gaussian_dist``, one for each bin. Each Gaussian nuisance has a ``gaussian_dist`` with a measured
zero; box and free nuisances have none and are bounded by the domain. Up to a constant, -2 ln of the likelihood is
that of this package.

Choices where the standard leaves one, made so that as many readers as possible follow:

* 1 + u and the expectations are generic functions of sums and products only; exponents are written as products.
* Data are ``unbinned`` with one entry. Axes must have ends there; those are so far away (a thousand standard
  deviations or times the counts) that no density changes by normalising inside.
* Names are identifiers, all different, because the standard has one space of names and expressions need them.
* The analysis names its domain as ``domain``, as the text of the standard does, and as ``domains``, as readers do.

A count that is no integer (planned data) takes the continued Poisson distribution, which is ``poisson_dist`` as well.

References
----------
HS3 v0.2.9, https://github.com/hep-statistics-serialization-standard/hep-statistics-serialization-standard
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from nulight._version import __version__
from nulight.exchange.description import amount, describe, describe_nuisance
from nulight.exchange.written import Channel, Coupling, Row, WrittenModel, write_out
from nulight.inference.model import Model
from nulight.inference.nuisance import Nuisance
from nulight.typing import FloatArray

__all__ = ["to_hs3"]

_VERSION = "0.2.9"
_FAR = 1e3  # where axes of data end, in standard deviations or times the counts

Entry = dict[str, Any]


def to_hs3(
    model: Model, parameters: str | Sequence[str], *, fixed: Mapping[str, float] | None = None
) -> dict[str, Any]:
    """Return a model as a workspace of HS3.

    Parameters
    ----------
    model : CountModel or CombinedModel
    parameters : str or sequence of str
        Couplings that are free in the workspace, the parameters of interest of its analysis. They count in powers
        of ten of their unit, see ``misc``.
    fixed : mapping of str to float, optional
        Parameters held at values instead of their defaults.

    Returns
    -------
    dict
        Plain lists and numbers, to be written as JSON, by custom as ``NAME.hs3.json``. What the parameters mean, the
        version, conventions, hashes of the data and citations stand in ``metadata`` and ``misc``.

    Raises
    ------
    ValueError
        If the counts are no polynomials in the couplings, or those of a background none in its nuisances.

    Examples
    --------
    >>> import nulight as nl
    >>> workspace = to_hs3(nl.load("xenonnt-2022-er"), "r2_nu_ee")
    >>> workspace["metadata"]["hs3_version"], workspace["analyses"][0]["parameters_of_interest"]
    ('0.2.9', ['r2_nu_ee'])
    """
    names = (parameters,) if isinstance(parameters, str) else tuple(parameters)
    written = write_out(model, names, fixed=fixed)
    space = _Names()
    labels = {c.name: space.new(c.name) for c in written.couplings}
    labels |= {n.name: space.new(n.name) for n in written.nuisances}
    functions = _Functions(space, written, labels)
    channels = [_channel(channel, functions, space) for channel in written.channels]
    constraints = [_constraint(n, labels[n.name], space) for n in written.nuisances if n.kind == "gaussian"]
    terms = [*channels, *constraints]
    likelihood, allowed, start = space.new("likelihood"), space.new("allowed"), space.new("start")
    return {
        "metadata": _metadata(written),
        "functions": functions.entries,
        "distributions": list(chain.from_iterable(distributions for distributions, _ in terms)),
        "data": [data for _, data in terms],
        "likelihoods": [
            {
                "name": likelihood,
                "distributions": [distributions[-1]["name"] for distributions, _ in terms],
                "data": [data["name"] for _, data in terms],
            }
        ],
        "domains": [{"name": allowed, "type": "product_domain", "axes": _axes(written, labels)}],
        "parameter_points": [{"name": start, "parameters": _start(written, labels)}],
        "analyses": [
            {
                "name": space.new("analysis"),
                "likelihood": likelihood,
                "parameters_of_interest": [labels[c.name] for c in written.couplings],
                "domain": allowed,
                "domains": [allowed],
                "init": start,
            }
        ],
        "misc": {"nulight": _misc(written, labels)},
    }


class _Names:
    """The one space of names of a document: identifiers, all different."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def new(self, wish: str) -> str:
        base = re.sub(r"\W", "_", wish, flags=re.ASCII)
        base = base if re.match(r"[A-Za-z_]", base) else f"_{base}"
        name, n = base, 2
        while name in self.taken:
            name, n = f"{base}_{n}", n + 1
        self.taken.add(name)
        return name


class _Functions:
    """Functions of the document: 1 + u, products of couplings and nuisances, expectations."""

    def __init__(self, space: _Names, written: WrittenModel, labels: Mapping[str, str]) -> None:
        self.space, self.written, self.labels = space, written, labels
        self.entries: list[Entry] = []
        self._made: dict[tuple[str, ...], str] = {}

    def expectation(self, channel: Channel, label: str, i: int, factors: Sequence[str]) -> str:
        """Return the name of the expectation of bin i, a sum of the rows."""
        terms = [
            f"{float(row.template[i])!r}" + (f"*{factor}" if factor else "")
            for row, factor in zip(channel.rows, factors, strict=True)
            if row.template[i] != 0
        ]
        return self._add(f"{label}_expected_{i}", {"type": "generic_function", "expression": _sum(terms)})

    def factor(self, row: Row) -> str:
        """Return the name of what multiplies the template of a row, empty for nothing."""
        couplings = (
            self.labels[c.name] for c, p in zip(self.written.couplings, row.powers, strict=True) for _ in range(p)
        )
        names = (*couplings, *(self._one_plus(n) for n in row.scaled), *(self.labels[n] for n in row.plain))
        if len(names) < 2:
            return "".join(names)
        if names not in self._made:
            self._made[names] = self._add("_x_".join(names), {"type": "product", "factors": list(names)})
        return self._made[names]

    def _one_plus(self, nuisance: str) -> str:
        key = ("1", nuisance)
        if key not in self._made:
            entry = {"type": "generic_function", "expression": f"1.0 + {self.labels[nuisance]}"}
            self._made[key] = self._add(f"one_plus_{nuisance}", entry)
        return self._made[key]

    def _add(self, wish: str, entry: Entry) -> str:
        name = self.space.new(wish)
        self.entries.append({"name": name, **entry})
        return name


def _sum(terms: Sequence[str]) -> str:
    return " + ".join(terms).replace("+ -", "- ") or "0.0"


def _channel(channel: Channel, functions: _Functions, space: _Names) -> tuple[list[Entry], Entry]:
    """Distributions of an experiment, that of all bins last, and its data."""
    label = space.new(channel.name)
    factors = [functions.factor(row) for row in channel.rows]
    bins: list[Entry] = []
    axes: list[Entry] = []
    for i, n in enumerate(channel.observed.tolist()):
        count = space.new(f"{label}_count_{i}")
        mean = functions.expectation(channel, label, i, factors)
        kind: Entry = {"type": "poisson_dist", "x": count, "mean": mean}
        low, high = 0.0, _FAR * (n + 1)
        if channel.sigma is not None:
            sigma = float(channel.sigma[i])
            kind = {"type": "gaussian_dist", "x": count, "mean": mean, "sigma": sigma}
            low, high = n - _FAR * sigma, n + _FAR * sigma
        bins.append({"name": space.new(f"{label}_bin_{i}"), **kind})
        axes.append({"name": count, "min": low, "max": high})
    whole = {"name": label, "type": "product_dist", "factors": [b["name"] for b in bins]}
    return [*bins, whole], _data(space.new(f"{label}_data"), channel.observed, axes)


def _constraint(nuisance: Nuisance, label: str, space: _Names) -> tuple[list[Entry], Entry]:
    """The Gaussian of a nuisance, whose measured value is zero."""
    assert nuisance.width is not None
    measured, far = space.new(f"{label}_measured"), _FAR * nuisance.width
    entry = {
        "name": space.new(f"{label}_constraint"),
        "type": "gaussian_dist",
        "x": measured,
        "mean": label,
        "sigma": float(nuisance.width),
    }
    axes = [{"name": measured, "min": -far, "max": far}]
    return [entry], _data(space.new(f"{label}_data"), np.zeros(1), axes)


def _data(name: str, values: FloatArray, axes: list[Entry]) -> Entry:
    return {"name": name, "type": "unbinned", "entries": [values.tolist()], "axes": axes}


def _axes(written: WrittenModel, labels: Mapping[str, str]) -> list[Entry]:
    couplings = ((c.name, c.lower, c.upper) for c in written.couplings)
    nuisances = ((n.name, *written.bounds(n)) for n in written.nuisances)
    return [{"name": labels[name], "min": low, "max": high} for name, low, high in (*couplings, *nuisances)]


def _start(written: WrittenModel, labels: Mapping[str, str]) -> list[Entry]:
    values = {c.name: c.start for c in written.couplings} | {n.name: 0.0 for n in written.nuisances}
    return [{"name": labels[name], "value": value} for name, value in values.items()]


def _metadata(written: WrittenModel) -> Entry:
    said = describe(written)
    units = ", ".join(f"{c.name} in units of {amount(c)}" for c in written.couplings)
    return {
        "hs3_version": _VERSION,
        "packages": [{"name": "nulight", "version": __version__}],
        "publications": said["citations"],
        "description": f"Binned counts of {', '.join(said['experiments'])} as functions of couplings: {units}. "
        "Nuisances u multiply counts by 1 + u or change their shape by u; see misc.",
    }


def _misc(written: WrittenModel, labels: Mapping[str, str]) -> Entry:
    return {
        **describe(written),
        "parameters": {labels[c.name]: _meaning(c) for c in written.couplings},
        "nuisances": {labels[n.name]: describe_nuisance(written, n) for n in written.nuisances},
    }


def _meaning(coupling: Coupling) -> Entry:
    return {
        "parameter": coupling.name,
        "size": coupling.size,
        "unit": coupling.unit,
        "meaning": f"{coupling.name} / ({amount(coupling)})",
        "bounds_added": list(coupling.open_ends),
    }
