"""Nuclear recoils, quenching, photoelectrons: what a card must say, and what must not be mixed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight import load
from nulight.experiments.quantities import Measured, rate_unit, unit_family
from nulight.units import KINDS
from oracles_cards import CSI, DRESDEN, changed, faults_of, make_table

TABLES = {
    "counts.csv": make_table(
        {
            "lo": ("PE", [8, 8, 12, 12]),
            "hi": ("PE", [12, 12, 16, 16]),
            "t_lo": ("us", [0, 1, 0, 1]),
            "t_hi": ("us", [1, 6, 1, 6]),
            "n": ("counts", [4, 6, 1, 0]),
        }
    ),
    "pulse.csv": make_table({"t_lo": ("us", [0, 1]), "t_hi": ("us", [1, 6]), "p": ("", [0.75, 0.25])}),
    "rate.csv": make_table(
        {"lo": ("keVee", [0.2, 0.3]), "hi": ("keVee", [0.3, 0.4]), "rate": ("", [-1.0, 2.0]), "err": ("", [1.0, 2.0])}
    ),
    "kev.csv": make_table(
        {"lo": ("keV", [0.2, 0.3]), "hi": ("keV", [0.3, 0.4]), "rate": ("", [1.0, 2.0]), "err": ("", [1.0, 2.0])}
    ),
    "qf.csv": make_table({"e": ("keVnr", [0.0, 10.0]), "ee": ("keVee", [0.0, 10.0]), "q": ("-", [0.2, 0.3]),
                          "big": ("-", [2.0, 3.0])}),
    "eff.csv": make_table({"nr": ("keVnr", [0.1, 5.0]), "ee": ("keVee", [0.1, 0.3]), "kev": ("keV", [0.1, 5.0]),
                           "pe": ("PE", [0.0, 20.0]), "eff": ("-", [0.5, 1.0])}),
    "res.csv": make_table({"e": ("keVee", [0.0, 1.0]), "nr": ("keVnr", [0.0, 1.0]), "s": ("keVee", [0.1, 0.1])}),
    "matrix.csv": make_table({"e": ("keV", [0.4, 1.0]), "ee": ("keVee", [0.4, 1.0]), "nr": ("keVnr", [0.4, 1.0]),
                              "s2_00": ("", [0.1, 0.2]), "s2_01": ("", [0.2, 0.3]), "s2_lo": ("", [1.0, 1.0]),
                              "bad_0": ("", [0.6, 0.6]), "bad_1": ("", [0.5, 0.5]), "one_0": ("", [0.5, 0.5])}),
}  # fmt: skip
CSI_EFFICIENCY = CSI["response"]["efficiency"]


def csi(*changes: tuple[str, Any]) -> list[tuple[str, str]]:
    return [(fault.path, str(fault)) for fault in faults_of(changed(CSI, *changes), TABLES)]


def dresden(*changes: tuple[str, Any]) -> list[tuple[str, str]]:
    return [(fault.path, str(fault)) for fault in faults_of(changed(DRESDEN, *changes), TABLES)]


def table_efficiency(energy: str, of: str = "reconstructed", **more: str) -> dict[str, Any]:
    return {"kind": "table", "file": "eff.csv", "energy": energy, "value": "eff", "of": of} | more


def matrix(**sides: str) -> dict[str, Any]:
    return {"kind": "matrix"} | {
        side: {"file": "matrix.csv", "energy": "e", "prefix": prefix} for side, prefix in sides.items()
    }


def test_both_cards_are_sound() -> None:
    assert csi() == []
    assert dresden() == []


QF = "response.quenching"
FIVE = ["0 keVnr", "5 keVnr"]
RES = "response.resolution"
EFF = "response.efficiency"


@pytest.mark.parametrize(
    ("path", "value", "where", "text"),
    [
        (QF, None, QF, "is missing: nuclear recoils are to be seen in keVee; response.quenching, or bins in keVnr"),
        (f"{QF}.range", ["10 keVnr", "5 keVnr"], f"{QF}.range", "ends at 5 keVnr"),
        (f"{QF}.range", None, f"{QF}.range", "is missing"),
        (f"{QF}.range", ["1 keVee", "5 keVnr"], f"{QF}.range[0]", "use one of: eVnr, keVnr"),
        (f"{QF}.k", 0, f"{QF}.k", "greater than 0"),
        ("target.material", "CsI", f"{QF}.Z", "is missing: CsI is a compound"),
        (f"{QF}.factor", 20, QF, "check the unit of the coefficients"),
        (QF, {"kind": "constant", "value": "878 %", "range": ["0 keVnr", "5 keVnr"]}, QF, "outside 0 to 1.5"),
        (QF, {"kind": "table", "file": "qf.csv", "energy": "ee", "value": "q"}, f"{QF}.energy", "keVnr"),
        (QF, {"kind": "table", "file": "qf.csv", "energy": "e", "value": "big"}, QF, "outside 0 to 1.5"),
        (QF, {"kind": "table", "file": "qf.csv", "energy": "e", "value": "no"}, f"{QF}.value", "no column 'no'"),
        (QF, {"kind": "table", "file": "none.csv", "energy": "e", "value": "q"}, f"{QF}.file", "no such table"),
        (QF, {"kind": "polynomial", "coefficients": [-0.1], "of": "keV", "range": FIVE}, QF, "does not hold"),
        (QF, {"kind": "polynomial", "coefficients": [0.1], "of": "J", "range": FIVE}, f"{QF}.of", "'MeV'"),
        ("channel", "electron-recoils", "channel", "'nuclear-recoil'"),
        ("channel", "both", None, None),
        ("bins.from", "0.2 keVnr", "bins.to", "is an electron-equivalent energy; use keVnr"),
        ("bins.to", "8 PE", "bins.to", "is a number of photoelectrons; use keVee"),
        (f"{RES}.noise", "68.5 eVnr", f"{RES}.noise", "is a nuclear-recoil energy"),
        (f"{RES}.noise", "0 eV", None, None),
        (RES, {"kind": "perfect"}, None, None),
        (RES, {"kind": "gaussian", "c": "0.1 keV"}, None, None),
        (RES, {"kind": "gaussian", "c": 0.1}, f"{RES}.c", "has no unit"),
        (RES, {"kind": "gaussian"}, RES, "has no width"),
        (RES, {"kind": "gaussian-polynomial", "coefficients": [0.1, 0.02]}, None, None),
        (RES, {"kind": "gaussian-table", "file": "res.csv", "energy": "e", "sigma": "s"}, None, None),
        (RES, {"kind": "gaussian-table", "file": "res.csv", "energy": "nr", "sigma": "s"}, f"{RES}.energy", "'keVnr'"),
        (RES, {"kind": "poisson", "light_yield": "13 PE/keVee"}, RES, "the bins are in keVee"),
        (RES, {"kind": "poisson", "light_yield": "13"}, f"{RES}.light_yield", "1 PE/keVee"),
        (EFF, None, EFF, "is missing"),
        (EFF, table_efficiency("ee", beyond="hold"), None, None),
        (EFF, table_efficiency("ee"), "bins", "ends at 0.3 keVee"),
        (EFF, table_efficiency("kev"), f"{EFF}.energy", "has the unit 'keV'"),
        (EFF, table_efficiency("nr"), f"{EFF}.energy", "has the unit 'keVnr'"),
        (EFF, table_efficiency("nr", "true", beyond="hold"), None, None),
        (EFF, table_efficiency("nr", "true"), f"{EFF}.beyond", "do not say which energies in keVnr"),
        (EFF, table_efficiency("ee", "true", beyond="zero"), None, None),
        (EFF, table_efficiency("kev", "true"), f"{EFF}.energy", "keVnr"),
        (f"{EFF}.threshold", "2 PE", f"{EFF}.threshold", "is a number of photoelectrons; use keVee"),
        ("target.form_factor", "hlem", "target.form_factor", "'helm'"),
        (f"{QF}.k", 1.57, f"{QF}.k", "within 0.05 and 0.5, for most materials 0.1 to 0.2"),
        ("observed.file", "kev.csv", "observed.lower", "write '# columns: lo [keVee]'"),
        ("backgrounds.0.scale", "0.1 keVnr", "backgrounds[0].scale", "is a nuclear-recoil energy; use keVee"),
        ("backgrounds.0.scale", "0 keVee", "backgrounds[0].scale", "is not positive"),
        ("backgrounds.0.amplitude", "3 events/(kg d PE)", "backgrounds[0].amplitude", "is a rate per"),
        ("backgrounds.0.amplitude", "3 events/(kg d keVnr)", "backgrounds[0].amplitude", "nuclear-recoil"),
        ("backgrounds.0.amplitude", "3 events/(kg d keVee)", None, None),
        ("backgrounds.1.centre", "1.3 keV", "backgrounds[1].centre", "keVee"),
        ("backgrounds.1.sigma", "1 PE", "backgrounds[1].sigma", "use keVee"),
        ("backgrounds.2.of", "sun", "backgrounds[2].of", "one of: signal, reactor"),
        ("backgrounds.2.of", "reactor", None, None),
        ("observed.sigma", None, "observed.column", "negative count -1"),
        ("observed.sigma", "rate", "observed.sigma", "has the error -1"),
        ("statistic", "poisson", "observed.sigma", "has no effect on a Poisson statistic"),
    ],
)  # fmt: skip
def test_each_rule_in_kev_says_what_is_wrong(path: str, value: Any, where: str | None, text: str | None) -> None:
    faults = dresden((path, value))
    if where is None or text is None:
        assert faults == []
    else:
        assert any(place == where and text in message for place, message in faults), faults


@pytest.mark.parametrize(
    ("path", "value", "where", "text"),
    [
        (QF, None, QF, "are to be seen in PE; response.quenching"),
        (RES, {"kind": "perfect"}, RES, "gives no photoelectrons"),
        (RES, {"kind": "fano", "noise": "1 eV", "energy_per_pair": "3 eV", "fano": 0.1}, RES, "gives no"),
        (RES, {"kind": "poisson", "light_yield": "13.35 PE/keVee"}, None, None),
        (f"{RES}.light_yield", "13.35 PE", f"{RES}.light_yield", "is not a light yield"),
        (f"{RES}.b", 0, f"{RES}.b", "greater than 0"),
        (f"{EFF}.midpoint", "0.8 keVee", f"{EFF}.midpoint", "use PE"),
        (f"{EFF}.slope", "0.3 /keVee", f"{EFF}.slope", "is per keVee, the midpoint is in PE"),
        (f"{EFF}.slope", "0.285979 /PE", None, None),
        (f"{EFF}.height", 0, f"{EFF}.height", "greater than 0"),
        (EFF, table_efficiency("pe"), None, None),
        (EFF, table_efficiency("ee", "true", beyond="hold"), None, None),
        (EFF, table_efficiency("nr", "true", beyond="hold"), f"{EFF}.energy", "keVnr"),
        (RES, matrix(nuclear="s2_", electron="s2_"), EFF, "has no effect beside a matrix"),
        (RES, matrix(nuclear="s2_", electron="s2_"), QF, "has no effect beside a matrix"),
        ("backgrounds.1.rate", "1 events/(kg d keV)", "backgrounds[1].rate", "use PE"),
        ("bins", {"kind": "table", "file": "qf.csv", "lower": "q", "upper": "q"}, "bins.lower", "has the unit '-'"),
    ],
)  # fmt: skip
def test_each_rule_in_photoelectrons_says_what_is_wrong(
    path: str, value: Any, where: str | None, text: str | None
) -> None:
    faults = csi((path, value))
    if where is None or text is None:
        assert faults == []
    else:
        assert any(place == where and text in message for place, message in faults), faults


def test_poisson_counts_need_whole_edges() -> None:
    poisson = (RES, {"kind": "poisson", "light_yield": "13.35 PE/keVee"})
    asimov = ("observed", {"kind": "asimov"})
    edges = ("bins", {"kind": "edges", "edges": ["8 PE", "12.5 PE", "16 PE"]})
    flat = ("backgrounds", [])
    free = ("nuisances", [])
    assert csi(poisson, asimov, edges, flat, free) == [
        ("bins", "bins: '12.5 PE' is an edge between Poisson counts; whole numbers of photoelectrons, or kind: gamma")
    ]
    assert csi(asimov, edges, flat, free) == []


NR = [
    ("bins", {"kind": "uniform", "from": "1 keVnr", "to": "3 keVnr", "n": 2}),
    ("observed", {"kind": "asimov"}),
    ("backgrounds", []),
    ("nuisances", []),
]


def test_bins_in_true_recoil_energy_take_no_quenching_and_no_electrons() -> None:
    resolution = (RES, {"kind": "perfect"})
    (quenched,) = dresden(*NR, resolution)
    assert quenched[0] == QF
    assert "has no effect on bins in keVnr" in quenched[1]
    assert dresden(*NR, resolution, (QF, None)) == []
    for channel in ("both", "electron-recoil"):
        (fault,) = dresden(*NR, resolution, (QF, None), ("channel", channel))
        assert fault[0] == "bins"
        assert "keVee or PE" in fault[1]
    efficiency = (EFF, table_efficiency("nr", "true"))
    assert dresden(*NR, resolution, (QF, None), efficiency) == []  # the same axis: no doubt where it ends


MATRIX = [(QF, None), (EFF, None), ("nuisances", [])]


def test_a_matrix_has_a_column_for_each_bin_and_a_table_for_each_recoil() -> None:
    assert csi(*MATRIX, (RES, matrix(nuclear="s2_", electron="s2_"))) == []
    (fault,) = csi(*MATRIX, (RES, matrix(nuclear="s2_")))
    assert (fault[0], "is missing for channel both" in fault[1]) == (f"{RES}.electron", True)
    (fault,) = csi(*MATRIX, (RES, matrix(nuclear="one_", electron="s2_")))
    assert (fault[0], "starts 1 columns, for 2 bins" in fault[1]) == (f"{RES}.nuclear.prefix", True)
    (fault,) = csi(*MATRIX, (RES, matrix(nuclear="bad_", electron="s2_")))
    assert "rows add up to 1.1" in fault[1]
    (fault,) = csi(*MATRIX, (RES, matrix(nuclear="s3_", electron="s2_")))
    assert "starts no column" in fault[1]
    wrong = matrix(nuclear="s2_", electron="s2_")
    wrong["nuclear"]["energy"], wrong["electron"]["energy"] = "ee", "nr"
    assert [place for place, _ in csi(*MATRIX, (RES, wrong))] == [f"{RES}.nuclear.energy", f"{RES}.electron.energy"]
    assert csi(*MATRIX, (RES, matrix(nuclear="s2_")), ("channel", "nuclear-recoil")) == []


def test_a_bare_slope_belongs_to_a_midpoint_in_kev_or_photoelectrons() -> None:
    logistic = {"kind": "logistic", "height": 1, "slope": 3, "midpoint": "250 eVee"}
    (fault,) = dresden((EFF, logistic))
    assert (fault[0], "the midpoint is not in keV or PE" in fault[1]) == (f"{EFF}.slope", True)
    assert dresden((EFF, logistic | {"slope": "3 /keVee"})) == []
    assert dresden((EFF, logistic | {"midpoint": "0.25 keVee"})) == []


def test_an_electron_recoil_card_reads_plain_kev_as_kevee() -> None:
    electrons = [("channel", "electron-recoil"), ("observed.file", "kev.csv")]
    assert dresden(*electrons) == []
    table = ("bins", {"kind": "table", "file": "kev.csv", "lower": "lo", "upper": "hi"})
    assert dresden(*electrons, table) == []
    assert dresden(table, ("observed.file", "kev.csv"))[0][0] == "bins.lower"


@given(st.sampled_from(["eV", "keV", "MeV"]), st.sampled_from(["", "ee", "nr"]))
def test_a_unit_knows_its_family(unit: str, suffix: str) -> None:
    assert unit_family(unit + suffix) == f"keV{suffix}"
    rate = rate_unit(f"events/(kg d {unit}{suffix})")
    assert rate.family == f"keV{suffix}"
    assert rate * KINDS["energy"][unit] * 86400 == pytest.approx(1, rel=1e-14)


def test_a_measured_number_is_a_number_and_survives_copies() -> None:
    import copy
    import pickle

    number = Measured(2.5, "PE")
    assert number == 2.5
    for same in (copy.deepcopy(number), pickle.loads(pickle.dumps(number))):
        assert (same, same.family) == (2.5, "PE")


PATHS = ["channel", "response", "response.quenching", "response.quenching.range", "response.quenching.k", "target",
         "response.resolution", "response.resolution.noise", "response.efficiency", "bins", "bins.from", "observed",
         "observed.sigma", "observed.factor", "backgrounds.0", "backgrounds.1.centre", "backgrounds.2.of",
         "nuisances.1", "nuisances.1.bounds", "nuisances.1.scales", "nuisances.0.changes", "axes", "signal_shape",
         "sources.0", "exposure"]  # fmt: skip
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats()
    | st.sampled_from(["", "matrix", "line", "1 keVee", "2 PE", "0 us", "up", "rate.csv", "tail"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "name", "file", "edges", "up", "nuclear", "axes"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)


@given(st.sampled_from([CSI, DRESDEN]), st.sampled_from(PATHS), JUNK)
def test_nothing_written_in_a_card_does_worse_than_give_faults(base: dict[str, Any], path: str, junk: Any) -> None:
    document = changed(base, ("sources.0.name", "source"))
    place: Any = document
    *way, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    for key in way:
        place = place.setdefault(key, {}) if isinstance(place, dict) else place[min(int(key), len(place) - 1)]
    place[last if isinstance(place, dict) else 0] = junk
    for fault in faults_of(document, TABLES):
        assert fault.path
        assert fault.problem


def test_recoils_beyond_the_quenching_range_are_refused_with_the_card_and_the_field() -> None:
    short = load("generic-cevns", changes={"response": {"quenching": {"range": ["0 keVnr", "2 keVnr"]}}})
    with pytest.raises(ValueError, match=r"generic-cevns, .*keVnr.* response\.quenching\.range\): response: the bin"):
        short.expected({})
