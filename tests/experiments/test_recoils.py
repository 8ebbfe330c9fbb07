"""Experiments with nuclear recoils, further axes, shapes and parametric backgrounds: identities of small cards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from nulight.conventions import get_conventions
from nulight.experiments import Experiment, load
from nulight.inference.expectation import expected_counts
from nulight.inference.fit import fit
from nulight.inference.intervals import interval_of
from nulight.models.couplings import nuclear_terms
from nulight.models.parameters import ParameterError
from nulight.rates import recoil_spectrum
from nulight.targets.nuclei import get_nuclear_target

SNS = {
    "kind": "pion-decay", "name": "sns", "protons": 3.198e23, "run_time": "1 yr", "yield": 0.0848,
    "distance": "19.3 m", "uncertainty": "10 %",
    "time": {"kind": "gaussian-pulse", "mean": "0.44 us", "width": "0.15 us"},
}  # fmt: skip
CSI: dict[str, Any] = {
    "name": "csi",
    "title": "CsI at a spallation source",
    "status": "planned",
    "quality": "proxy",
    "references": [{"arxiv": "2110.07730"}],
    "sources": [SNS],
    "target": {"material": "CsI"},
    "exposure": "14.6 kg yr",
    "channel": "nuclear-recoil",
    "response": {
        "quenching": {
            "kind": "polynomial", "coefficients": [0.0554628, 4.30681, -111.707, 840.384], "of": "MeV",
            "range": ["0 keVnr", "60 keVnr"],
        },
        "resolution": {"kind": "gamma", "light_yield": "13.35 PE/keVee", "b": 9.56},
        "efficiency": {
            "kind": "logistic", "height": 1.32045, "slope": "0.285979 /PE", "midpoint": "10.8646 PE",
            "offset": -0.333322,
        },
    },
    "bins": {"kind": "edges", "edges": ["8 PE", "12 PE", "20 PE", "38 PE", "60 PE"]},
    "axes": [{"name": "time", "edges": ["0 us", "0.5 us", "1 us", "6 us"]}],
    "observed": {"kind": "asimov"},
    "statistic": "poisson",
    "backgrounds": [{"kind": "flat", "name": "steady", "rate": "3.3e-3 events/(kg d PE)"}],
    "nuisances": [{"name": "steady_norm", "kind": "gaussian", "width": "2 %", "scales": ["steady"]}],
}  # fmt: skip
GERMANIUM: dict[str, Any] = {
    "name": "ge",
    "title": "Germanium at a reactor",
    "status": "planned",
    "quality": "proxy",
    "references": [{"arxiv": "2202.09672"}],
    "sources": [{"kind": "reactor", "name": "plant", "power": "2.96 GW", "distance": "10.39 m"}],
    "source_nuisances": False,
    "target": {"material": "Ge"},
    "exposure": "282 kg d",
    "channel": "both",
    "response": {
        "quenching": {"kind": "lindhard", "k": 0.162, "range": ["0.05 keVnr", "20 keVnr"]},
        "resolution": {"kind": "fano", "noise": "68.5 eV", "energy_per_pair": "2.96 eV", "fano": 0.105},
        "efficiency": {"kind": "constant", "value": 1.0},
    },
    "bins": {"kind": "uniform", "from": "0.2 keVee", "to": "1.5 keVee", "n": 26},
    "observed": {"kind": "asimov"},
    "statistic": "gaussian",
    "backgrounds": [
        {"kind": "flat", "name": "flat", "rate": "15 events/(kg d keVee)"},
        {"kind": "exponential", "name": "tail", "amplitude": "300 events/(kg d keVee)", "scale": "0.1 keVee"},
        {"kind": "line", "name": "L1", "counts": 900, "centre": "1.297 keVee", "sigma": "0.0685 keVee"},
        {"kind": "relative", "name": "tenth", "of": "signal", "fraction": "10 %"},
    ],
    "nuisances": [
        {"name": "flat_norm", "kind": "free", "scales": ["flat"]},
        {"name": "tail_norm", "kind": "free", "scales": ["tail.amplitude"]},
        {"name": "tail_scale", "kind": "free", "scales": ["tail.scale"], "bounds": [-0.9, 4]},
        {"name": "gain", "kind": "gaussian", "width": "1 %", "scales": ["tail.scale", "L1.centre", "L1.sigma"]},
        {"name": "L1_area", "kind": "free", "scales": ["L1"]},
    ],
}
Make = Callable[..., Experiment]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Load one of the cards above with changes laid over it."""
    folder = tmp_path_factory.mktemp("cards")

    def experiment(card: dict[str, Any], **options: Any) -> Experiment:
        path: Path = folder / f"{card['name']}.yaml"
        path.write_text(yaml.safe_dump(card))
        return load(path, **options)

    return experiment


