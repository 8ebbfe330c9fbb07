"""Nuisances that change the card, and those that scale it."""

from __future__ import annotations

from typing import Any

import pytest

from nulight.data.reader import Table
from nulight.experiments.merging import merged, overlaid
from nulight.experiments.schema import Card, NuisanceEntry
from oracles_cards import CSI, DRESDEN, changed, faults_of, make_table

TABLES: dict[str, Table] = {
    "counts.csv": make_table(
        {"lo": ("PE", [8, 8, 12, 12]), "hi": ("PE", [12, 12, 16, 16]), "t_lo": ("us", [0, 1, 0, 1]),
         "t_hi": ("us", [1, 6, 1, 6]), "n": ("counts", [4, 6, 1, 0])}
    ),
    "pulse.csv": make_table({"t_lo": ("us", [0, 1]), "t_hi": ("us", [1, 6]), "p": ("", [0.75, 0.25])}),
    "rate.csv": make_table(
        {"lo": ("keVee", [0.2, 0.3]), "hi": ("keVee", [0.3, 0.4]), "rate": ("", [1.0, 2.0]), "err": ("", [1.0, 2.0])}
    ),
}  # fmt: skip


def csi(*changes: tuple[str, Any]) -> list[tuple[str, str]]:
    return [(fault.path, str(fault)) for fault in faults_of(changed(CSI, *changes), TABLES)]


def dresden(*changes: tuple[str, Any]) -> list[tuple[str, str]]:
    return [(fault.path, str(fault)) for fault in faults_of(changed(DRESDEN, *changes), TABLES)]


UP = "nuisances.1.changes.up"
AT = "nuisances[1].changes.up"


@pytest.mark.parametrize(
    ("value", "where", "text"),
    [
        ({"response": {"quenching": {"factor": -1}}}, f"{AT}.response.quenching.factor", "greater than 0"),
        ({"response": {"quenching": {"kind": "table", "file": "qf.csv", "energy": "e", "value": "q"}}},
         f"{AT}.response.quenching.file", "is no such table"),
        ({"response": {"quenching": {"faktor": 2}}}, f"{AT}.response.quenching.faktor", "did you mean factor?"),
        ({"response": {"quenching": {"factor": 1.0}}}, None, None),
        ({"sources": {"sns": {"distance": "19.2 m"}}}, None, None),
        ({"sources": {"ess": {"kind": "solar"}}}, f"{AT}.sources", "are other sources; those of the card: sns"),
        ({"backgrounds": {"flat": None}}, f"{AT}.backgrounds", "are other backgrounds; those of the card: brn, flat"),
        ({"backgrounds": {"flat": {"rate": "0.2 events/(kg d PE)"}}}, None, None),
        ({"backgrounds": {"brn": {"energy": {"column": "m"}}}}, f"{AT}.backgrounds[0].energy.column", "no column 'm'"),
        ({"sources": {"sns": {"time": {"kind": "pulse", "file": "pulse.csv", "lower": "t_lo", "upper": "t_hi",
                                       "column": "m"}}}}, f"{AT}.sources[0].time.column", "no column 'm'"),
        ({"axes": {"time": {"efficiency": {"rate": "0.06 /us"}}}}, None, None),
        ({"axes": {"time": {"edges": ["0 us", "1 us"]}}}, AT, "leads to other bins"),
        ({"bins": {"edges": ["8 PE", "16 PE"]}}, f"{AT}.bins", "does not change expected counts"),
        ({"observed": {"column": "m"}}, f"{AT}.observed", "does not change expected counts"),
        ({"nuisances": {"brn_norm": {"width": "1 %"}}}, f"{AT}.nuisances", "one of: sources, target"),
        ({"target": {"material": "CsI"}}, AT, "changes nothing"),
        ({}, AT, "at least 1"),
        ("up", AT, "dictionary"),
        ({"exposure": "14.7 kg yr"}, None, None),
    ],
)  # fmt: skip
def test_both_variants_of_a_shape_must_be_cards_of_the_same_bins(
    value: Any, where: str | None, text: str | None
) -> None:
    faults = csi((UP, value))
    if where is None or text is None:
        assert faults == []
    else:
        assert [place for place, _ in faults] == [where]
        assert text in faults[0][1]


def test_faults_of_the_card_are_not_told_again_for_its_variants() -> None:
    faults = csi(("exposure", "14.6 kg"), (UP, {"response": {"quenching": {"factor": 0}}}))
    assert [place for place, _ in faults] == ["exposure", f"{AT}.response.quenching.factor"]


def test_a_shape_does_not_change_what_has_parameters_of_its_own() -> None:
    change = {"name": "x", "kind": "gaussian", "changes": {"up": {"backgrounds": {"tail": {"scale": "0.2 keVee"}}}}}
    (fault,) = dresden(("nuisances.2", change))
    assert (fault[0], "'tail' changes the exponential" in fault[1]) == ("nuisances[2].changes.up.backgrounds[0]", True)
    change["changes"] = {"up": {"exposure": "300 kg d"}}
    assert [place[-14:] for place, _ in dresden(("nuisances.2", change))] == ["backgrounds[0]", "backgrounds[1]"]
    change["changes"] = {"up": {"backgrounds": {"part": {"fraction": "30 %"}}}}
    assert dresden(("nuisances.2", change)) == []


