"""Workspaces of HS3: a reader that knows only the JSON finds our likelihood, and every name leads somewhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

import nulight as nl
from nulight.exchange.hs3 import to_hs3
from nulight.inference.likelihood import twice_nll
from nulight.inference.model import CombinedModel, Nuisance
from nulight.io.text import json_text
from oracles_counts import Parameter, PolynomialModel
from oracles_hs3 import Document

WIDE = (Nuisance("free", "free"), Nuisance("box", "box", 0.3), Nuisance("gauss", "gaussian", 0.2))


def poisson_model(**options):
    settings = {
        "name": "2 bins",
        "observed": np.array([13.0, 0.0]),
        "terms": {
            "signal": [
                ({}, [1.0, 0.5]),
                ({"s": 1}, [-0.4e11, 0.2e11]),
                ({"s": 2}, [4e22, 1e22]),
                ({"s": 1, "t": 2}, [0.1e11, 0.0]),
            ],
            "background": [({}, [9.0, 1.0])],
        },
        "known": (Parameter("s", scale=1e-11, lower=-5e-11), Parameter("t")),
        "nuisances": WIDE,
        "scales": {"signal": ("box", "gauss", "gauss"), "background": ("free", "box")},
    }
    return PolynomialModel(**(settings | options))


def gaussian_model():
    return poisson_model(name="sums", statistic="gaussian", sigma=np.array([3.0, 1.5]), observed=np.array([10.0, -0.7]))


def random_points(model, couplings, rng, n):
    """Couplings in units of their sizes and nuisances, arrays (n,); the first point is nominal."""
    x = {name: np.append(0.0, size * rng.uniform(-2 if signed else 0.1, 3, n)) for name, (size, signed) in couplings}
    u = {}
    for nuisance in model.nuisances:
        low, high = nuisance.bounds
        u[nuisance.name] = np.append(0.0, np.clip(rng.normal(size=n) * (nuisance.width or 0.4), low, high))
    return x, u


def assert_same_likelihood(model, couplings, *, n=20, fixed=None):
    """`couplings`: name -> (size, whether it has a sign)."""
    text = json_text(to_hs3(model, list(couplings), fixed=fixed))
    document = Document(text)
    x, u = random_points(model, couplings.items(), np.random.default_rng(7), n)
    means = document.spec["misc"]["nulight"]
    values = {label: x[known["parameter"]] / known["size"] for label, known in means["parameters"].items()}
    values |= {label: u[known["definition"].split(" (")[0]] for label, known in means["nuisances"].items()}
    ours = twice_nll(model, {**(fixed or {}), **x}, u)
    theirs = document.twice_nll(values)
    assert theirs - theirs[0] == pytest.approx(ours - ours[0], rel=1e-11, abs=1e-9)
    assert np.ptp(ours) > 1
    return document.spec


@pytest.mark.parametrize(
    ("names", "couplings", "fixed"),
    [
        (["xenonnt-2022-er"], {"r2_nu_ee": (1e-31, True)}, None),
        (["xenonnt-2022-er"], {"sin2_theta_w": (0.1, False), "mu_nu": (1e-11, False)}, None),
        (["coherent-csi-2017"], {"mu_nu_mu": (1e-9, False), "r2_nu_mumu": (1e-32, True)}, None),
        (["coherent-csi-2021"], {"q_nu_mumu": (1e-9, True), "r2_nu_mumu": (1e-32, True)}, None),
        (["coherent-csi-2021", "lz-b8-2025"], {"mu_mu4": (1e-9, False)}, {"m_4": 5e4}),
    ],
)
def test_likelihood_of_shipped_experiments_is_ours(names, couplings, fixed):
    model = nl.combine(*map(nl.load, names)) if len(names) > 1 else nl.load(names[0])
    if fixed:
        model = nl.asimov(model, fixed)
    assert_same_likelihood(model, couplings, fixed=fixed)


def test_recoils_and_radiative_emission_share_a_moment():
    emission = nl.renp_experiment("yb-dinh-2012", [1.069, 1.07], days=100, nature="majorana", rate_error=0.1)
    model = nl.combine(nl.load("xenonnt-2022-er"), emission)
    assert_same_likelihood(model, {"lambda_12": (1e-11, False)})


def test_likelihood_of_a_thousand_bins_is_ours():
    assert_same_likelihood(nl.load("coherent-lar-2020"), {"r2_nu_mumu": (1e-32, True)})


@pytest.mark.parametrize(
    "model", [poisson_model(), gaussian_model(), CombinedModel((poisson_model(), gaussian_model()))]
)
def test_every_kind_of_nuisance_interference_and_statistic(model):
    spec = assert_same_likelihood(model, {"s": (1e-11, True), "t": (1.0, True)})
    constrained = [d["mean"] for d in spec["distributions"] if d["name"].endswith("_constraint")]
    assert constrained == ["gauss"]


def test_box_and_free_nuisances_are_bounded_by_the_domain():
    spec = to_hs3(poisson_model(), "s")
    (domain,) = spec["domains"]
    axes = {axis["name"]: (axis["min"], axis["max"]) for axis in domain["axes"]}
    assert axes["box"] == (-0.3, 0.3)
    assert axes["free"] == (-1.0, 9.0)
    assert axes["gauss"] == (-1.0, 2.0)
    assert axes["s"][0] >= -5e-11 / spec["misc"]["nulight"]["parameters"]["s"]["size"]


@pytest.mark.parametrize("model", [poisson_model(), CombinedModel((poisson_model(), gaussian_model()))])
def test_names_are_different_identifiers_and_lead_somewhere(model):
    spec = to_hs3(model, ["s", "t"])
    parameters = [axis["name"] for axis in spec["domains"][0]["axes"]]
    observables = [axis["name"] for data in spec["data"] for axis in data["axes"]]
    parts = ("functions", "distributions", "data", "likelihoods", "domains", "parameter_points", "analyses")
    objects = [entry["name"] for part in parts for entry in spec[part]]
    everything = [*parameters, *observables, *objects]
    assert len(everything) == len(set(everything))
    assert all(re.fullmatch(r"[A-Za-z_][A-Za-z_0-9]*", name) for name in everything)
    used = {d[key] for d in spec["distributions"] for key in ("x", "mean") if key in d}
    used |= {name for d in spec["distributions"] for name in d.get("factors", ())}
    used |= {name for f in spec["functions"] for name in f.get("factors", ())}
    expressions = " ".join(f["expression"] for f in spec["functions"] if "expression" in f)
    used |= set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", expressions))
    assert used <= set(everything)
    (likelihood,), (analysis,) = spec["likelihoods"], spec["analyses"]
    assert len(likelihood["distributions"]) == len(likelihood["data"])
    assert analysis["likelihood"] == likelihood["name"]
    assert analysis["domains"] == [spec["domains"][0]["name"]] == [analysis["domain"]]
    assert analysis["init"] == spec["parameter_points"][0]["name"]
    assert analysis["parameters_of_interest"] == ["s", "t"]
    assert [p["name"] for p in spec["parameter_points"][0]["parameters"]] == parameters


def test_names_that_collide_are_kept_apart():
    nuisance = Nuisance("2 bins", "gaussian", 0.1)
    model = poisson_model(
        nuisances=(*WIDE, nuisance, replace(nuisance, name="2-bins")), scales={"signal": ("2 bins", "2-bins")}
    )
    spec = to_hs3(model, "s")
    assert {"_2_bins", "_2_bins_2", "_2_bins_3"} <= {
        *(axis["name"] for axis in spec["domains"][0]["axes"]),
        *(d["name"] for d in spec["distributions"]),
    }
    assert_same_likelihood(model, {"s": (1e-11, True)})


def test_expressions_are_sums_and_products_only():
    """Exponents and the like are read differently by different readers."""
    spec = to_hs3(nl.load("coherent-csi-2021"), ["r2_nu_mumu"])
    for function in spec["functions"]:
        assert function["type"] in ("product", "generic_function")
        assert re.fullmatch(r"[\w.+*\- ]+", function.get("expression", "x"))
        assert "**" not in function.get("expression", "")


def test_axes_of_data_are_as_the_standard_has_them_and_cut_nothing_off():
    spec = to_hs3(CombinedModel((poisson_model(), gaussian_model())), ["s", "t"])
    widths = {d["x"]: d.get("sigma") for d in spec["distributions"] if "x" in d}
    for data in spec["data"]:
        (entry,) = data["entries"]
        for axis, value in zip(data["axes"], entry, strict=True):
            assert set(axis) == {"name", "min", "max"}
            sigma = widths[axis["name"]]
            far = 999 * sigma if sigma else 100 * (value + 1)
            assert axis["max"] - value >= far
            assert value - axis["min"] >= far or (sigma is None and axis["min"] == 0)


def test_metadata_say_where_the_numbers_come_from():
    model = nl.load("xenonnt-2022-er")
    spec = to_hs3(model, "r2_nu_ee")
    assert spec["metadata"]["hs3_version"] == "0.2.9"
    assert spec["metadata"]["packages"] == [{"name": "nulight", "version": nl.__version__}]
    assert {"2207.11330", "Vogel:1989iv", "Cadeddu:2018dux"} <= set(spec["metadata"]["publications"])
    assert "r2_nu_ee in units of 1e-31 cm^2" in spec["metadata"]["description"]
    said = spec["misc"]["nulight"]
    assert said["data"] == model.provenance()["data"]
    assert said["conventions"]["name"] == "default"
    assert said["nuisances"]["flux_solar_pp"]["definition"] == "flux_solar_pp (gaussian 0.006)"
    start = {p["name"]: p["value"] for p in spec["parameter_points"][0]["parameters"]}
    default = model.parameters()["r2_nu_ee"].default
    assert start["r2_nu_ee"] * said["parameters"]["r2_nu_ee"]["size"] == pytest.approx(default, rel=1e-14)


def test_workspace_is_plain_and_survives_json():
    spec = to_hs3(nl.load("lz-b8-2025"), "mu_nu")
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert json.loads(json_text(spec)) == spec


def test_floating_shapes_are_an_error():
    with pytest.raises(ValueError, match=r"neither pyhf nor HS3 can say"):
        to_hs3(nl.load("dresden-ii-2022"), "mu_nu_e")