@pytest.fixture(scope="module")
def csi(make: Make) -> Experiment:
    return make(CSI)


@pytest.fixture(scope="module")
def germanium(make: Make) -> Experiment:
    return make(GERMANIUM)


def total(experiment: Experiment, values: dict[str, Any] | None = None) -> np.ndarray:
    """Signal counts in all bins."""
    return experiment.signal.counts(values or {}).sum(axis=1)


# --- nuclear recoils ------------------------------------------------------------------------------


def test_signal_is_the_recoil_spectrum_seen_by_the_detector(make: Make) -> None:
    # without an axis and perfectly seen in keVnr: the integral of the spectrum
    perfect = {"resolution": {"kind": "perfect"}, "efficiency": {"kind": "constant", "value": 0.5}, "quenching": None}
    bins = {"kind": "edges", "edges": ["5 keVnr", "10 keVnr", "25 keVnr"]}
    changes = {"axes": None, "response": perfect, "bins": bins, "backgrounds": None, "nuisances": None}
    experiment = make(CSI, changes=changes)
    x, w = np.polynomial.legendre.leggauss(200)
    target, conventions = get_nuclear_target("CsI"), get_conventions()
    terms = {h: nuclear_terms({}, conventions, h, target) for h in ("nu", "nubar")}
    for i, (low, high) in enumerate(((5.0, 10.0), (10.0, 25.0))):
        T = (low + high) / 2 + x * (high - low) / 2
        rate = recoil_spectrum(experiment.folder.fluxes, target, terms, T, experiment.folder.mixing).sum(axis=0)
        expected = 0.5 * experiment.card.exposure * rate @ w * (high - low) / 2
        # the nu_mu line ends inside: 200 nodes across a step of the slope
        assert total(experiment)[0, i] == pytest.approx(expected, rel=1e-5)


def test_prediction_for_the_full_csi_exposure_is_the_independent_one(make: Make) -> None:
    """Bins of 8-60 PE without timing, couplings "2022", Helm: 367 events (physics page on scattering, 7.3)."""
    changes = {"axes": None, "exposure": "14.6 kg yr"}
    changes["bins"] = {
        "edges": ["8 PE", "12 PE", "16 PE", "20 PE", "24 PE", "28 PE", "32 PE", "38 PE", "50 PE", "60 PE"]
    }
    counts = total(make(CSI, changes=changes))[0]
    stated = [56.3, 84.6, 72.3, 51.6, 35.3, 24.1, 22.2, 17.3, 3.2]
    # measured radii here, R_p 4.821/4.766 and R_n 5.09/5.03 fm there
    assert counts == pytest.approx(stated, rel=0.02)


def test_neutron_radius_is_a_parameter_like_any_other(csi: Experiment) -> None:
    radii, mu = np.array([4.8, 5.4, 4.8, 5.0]), np.array([0.0, 0.0, 2e-9, 1e-9])
    together = csi.expected({"R_n": radii, "mu_nu_mu": mu})
    single = [csi.expected({"R_n": float(r), "mu_nu_mu": float(m)})[0] for r, m in zip(radii, mu, strict=True)]
    assert together == pytest.approx(np.stack(single), rel=1e-12)
    assert together[0, 0].sum() > together[1, 0].sum()


def test_many_neutron_radii_are_interpolated_exactly(csi: Experiment) -> None:
    rng = np.random.default_rng(5)
    radii, mu = np.append(rng.uniform(2.0, 10.0, 60), [2.0, 10.0]), rng.uniform(0, 3e-9, 62)
    together = csi.expected({"R_n": radii, "mu_nu_mu": mu, "m_4": 0.0})
    single = [csi.expected({"R_n": float(r), "mu_nu_mu": float(m)})[0] for r, m in zip(radii, mu, strict=True)]
    assert together == pytest.approx(np.stack(single), rel=1e-11)
    mixed = csi.expected({"R_n": radii, "mu_mu4": 3e-9, "m_4": np.where(radii > 5, 1e4, 2e4)})
    assert mixed[0] == pytest.approx(
        csi.expected({"R_n": radii[0], "mu_mu4": 3e-9, "m_4": 1e4 if radii[0] > 5 else 2e4})[0], rel=1e-11
    )


