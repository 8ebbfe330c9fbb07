"""Workspaces of pyhf against pyhf itself: the same -2 ln L, fits and limits; errors where it cannot say the model."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
import pyhf
import pytest

import nulight as nl
from nulight.exchange.pyhf import export_pyhf, to_pyhf
from nulight.inference.expectation import Morph, expected_counts
from nulight.inference.likelihood import twice_nll
from nulight.inference.model import CombinedModel, Nuisance
from oracles_counts import Parameter, PolynomialModel

# pyhf 0.7 checks its schemas in a way that newer jsonschema warns of.
pytestmark = pytest.mark.filterwarnings("ignore:jsonschema.RefResolver is deprecated:DeprecationWarning")


class Reader:
    """A workspace in pyhf, asked with our couplings and nuisances."""

    def __init__(self, export):
        workspace = pyhf.Workspace(json.loads(json.dumps(export.workspace)))  # validates against the schema
        self.metadata = export.metadata
        self.model = workspace.model()
        self.data = workspace.data(self.model)

    def parameters(self, couplings, nuisances):
        """Values in the order of pyhf."""
        values = {}
        for label, known in self.metadata["parameters"].items():
            values[label] = (couplings[known["parameter"]] / known["size"]) ** known["power"]
        for name, known in self.metadata["nuisances"].items():
            u = nuisances[name]
            values[known["parameter"]] = {"1 + u": 1 + u, "u / width": u / (known["width"] or 1)}[known["value"]]
        return [values[name] for name in self.model.config.par_names]

    def twice_nll(self, couplings, nuisances):
        return float(-2 * self.model.logpdf(self.parameters(couplings, nuisances), self.data)[0])

    def counts(self, couplings, nuisances):
        return self.model.expected_actualdata(self.parameters(couplings, nuisances))


def random_points(model, couplings, rng, n):
    """Couplings up to a few of their sizes, nuisances to two standard deviations; the first point is nominal."""
    nominal = {n.name: 0.0 for n in model.nuisances}
    yield dict.fromkeys(couplings, 0.0), nominal
    for _ in range(n):
        u = {x.name: np.clip(rng.normal() * (x.width or 0.4), *x.bounds) for x in model.nuisances}
        yield {name: size * rng.uniform(0.1, 3) for name, size in couplings.items()}, u


def assert_same_likelihood(model, couplings, *, n=15, **options):
    reader = Reader(export_pyhf(model, list(couplings), **options))
    fixed = options.get("fixed", {})
    points = list(random_points(model, couplings, np.random.default_rng(11), n))
    ours = np.array([twice_nll(model, {**fixed, **x}, u)[0] for x, u in points])
    theirs = np.array([reader.twice_nll(x, u) for x, u in points])
    assert theirs - theirs[0] == pytest.approx(ours - ours[0], rel=1e-11, abs=1e-9)
    assert np.ptp(ours) > 1
    return reader


def test_solar_neutrinos_in_xenon_agree_exactly():
    reader = assert_same_likelihood(nl.load("xenonnt-2022-er"), {"mu_nu": 1e-11})
    assert reader.metadata["approximations"] == []
    assert reader.model.config.poi_name == "mu_nu_squared"


def test_combination_shares_fluxes_and_agrees_exactly():
    model = nl.combine(nl.load("lz-ws2022-er"), nl.load("xenonnt-2022-er"))
    reader = assert_same_likelihood(model, {"mu_nu": 1e-11})
    assert reader.model.config.channels == sorted(["lz-ws2022-er", "xenonnt-2022-er"])
    assert reader.model.config.par_names.count("flux_solar_pp") == 1


def test_efficiency_times_fluxes_is_exact_with_one_constrained_factor():
    reader = assert_same_likelihood(nl.load("xenon1t-2020-er"), {"mu_nu": 1e-11})
    assert reader.metadata["nuisances"]["xenon1t_efficiency"]["parameter"] == "lumi"
    assert reader.metadata["approximations"] == []


def test_planned_experiment_in_two_dimensions_with_other_parameters_fixed():
    fixed = {"r2_nu_mumu": -1e-32}
    model = nl.load("cenns-750")
    planned = nl.asimov(model, fixed)  # what the export takes as data of a planned experiment
    points = {"mu_nu_mu": 3e-10, "mu_nu_e": 3e-10}
    reader = Reader(export_pyhf(model, list(points), fixed=fixed))
    assert reader.data[:960] == pytest.approx(planned.observed, rel=1e-14)
    assert_same_likelihood(planned, points, n=4, fixed=fixed)


def one_channel(*, nuisances=(), scales=None, signal=({"s": 2}, [4.0, 1.0]), **options):
    return PolynomialModel(
        observed=np.array([13.0, 7.0]),
        terms={"signal": [signal], "background": [({}, [9.0, 6.0])]},
        known=(Parameter("s", lower=0.0), Parameter("t")),
        nuisances=nuisances,
        scales=scales or {},
        **options,
    )


def test_free_and_box_nuisances_are_factors_with_bounds():
    nuisances = (Nuisance("free", "free", upper=4.0), Nuisance("box", "box", 0.3), Nuisance("gauss", "gaussian", 0.2))
    model = one_channel(nuisances=nuisances, scales={"signal": ("box", "gauss"), "background": ("free", "box")})
    reader = assert_same_likelihood(model, {"s": 1.0})
    bounds = dict(zip(reader.model.config.par_names, reader.model.config.suggested_bounds(), strict=True))
    assert bounds["box"] == pytest.approx([0.7, 1.3])
    assert bounds["free"] == pytest.approx([0.0, 5.0])
    assert bounds["gauss"] == pytest.approx([-5.0, 10.0])  # u from -1 to 10 widths
    assert reader.model.config.npars == 4


def test_constrained_factor_keeps_its_bounds_and_width():
    nuisances = (Nuisance("wide", "gaussian", 0.5, lower=-0.6), Nuisance("b", "gaussian", 0.1))
    model = one_channel(nuisances=nuisances, scales={"signal": ("wide", "b"), "background": ("wide",)})
    reader = assert_same_likelihood(model, {"s": 1.0})
    assert reader.metadata["nuisances"]["wide"]["parameter"] == "lumi"
    lumi = reader.model.config.param_set("lumi")
    assert (lumi.sigmas, lumi.auxdata) == ([0.5], [1.0])
    assert lumi.suggested_bounds[0] == pytest.approx([0.4, 6.0])


@pytest.mark.parametrize("power", [1, 3, 4])
def test_any_single_power_is_a_parameter_of_interest(power):
    model = one_channel(signal=({"s": power}, [4.0, 1.0]))
    reader = assert_same_likelihood(model, {"s": 1.0})
    assert reader.model.config.poi_name == {1: "s", 3: "s_cubed", 4: "s_power_4"}[power]


def test_couplings_that_multiply_each_other_are_two_factors():
    model = one_channel(signal=({"s": 2, "t": 1}, [4.0, 1.0]))
    export = export_pyhf(model, ["t", "s"])
    assert [m["config"]["poi"] for m in export.workspace["measurements"]] == ["t", "s_squared"]
    reader = Reader(export)
    ours = expected_counts(model, {"s": 1.7, "t": -0.4})[0]
    assert reader.counts({"s": 1.7, "t": -0.4}, {}) == pytest.approx(ours, rel=1e-13)
    low, high = reader.model.config.suggested_bounds()[reader.model.config.par_order.index("t")]
    assert low == -high < 0


@dataclass(frozen=True, kw_only=True)
class Morphed(PolynomialModel):
    morphs: tuple[Morph, ...] = ()
    changes: tuple[tuple[float, ...], ...] = ()

    def morph_counts(self, params):  # noqa: ARG002
        return np.asarray(self.changes)[None]


def morphed(factors, changes, *nuisances, scales=()):
    return Morphed(
        observed=np.array([13.0, 7.0]),
        terms={"background": [({}, [9.0, 6.0])], "signal": [({"s": 2}, [4.0, 1.0])]},
        known=(Parameter("s", lower=0.0),),
        nuisances=nuisances,
        scales={"background": tuple(scales)},
        morphs=tuple(Morph("background", f) for f in factors),
        changes=changes,
    )


TILT = Nuisance("tilt", "gaussian", 1.0, lower=-5, upper=5)


def test_linear_change_of_shape_is_exact_far_outside_one_standard_deviation():
    model = morphed([("tilt",)], ((1.5, -1.0),), TILT, Nuisance("norm", "gaussian", 0.1), scales=("norm",))
    reader = assert_same_likelihood(model, {"s": 1.0})
    assert reader.metadata["approximations"] == []
    for u in (-4.9, -2.0, 0.3, 4.0):
        here = {"tilt": u, "norm": 0.07}
        assert reader.counts({"s": 0.0}, here) == pytest.approx(expected_counts(model, {}, here)[0], rel=1e-13)


def test_free_change_of_shape_is_a_factor_that_is_one_higher():
    model = morphed([("tilt",)], ((1.5, -1.0),), replace(TILT, kind="free", width=None))
    reader = assert_same_likelihood(model, {"s": 1.0})
    assert reader.metadata["nuisances"]["tilt"]["value"] == "1 + u"


def test_curvature_is_right_at_one_standard_deviation_and_interpolated_between():
    model = morphed([("tilt",), ("tilt", "tilt")], ((1.5, -1.0), (0.2, -0.1)), TILT)
    reader = Reader(export_pyhf(model, "s"))
    u = np.linspace(-1, 1, 41)
    ours = np.array([expected_counts(model, {}, {"tilt": v})[0] for v in u])
    theirs = np.array([reader.counts({"s": 0.0}, {"tilt": v}) for v in u])
    shape = u**2 * (1 - u**2) * (7 - 3 * u**2) / 8  # (15 u^2 - 10 u^4 + 3 u^6)/8, what pyhf has between, minus u^2
    assert theirs - ours == pytest.approx(np.outer(shape, [0.2, -0.1]), abs=1e-13)
    assert np.abs(shape).max() == pytest.approx(0.175, rel=1e-2)
    beyond = reader.counts({"s": 0.0}, {"tilt": 2.0}) - expected_counts(model, {}, {"tilt": 2.0})[0]
    assert beyond == pytest.approx((2 - 4) * np.array([0.2, -0.1]), rel=1e-12)
    (left,) = reader.metadata["approximations"]
    assert (left["term"], left["treatment"]) == ("tilt tilt", "interpolated")
    assert left["size"] == pytest.approx(np.sqrt(0.2**2 / 9 + 0.1**2 / 6), rel=1e-12)


def test_second_order_products_are_left_out_with_their_size():
    widths = {"a": 0.02, "b": 0.05, "c": 0.1}
    nuisances = tuple(Nuisance(name, "gaussian", width) for name, width in widths.items())
    model = one_channel(nuisances=nuisances, scales={"background": ("a", "b", "c")})
    reader = Reader(export_pyhf(model, "s"))
    assert reader.metadata["nuisances"]["c"]["parameter"] == "lumi"  # leaves the least out
    (left,) = reader.metadata["approximations"]
    assert (left["channel"], left["term"], left["treatment"]) == ("toy", "a b", "left out")
    assert left["size"] == pytest.approx(0.02 * 0.05 * np.sqrt(9.0 + 6.0), rel=1e-12)
    u = {"a": 0.03, "b": -0.06, "c": 0.2}
    missing = expected_counts(model, {"s": 1.0}, u)[0] - reader.counts({"s": 1.0}, u)
    assert missing == pytest.approx(0.03 * -0.06 * 1.2 * np.array([9.0, 6.0]), rel=1e-9)


def test_more_than_the_tolerance_is_an_error_with_its_size():
    model = nl.load("coherent-lar-2020")
    with pytest.raises(ValueError, match=r"lar_neutron_time x lar_neutron_time .* concerns 1\.1 standard deviations"):
        to_pyhf(model, "mu_nu_mu")
    assert to_pyhf(model, "mu_nu_mu", tolerance=1.2)["version"] == "1.0.0"


def test_coherent_agrees_where_its_parabolas_do():
    model = nl.load("coherent-csi-2021")
    export = export_pyhf(model, ["mu_nu_mu", "mu_nu_e"])
    assert {left["treatment"] for left in export.metadata["approximations"]} >= {"interpolated"}
    shapes = [n.name for n in model.nuisances if n.lower == -5]
    held = nl.with_nuisances(model, dict.fromkeys(shapes, "fixed"))
    assert assert_same_likelihood(held, {"mu_nu_mu": 1e-9, "mu_nu_e": 1e-9}).metadata["approximations"] == []
    reader = Reader(export)
    for sign in (-1.0, 1.0):
        u = {n.name: 0.05 for n in model.nuisances} | dict.fromkeys(shapes, 0.0) | {shapes[0]: sign}
        x = {"mu_nu_mu": 1.3e-9, "mu_nu_e": 0.4e-9}
        assert reader.counts(x, u) == pytest.approx(expected_counts(model, x, u)[0], rel=1e-12)


@pytest.fixture
def precise():
    """pyhf's own minimiser, told to go on until nothing changes."""
    pyhf.set_backend("numpy", pyhf.optimize.scipy_optimizer(tolerance=1e-12))
    yield
    pyhf.set_backend("numpy", "scipy")


