"""Workspaces of pyhf (HistFactory in JSON, schema 1.0.0).

An experiment is a channel; modifiers of the same name are shared, so a combination is one workspace.
HistFactory multiplies samples by free factors and shifts them by constrained nuisances. That says exactly

* couplings that enter with one power: the parameter is that power, ``mu_nu_squared``, in units of a power of ten;
* free and box nuisances: factors 1 + u with bounds and no constraint;
* one Gaussian nuisance for each group of components: a symmetric ``histosys``, linear in u at any size;
* one more Gaussian nuisance for all the products of two: the modifier ``lumi``.

Products of further Gaussian nuisances, (u_1 u_2), are left out; the curvature of a change of shape is right at
0 and +-1 standard deviations only. Both are listed with their size and refused above a tolerance. Interference,
Gaussian counts and backgrounds whose shape floats cannot be said: HS3 can say the first two.

References
----------
HistFactory: CERN-OPEN-2012-016. pyhf: Heinrich et al., J. Open Source Softw. 6 (2021) 2823, doi:10.21105/joss.02823.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nulight.exchange.description import amount, describe, describe_nuisance
from nulight.exchange.samples import Omission, Sample, best_lumi, samples
from nulight.exchange.written import Coupling, WrittenModel, write_out
from nulight.inference.model import Model
from nulight.inference.nuisance import Nuisance
from nulight.io.atomic import write_text
from nulight.io.text import json_text

__all__ = ["PyhfExport", "export_pyhf", "to_pyhf"]

_SCHEMA = "1.0.0"
_REFERENCES = ("CERN-OPEN-2012-016", "10.21105/joss.02823")
_POWERS = {1: "", 2: "_squared", 3: "_cubed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PyhfExport:
    """A workspace and what its schema has no place for.

    Attributes
    ----------
    workspace : dict
        For ``pyhf.Workspace``.
    metadata : dict
        Version, conventions, hashes of the data, citations; the meaning of every parameter; under ``approximations``
        what the workspace says only nearly (see `Omission`), empty if nothing.
    """

    workspace: dict[str, Any]
    metadata: dict[str, Any]

    def save(self, path: str | Path) -> tuple[Path, Path]:
        """Write the workspace to `path` and the metadata beside it, ``NAME-metadata.json``; return both paths."""
        path = Path(path)
        beside = path.with_name(f"{path.stem}-metadata.json")
        return write_text(path, json_text(self.workspace)), write_text(beside, json_text(self.metadata))


def to_pyhf(
    model: Model, parameters: str | Sequence[str], *, fixed: Mapping[str, float] | None = None, tolerance: float = 0.1
) -> dict[str, Any]:
    """Return a model as a workspace of pyhf.

    Parameters
    ----------
    model : CountModel or CombinedModel
        Poisson counts.
    parameters : str or sequence of str
        Couplings that are free in the workspace. There is a measurement for each, whose parameter of interest
        it is; the first comes first.
    fixed : mapping of str to float, optional
        Parameters held at values instead of their defaults.
    tolerance : float
        Largest `Omission.size` that is let pass: what a term that HistFactory says only nearly does to the counts,
        in standard deviations of the data.

    Returns
    -------
    dict
        As ``pyhf.Workspace`` takes it; plain lists and numbers. `export_pyhf` gives the metadata as well.

    Raises
    ------
    ValueError
        If HistFactory cannot say the model: interference, Gaussian counts, a floating shape, a name that is taken, or
        something it says only nearly that is larger than `tolerance`.

    Examples
    --------
    >>> import nulight as nl
    >>> workspace = to_pyhf(nl.load("xenonnt-2022-er"), "mu_nu")
    >>> workspace["measurements"][0]["name"]
    'mu_nu_squared = (mu_nu / 1e-11 mu_B)^2'
    """
    return export_pyhf(model, parameters, fixed=fixed, tolerance=tolerance).workspace


def export_pyhf(
    model: Model, parameters: str | Sequence[str], *, fixed: Mapping[str, float] | None = None, tolerance: float = 0.1
) -> PyhfExport:
    """Return a model as a workspace of pyhf with its metadata; parameters and errors are those of `to_pyhf`."""
    names = (parameters,) if isinstance(parameters, str) else tuple(parameters)
    written = write_out(model, names, fixed=fixed)
    _require_poisson(written)
    powers = {c.name: _only_power(written, k) for k, c in enumerate(written.couplings)}
    lumi = best_lumi(written)
    labels = _labels(written, powers, lumi)
    made = [(channel, *samples(written, channel, lumi)) for channel in written.channels]
    left = sorted((o for *_, omissions in made for o in omissions), key=lambda o: -o.size)
    _require_small(left, tolerance)
    settings = [
        *(_coupling_settings(c, powers[c.name], labels[c.name]) for c in written.couplings),
        *(_nuisance_settings(written, n, labels[n.name], lumi) for n in _acting(written)),
    ]
    kinds = {c.name: "normfactor" for c in written.couplings}
    kinds |= {n.name: "lumi" if n.name == lumi else "normfactor" for n in written.nuisances}
    workspace = {
        "channels": [
            {"name": channel.name, "samples": [_sample(s, labels, kinds) for s in found]} for channel, found, _ in made
        ],
        "observations": [{"name": ch.name, "data": ch.observed.tolist()} for ch in written.channels],
        "measurements": [
            {
                "name": f"{labels[c.name]} = {_meaning(c, powers[c.name])}",
                "config": {"poi": labels[c.name], "parameters": settings},
            }
            for c in written.couplings
        ],
        "version": _SCHEMA,
    }
    return PyhfExport(workspace=workspace, metadata=_metadata(written, powers, labels, lumi, left))


def _require_poisson(written: WrittenModel) -> None:
    if other := [channel.name for channel in written.channels if channel.statistic != "poisson"]:
        raise ValueError(
            f"{', '.join(other)}: counts with Gaussian errors, and pyhf has Poisson counts only; write HS3 instead"
        )


def _require_small(left: Sequence[Omission], tolerance: float) -> None:
    if left and left[0].size > tolerance:
        o = left[0]
        raise ValueError(
            f"{o.channel}: pyhf has no exact form of the term {' x '.join(o.nuisances)} of {o.sample}; "
            f"{'interpolating it' if o.interpolated else 'leaving it out'} concerns {o.size:.2g} standard deviations "
            f"of the data, more than the tolerance {tolerance:g}; write HS3 instead, hold a nuisance with "
            "with_nuisances(model, {name: 'fixed'}), or raise the tolerance"
        )


def _only_power(written: WrittenModel, k: int) -> int:
    """The one power with which a coupling enters."""
    name = written.couplings[k].name
    powers = sorted({row.powers[k] for channel in written.channels for row in channel.rows} - {0})
    if len(powers) > 1:
        raise ValueError(
            f"{name} enters with the powers {' and '.join(map(str, powers))} (interference), and pyhf cannot tie two "
            "factors of a sample to one parameter; write HS3 instead, which has polynomials"
        )
    return powers[0]


def _labels(written: WrittenModel, powers: Mapping[str, int], lumi: str | None) -> dict[str, str]:
    """Names of couplings and nuisances in the workspace."""
    labels = {name: name + _POWERS.get(p, f"_power_{p}") for name, p in powers.items()}
    labels |= {n.name: "lumi" if n.name == lumi else n.name for n in written.nuisances}
    used = list(labels.values())
    taken = {name for name in used if used.count(name) > 1}
    taken |= {n.name for n in written.nuisances if n.name == "lumi" != lumi}
    if taken:
        raise ValueError(
            f"the name {', '.join(sorted(taken))} is needed for something else in pyhf: rename the nuisance"
        )
    return labels


def _acting(written: WrittenModel) -> list[Nuisance]:
    """Nuisances that act on something; pyhf knows parameters by their modifiers."""
    used = {name for ch in written.channels for row in ch.rows for name in (*row.scaled, *row.plain)}
    return [n for n in written.nuisances if n.name in used]


def _sample(sample: Sample, labels: Mapping[str, str], kinds: Mapping[str, str]) -> dict[str, Any]:
    shifts = [
        {
            "name": labels[name],
            "type": "histosys",
            "data": {
                "hi_data": (sample.nominal + sample.up[name]).tolist(),
                "lo_data": (sample.nominal + sample.down[name]).tolist(),
            },
        }
        for name in sample.up
    ]
    factors = [{"name": labels[name], "type": kinds[name], "data": None} for name in sample.factors]
    return {"name": sample.name, "data": sample.nominal.tolist(), "modifiers": [*factors, *shifts]}


def _coupling_settings(coupling: Coupling, power: int, label: str) -> dict[str, Any]:
    low, high = _powered(coupling, power)
    start = min(max(1.0, low), high)
    return {"name": label, "inits": [start], "bounds": [[low, high]]}


def _powered(coupling: Coupling, power: int) -> tuple[float, float]:
    """Range of the power of a coupling."""
    ends = sorted((coupling.lower**power, coupling.upper**power))
    both = power % 2 == 0 and coupling.lower < 0 < coupling.upper
    return (0.0 if both else ends[0]), ends[1]


def _nuisance_settings(written: WrittenModel, nuisance: Nuisance, label: str, lumi: str | None) -> dict[str, Any]:
    low, high = written.bounds(nuisance)
    if nuisance.kind == "gaussian" and nuisance.name != lumi:
        assert nuisance.width is not None
        return {"name": label, "inits": [0.0], "bounds": [[low / nuisance.width, high / nuisance.width]]}
    settings: dict[str, Any] = {"name": label, "inits": [1.0], "bounds": [[1 + low, 1 + high]]}
    return settings | ({"auxdata": [1.0], "sigmas": [nuisance.width]} if nuisance.name == lumi else {})


def _meaning(coupling: Coupling, power: int) -> str:
    return f"({coupling.name} / {amount(coupling)})" + (f"^{power}" if power > 1 else "")


def _metadata(
    written: WrittenModel, powers: Mapping[str, int], labels: Mapping[str, str], lumi: str | None, left: list[Omission]
) -> dict[str, Any]:
    acting = {n.name for n in _acting(written)}
    return {
        "format": f"pyhf workspace, schema {_SCHEMA}",
        **describe(written),
        "parameters": {
            labels[c.name]: {
                "parameter": c.name,
                "power": powers[c.name],
                "size": c.size,
                "unit": c.unit,
                "meaning": _meaning(c, powers[c.name]),
                "bounds_added": list(c.open_ends),
            }
            for c in written.couplings
        },
        "nuisances": {
            n.name: {"parameter": labels[n.name], "value": _value(n, lumi), **describe_nuisance(written, n)}
            for n in written.nuisances
            if n.name in acting
        },
        "approximations": [
            {
                "channel": o.channel,
                "sample": o.sample,
                "term": " ".join(o.nuisances),
                "treatment": "interpolated" if o.interpolated else "left out",
                "size": o.size,
            }
            for o in left
        ],
        "size_of_approximations": "counts of the term with every nuisance at one standard deviation and couplings at "
        "their unit, in standard deviations of the data: root of the sum over bins of counts^2 / max(nominal, 1)",
        "references": list(_REFERENCES),
    }


def _value(nuisance: Nuisance, lumi: str | None) -> str:
    return "1 + u" if nuisance.kind != "gaussian" or nuisance.name == lumi else "u / width"