def test_radii_outside_the_domain_are_refused_in_numbers_too(csi: Experiment) -> None:
    with pytest.raises(ParameterError, match=r"R_n = 10\.01\d* fm is outside its domain"):
        csi.expected({"R_n": np.linspace(4.0, 11.0, 100)})


def test_masses_may_be_arrays(csi: Experiment) -> None:
    m_4 = np.array([0.0, 1e4, 3e4, 1e4])
    together = csi.expected({"m_4": m_4, "mu_mu4": 3e-9})
    assert together.shape[0] == 4
    assert np.array_equal(together[1], together[3])
    assert together[2] == pytest.approx(csi.expected({"m_4": 3e4, "mu_mu4": 3e-9})[0], rel=1e-12)


def test_default_neutron_radius_is_near_the_measured_ones(csi: Experiment) -> None:
    default = csi.parameters()["R_n"].default
    radii = [nuclide.R_n for nuclide in get_nuclear_target("CsI").nuclides]
    assert min(radii) < default < max(radii)
    assert total(csi, {"R_n": default}).sum() == pytest.approx(total(csi).sum(), rel=1e-3)


def test_a_limit_on_the_neutron_radius_is_found(csi: Experiment) -> None:
    found = interval_of(csi, "R_n")
    default = csi.parameters()["R_n"].default
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < default < found.upper


# --- further axes ---------------------------------------------------------------------------------


def test_time_bins_add_up_to_the_energy_spectrum(csi: Experiment, make: Make) -> None:
    flat = total(make(CSI, changes={"axes": None}))[0]
    window = make(CSI, changes={"axes": {"time": {"edges": ["-10 us", "2000 us"]}}})
    assert total(window)[0] == pytest.approx(flat, rel=1e-9)
    assert np.all(total(csi)[0].reshape(4, 3).sum(axis=1) < flat)


def test_prompt_and_delayed_neutrinos_keep_their_times(csi: Experiment) -> None:
    # one component by name, but nu_mu comes early: its share of the first bins falls with energy like its spectrum
    assert csi.signal.components == ("sns",)
    times = csi.sources[0].time_profiles
    apart = csi.signal.folders["nuclear-recoil"].counts(
        {h: nuclear_terms({}, csi.conventions, h, get_nuclear_target("CsI")) for h in ("nu", "nubar")}
    )
    edges = csi.frame.axes[0].edges
    prompt, delayed = times["nu_mu"].shares(edges), times["nu_e"].shares(edges)
    expected = np.outer(apart[0], prompt) + np.outer(apart[1], delayed)
    assert len(apart) == 2  # nubar_mu and nu_e share their times
    assert total(csi)[0] == pytest.approx(expected.ravel(), rel=1e-12)


def test_a_steady_source_is_uniform_in_time(make: Make) -> None:
    sun = {"sns": None, "sun": {"kind": "solar", "name": "sun", "components": ["hep"]}}
    steady = make(CSI, changes={"sources": sun, "source_nuisances": False})
    counts = total(steady)[0].reshape(4, 3)
    widths = np.array([0.5, 0.5, 5.0]) / 6
    assert counts == pytest.approx(counts.sum(axis=1, keepdims=True) * widths, rel=1e-12)
    assert steady.backgrounds["steady"].reshape(4, 3)[0] == pytest.approx(
        steady.backgrounds["steady"].reshape(4, 3)[0].sum() * widths, rel=1e-12
    )


def test_an_efficiency_of_the_time_lowers_late_bins_only(csi: Experiment, make: Make) -> None:
    decay = {"kind": "decay", "start": "1 us", "rate": "0.0494 /us"}
    lowered = make(CSI, changes={"axes": {"time": {"efficiency": decay}}})
    ratio = (total(lowered)[0] / total(csi)[0]).reshape(4, 3)
    assert ratio[:, :2] == pytest.approx(1.0, rel=1e-12)
    assert np.all(ratio[:, 2] < 0.95)
    assert np.all(ratio[:, 2] > np.exp(-0.0494 * 5))