@pytest.mark.usefixtures("precise")
@pytest.mark.parametrize("true", [0.0, 2e-11])
def test_fits_and_limits_agree(true):
    model = nl.load("xenonnt-2022-er") if true == 0 else nl.asimov(nl.load("xenonnt-2022-er"), {"mu_nu": true})
    reader = Reader(export_pyhf(model, "mu_nu"))
    config, size = reader.model.config, reader.metadata["parameters"]["mu_nu_squared"]["size"]
    settings = (config.suggested_init(), config.suggested_bounds(), config.suggested_fixed())
    best = pyhf.infer.mle.fit(reader.data, reader.model)[config.poi_index]
    assert best == pytest.approx((nl.fit(model, ["mu_nu"]).values["mu_nu"] / size) ** 2, rel=1e-5, abs=1e-6)
    upper = (nl.limit(model, "mu_nu", interval="upper").upper / size) ** 2
    statistic = pyhf.infer.test_statistics.qmu_tilde(upper, reader.data, reader.model, *settings)
    assert statistic == pytest.approx(NormalDist().inv_cdf(0.90) ** 2, rel=1e-6)
    both = nl.limit(model, "mu_nu")
    for end in {both.lower, both.upper} - {0.0}:
        statistic = pyhf.infer.test_statistics.tmu_tilde((end / size) ** 2, reader.data, reader.model, *settings)
        assert statistic == pytest.approx(NormalDist().inv_cdf(0.95) ** 2, rel=1e-6)
    assert both.lower == 0.0 or true > 0