@pytest.mark.parametrize(
    ("change", "where", "text"),
    [
        ({"scales": None}, "nuisances[1]", "has neither scales nor changes"),
        ({"scales": ["tail"], "changes": {"up": {"target": {"shells": "xray"}}}}, "nuisances[1]", "has both"),
        ({"scales": ["tail.centre"]}, "nuisances[1].scales[0]", "tail.amplitude, tail.scale, L1.counts, L1.centre"),
        ({"scales": ["part.fraction"]}, "nuisances[1].scales[0]", "is no part of this card"),
        ({"scales": ["tail.scale", "L1.sigma", "part", "signal"]}, None, None),
        ({"scales": []}, "nuisances[1].scales", "at least 1"),
        ({"bounds": None}, "nuisances[1].bounds", "is missing: tail.scale must stay positive"),
        ({"bounds": None, "scales": ["tail.amplitude"]}, None, None),
        ({"bounds": [-1, 4]}, "nuisances[1].bounds", "lets 1 + u turn tail.scale negative or zero"),
        ({"bounds": [-1, 4], "scales": ["tail"]}, None, None),
        ({"bounds": [-2, 4], "scales": ["tail"]}, "nuisances[1].bounds", "turn counts negative"),
        ({"bounds": [1, 4]}, "nuisances[1].bounds", "does not hold 0"),
        ({"bounds": [4, -0.5]}, "nuisances[1].bounds", "does not hold 0"),
        ({"bounds": [-0.5]}, "nuisances[1].bounds[1]", "is missing"),
        ({"kind": "box", "width": "5 %"}, "nuisances[1].bounds", "has no meaning for kind box"),
        ({"kind": "gaussian", "width": "5 %"}, None, None),
        ({"kind": "gaussian"}, "nuisances[1].width", "is missing"),
        ({"width": "5 %"}, "nuisances[1].width", "has no meaning for kind free"),
    ],
)  # fmt: skip
def test_sizes_bounds_and_targets_of_nuisances(change: dict[str, Any], where: str | None, text: str | None) -> None:
    entry = {key: value for key, value in (DRESDEN["nuisances"][1] | change).items() if value is not None}
    faults = dresden(("nuisances.1", entry))
    if where is None or text is None:
        assert faults == []
    else:
        assert any(place == where and text in message for place, message in faults), faults


def test_a_gaussian_shape_is_in_standard_deviations_unless_it_says_otherwise() -> None:
    entry = CSI["nuisances"][1]
    assert NuisanceEntry.model_validate(entry).size == 1.0
    assert NuisanceEntry.model_validate(entry | {"width": 2}).size == 2.0
    assert NuisanceEntry.model_validate(CSI["nuisances"][0]).size == 0.25
    assert NuisanceEntry.model_validate({"name": "x", "kind": "free", "scales": ["signal"]}).size is None


# --- exposures ----------------------------------------------------------------------------------


def test_counts_keep_the_exposure_they_belong_to_when_that_of_the_card_changes() -> None:
    longer = overlaid(CSI, {"exposure": "29.2 kg yr"})
    assert [item.get("exposure") for item in longer["backgrounds"]] == ["14.6 kg yr", None]
    again = overlaid(longer, {"exposure": "1 t yr"})
    assert again["backgrounds"][0]["exposure"] == "14.6 kg yr"
    card = Card.model_validate(again)
    assert card.backgrounds[0].exposure == pytest.approx(14.6 * 365.25 * 86400)  # type: ignore[union-attr]
    assert CSI["backgrounds"][0].get("exposure") is None


def test_counts_given_together_with_an_exposure_belong_to_it() -> None:
    other = overlaid(CSI, {"exposure": "29.2 kg yr", "backgrounds": {"brn": {"counts": 40}}})
    assert "exposure" not in other["backgrounds"][0]
    stated = overlaid(CSI, {"exposure": "29.2 kg yr", "backgrounds": {"brn": {"exposure": "29.2 kg yr"}}})
    assert stated["backgrounds"][0]["exposure"] == "29.2 kg yr"
    same = overlaid(CSI, {"exposure": "14.6 kg yr"})
    assert same == CSI
    noted = overlaid(CSI, {"exposure": "29.2 kg yr", "backgrounds": {"brn": {"quality": "proxy"}}})
    assert noted["backgrounds"][0]["exposure"] == "14.6 kg yr"


@pytest.mark.parametrize("backgrounds", [None, True, "x", [1, "y"], {"a": 1}])
def test_laying_over_broken_backgrounds_leaves_the_faults_to_the_schema(backgrounds: Any) -> None:
    base = CSI | {"backgrounds": backgrounds}
    assert overlaid(base, {"exposure": "1 t yr"}) == merged(base, {"exposure": "1 t yr"})