def test_a_stated_shape_shares_out_every_energy_bin(make: Make, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    table = rng.uniform(0.1, 1.0, (4, 2))
    energy, f90 = np.array([8, 12, 20, 38, 60]), np.array([0.5, 0.7, 0.9])
    rows = [f"{energy[i]},{energy[i + 1]},{f90[j]},{f90[j + 1]},{table[i, j]}" for i in range(4) for j in range(2)]
    head = ["# title: shape", "# source: made up", "# columns: lo [PE]; hi [PE]; f_lo [-]; f_hi [-]; n [counts]",
            "# quality: proxy", "lo,hi,f_lo,f_hi,n"]  # fmt: skip
    shape = {"file": "shape.csv", "lower": "lo", "upper": "hi", "axes": {"f90": ["f_lo", "f_hi"]}, "column": "n"}
    axes = [{"name": "f90", "from": 0.5, "to": 0.9, "n": 2}, *CSI["axes"]]
    card = CSI | {"axes": axes, "signal_shape": shape, "backgrounds": [], "nuisances": []}
    (tmp_path / "shape.csv").write_text("\n".join([*head, *rows]) + "\n")
    (tmp_path / "csi.yaml").write_text(yaml.safe_dump(card))
    experiment = load(tmp_path / "csi.yaml")
    plain = total(make(CSI))[0].reshape(4, 1, 3)
    share = (table / table.sum(axis=1, keepdims=True))[:, :, None]
    assert experiment.frame.shape == (4, 2, 3)
    assert total(experiment)[0].reshape(4, 2, 3) == pytest.approx(plain * share, rel=1e-12)


# --- both channels --------------------------------------------------------------------------------


def test_both_channels_are_the_sum_of_each(germanium: Experiment, make: Make) -> None:
    values = {"mu_nu_e": 5e-11, "q_nu_ee": 1e-12}
    electrons = make(GERMANIUM, changes={"channel": "electron-recoil", "response": {"quenching": None}})
    nuclei = make(GERMANIUM, changes={"channel": "nuclear-recoil"})
    assert total(germanium, values) == pytest.approx(total(electrons, values) + total(nuclei, values), rel=1e-12)


def test_interactions_say_where_they_act(germanium: Experiment) -> None:
    values = {"mu_nu_e": 5e-11}
    parts = germanium.by_interaction(values)
    assert set(parts) == {"weak", "magnetic", "weak (electrons)", "magnetic (electrons)"}
    assert sum(parts.values()) == pytest.approx(total(germanium, values)[0], rel=1e-12)


def test_provenance_names_both_targets(germanium: Experiment) -> None:
    record = germanium.provenance()
    names = {name.rpartition("/")[2] for name in record["data"]}
    assert {"shells.csv", "radii.csv", "isotopes.csv"} <= names
    assert {"Freedman:1973yd", "Vogel:1989iv"} <= set(record["citations"])


# --- backgrounds ----------------------------------------------------------------------------------


def test_a_relative_background_is_a_share_of_the_standard_signal(germanium: Experiment) -> None:
    assert germanium.backgrounds["tenth"] == pytest.approx(0.1 * total(germanium)[0], rel=1e-12)
    excited = germanium.expected({"mu_nu_e": 1e-10})[0, germanium.components.index("tenth")]
    assert excited == pytest.approx(germanium.backgrounds["tenth"], rel=1e-12)


def test_parametric_backgrounds_are_beside_the_components(germanium: Experiment) -> None:
    assert germanium.components == ("plant", "flat", "tenth")
    assert [form.name for form in germanium.parametric] == ["tail", "L1"]
    assert germanium.parametric[0].nuisances == ("tail_norm", "tail_scale", "gain")
    assert germanium.parametric[1].nuisances == ("L1_area", "gain")
    nominal = germanium.nominal_parametric
    edges = germanium.bin_edges
    expected = 282 * 300 * 0.1 * (np.exp(-edges[0] / 0.1) - np.exp(-edges[-1] / 0.1))
    assert nominal["tail"].sum() == pytest.approx(expected, rel=1e-12)
    assert 890 < nominal["L1"].sum() < 900


def test_planned_data_are_the_whole_expectation(germanium: Experiment) -> None:
    assert expected_counts(germanium, {})[0] == pytest.approx(germanium.observed, rel=1e-12)
    assert germanium.sigma == pytest.approx(np.sqrt(germanium.observed), rel=1e-12)


def test_a_fit_to_the_expectation_moves_nothing(germanium: Experiment) -> None:
    found = fit(germanium)
    assert found.chi2 == pytest.approx(0, abs=1e-6)
    assert all(abs(u) < 1e-4 for u in found.values.values())


# --- changes of shape -----------------------------------------------------------------------------


def shape(up: dict[str, Any], down: dict[str, Any] | None = None) -> dict[str, Any]:
    sides = {"up": up} if down is None else {"up": up, "down": down}
    return {"shape": {"kind": "gaussian", "changes": sides}}


QUENCHED = shape(*({"response": {"quenching": {"factor": f}}} for f in (1.05, 0.95)))


def test_shape_passes_through_the_changed_experiments(make: Make) -> None:
    experiment = make(CSI, changes={"nuisances": QUENCHED})
    for values in ({}, {"mu_nu_mu": 3e-9}):
        for u, factor in ((1.0, 1.05), (-1.0, 0.95), (0.0, 1.0)):
            changed = make(CSI, changes={"response": {"quenching": {"factor": factor}}})
            assert expected_counts(experiment, values, {"shape": u})[0] == pytest.approx(
                changed.expected(values)[0].sum(axis=0), rel=1e-12
            )


def test_rows_are_those_of_components_that_change(make: Make) -> None:
    experiment = make(CSI, changes={"nuisances": QUENCHED})
    assert [(m.component, m.factors) for m in experiment.morphs] == [
        ("sns", ("shape",)), ("sns", ("shape", "shape")),
    ]  # fmt: skip
    only = make(CSI, changes={"nuisances": shape({"backgrounds": {"steady": {"rate": "4e-3 events/(kg d PE)"}}})})
    assert [(m.component, m.factors) for m in only.morphs] == [("steady", ("shape",))]
    (row,) = only.morph_counts({})[0]
    assert row == pytest.approx(only.backgrounds["steady"] * (4 / 3.3 - 1), rel=1e-9)


def test_a_later_pulse_shifts_times_and_keeps_energies(make: Make) -> None:
    late = shape(*({"sources": {"sns": {"time": {"offset": f"{x} us"}}}} for x in (0.1, -0.1)))
    wide = {"axes": {"time": {"edges": ["-10 us", "0.5 us", "2000 us"]}}}
    linear, quadratic = make(CSI, changes={"nuisances": late, **wide}).morph_counts({})[0].reshape(2, 4, 2)
    assert np.all(linear[:, 0] < 0)
    assert linear.sum(axis=1) == pytest.approx(0, abs=1e-9 * np.abs(linear).max())
    assert np.abs(quadratic).max() < 0.5 * np.abs(linear).max()


def test_shape_nuisance_counts_standard_deviations(make: Make) -> None:
    (entry,) = [n for n in make(CSI, changes={"nuisances": QUENCHED}).nuisances if n.name == "shape"]
    assert (entry.kind, entry.width, entry.bounds) == ("gaussian", 1.0, (-5.0, 5.0))


def test_changed_tables_of_a_parametric_background_are_refused(make: Make) -> None:
    wider = shape({"backgrounds": {"L1": {"sigma": "0.07 keVee"}}})
    with pytest.raises(ValueError, match=r"'shape' changes an exponential or a line|L1"):
        _ = make(GERMANIUM, changes={"nuisances": wider}).morphs


def test_backgrounds_that_contain_the_signal_follow_the_change() -> None:
    # what is taken off is what the changed detector would see of it, so the total at the Standard Model stays
    wider = shape({"response": {"resolution": {"a": "0.4 keV^0.5"}}})
    experiment = load("xenonnt-2022-er", changes={"nuisances": wider})
    assert {m.component for m in experiment.morphs} >= {"pp", "B0"}
    assert expected_counts(experiment, {}, {"shape": 1.0}) == pytest.approx(expected_counts(experiment, {}), rel=1e-12)
    values = {"mu_nu": 2e-11}
    changed = load("xenonnt-2022-er", changes={"response": {"resolution": {"a": "0.4 keV^0.5"}}})
    assert expected_counts(experiment, values, {"shape": 1.0})[0] == pytest.approx(
        changed.expected(values)[0].sum(axis=0), rel=1e-12
    )


def test_a_limit_with_a_shape_is_weaker(csi: Experiment, make: Make) -> None:
    with_shape = make(CSI, changes={"nuisances": QUENCHED})
    assert interval_of(with_shape, "mu_nu_mu").upper > interval_of(csi, "mu_nu_mu").upper