def test_second_of_two_equal_factors_is_ignored_by_pyhf():
    """Why interference is refused: a coupling cannot stand twice."""
    factor = {"name": "r", "type": "normfactor", "data": None}
    sample = {"name": "s", "data": [5.0], "modifiers": [factor, factor]}
    model = pyhf.Model({"channels": [{"name": "c", "samples": [sample]}]}, poi_name="r")
    assert model.expected_actualdata([3.0]) == pytest.approx([15.0])


@pytest.mark.parametrize(
    ("model", "coupling", "message"),
    [
        (lambda: nl.load("xenonnt-2022-er"), "r2_nu_ee", r"r2_nu_ee enters with the powers 1 and 2 .* write HS3"),
        (lambda: nl.load("coherent-csi-2017"), "mu_nu_mu", r"coherent-csi-2017: counts with Gaussian errors.* HS3"),
        (lambda: nl.load("generic-cevns"), "mu_nu_mu", r"no polynomial in generic_tail, generic_tail_scale"),
        (lambda: one_channel(), ["s", "t"], r"do not depend on t"),
        (
            lambda: morphed([("x", "x")], ((1.0, 0.0),), Nuisance("x", "free")),
            "s",
            r"x multiplies background more than once",
        ),
        (
            lambda: one_channel(nuisances=(Nuisance("s_squared", "gaussian", 0.1),), scales={"signal": ("s_squared",)}),
            "s",
            r"the name s_squared is needed for something else",
        ),
        (
            lambda: one_channel(nuisances=(Nuisance("lumi", "gaussian", 0.1),), scales={"signal": ("lumi",)}),
            "s",
            r"the name lumi is needed for something else",
        ),
    ],
)
def test_what_pyhf_cannot_say_is_an_error(model, coupling, message):
    with pytest.raises(ValueError, match=message):
        to_pyhf(model(), coupling)


def test_nuisances_that_act_on_nothing_are_no_parameters():
    model = one_channel(nuisances=(Nuisance("idle", "gaussian", 0.1),))
    assert Reader(export_pyhf(model, "s")).model.config.par_names == ["s_squared"]


def test_metadata_say_where_the_numbers_come_from(tmp_path):
    model = nl.load("xenonnt-2022-er")
    export = export_pyhf(model, "mu_nu")
    said = export.metadata
    assert said["written_by"] == {"name": "nulight", "version": nl.__version__}
    assert said["data"] == model.provenance()["data"]
    assert said["conventions"]["name"] == "default"
    assert {"2207.11330", "Vogel:1989iv", "Giunti:2014ixa"} <= set(said["citations"])
    assert said["parameters"]["mu_nu_squared"]["meaning"] == "(mu_nu / 1e-11 mu_B)^2"
    assert said["nuisances"]["flux_solar_pp"]["multiplies_by_1_plus_u"] == ["pp"]
    workspace, metadata = export.save(tmp_path / "xenonnt.json")
    assert metadata.name == "xenonnt-metadata.json"
    assert json.loads(workspace.read_text()) == export.workspace == to_pyhf(model, "mu_nu")
    assert json.loads(metadata.read_text()) == said


def test_same_component_names_in_two_channels_do_not_mix():
    first, second = one_channel(), replace(one_channel(), name="other", observed=np.array([3.0, 4.0]))
    model = CombinedModel((first, second))
    reader = assert_same_likelihood(model, {"s": 1.0})
    assert reader.counts({"s": 2.0}, {}) == pytest.approx([25.0, 10.0, 25.0, 10.0])
