"""Text with units: what is read, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight import units
from nulight.units import KINDS, UnitError, parse_quantity, unit_value

EVERY_UNIT = [(kind, unit) for kind, table in KINDS.items() for unit in table]
numbers = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e200, max_value=1e200)


@given(numbers, st.sampled_from(EVERY_UNIT))
def test_a_number_with_any_unit_is_read_back(x: float, kind_unit: tuple[str, str]) -> None:
    kind, unit = kind_unit
    assert parse_quantity(f"{x} {unit}", kind) == x * unit_value(unit, kind)


@given(numbers, st.sampled_from(["", " ", "  "]))
def test_spaces_do_not_matter(x: float, gap: str) -> None:
    assert parse_quantity(f" {x!r}{gap}keV ", "energy") == x


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0.747 MeV", "energy", 747.0),
        ("0.65 t yr", "exposure", 0.65 * 1000 * 365.25 * 86400),
        ("0.65 t*yr", "exposure", 0.65 * 1000 * 365.25 * 86400),
        ("97.1 d", "time", 97.1 * 86400),
        ("3 MCi", "activity", 1.11e17),
        ("0.31 keV^0.5", "sqrt_energy", 0.31),
        ("2.75 %", "fraction", 0.0275),
        ("1e3 m^-2 s^-1", "flux", 0.1),
        ("+.5 m", "length", 50.0),
    ],
)
def test_known_conversions(text: str, kind: str, value: float) -> None:
    assert parse_quantity(text, kind) == pytest.approx(value, rel=1e-14)


def test_a_square_root_of_energy_scales_with_the_root_of_the_unit() -> None:
    for unit in ("eV", "keV", "MeV"):
        root = parse_quantity(f"1 {unit}^0.5", "sqrt_energy")
        assert root**2 == pytest.approx(parse_quantity(f"1 {unit}", "energy"), rel=1e-14)


def test_electron_equivalent_nuclear_recoil_and_plain_energies_never_mix() -> None:
    suffixes = {"energy": "", "energy_ee": "ee", "energy_nr": "nr"}
    for kind in suffixes:
        for other, suffix in suffixes.items():
            if kind == other:
                assert parse_quantity(f"5 keV{suffix}", kind) == 5.0
            else:
                with pytest.raises(UnitError, match=r"is not an? .*energy; use one of"):
                    parse_quantity(f"5 keV{suffix}", kind)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "" not in KINDS[kind]])
@pytest.mark.parametrize("bare", ["1.5", "3", 3, 2.5])
def test_a_bare_number_is_refused_with_an_example_that_works(kind: str, bare: object) -> None:
    with pytest.raises(UnitError, match="has no unit; write for example") as caught:
        parse_quantity(bare, kind)
    example = str(caught.value).split("for example ")[1].strip("'")
    assert parse_quantity(example, kind) > 0


def test_a_fraction_may_be_bare() -> None:
    assert parse_quantity(0.3, "fraction") == parse_quantity("30 %", "fraction") == 0.3


@pytest.mark.parametrize("value", [True, False, None, "", "keV", "nan keV", "inf keV", "one keV", [1, "keV"]])
@pytest.mark.parametrize("kind", ["energy", "fraction"])
def test_what_is_no_number_is_refused(value: object, kind: str) -> None:
    with pytest.raises(UnitError):
        parse_quantity(value, kind)


@pytest.mark.parametrize("text", ["1 kev", "1 keV keV", "1,5 keV", "1e keV", "1 t yr", "1 s"])
def test_a_wrong_unit_lists_the_right_ones(text: str) -> None:
    with pytest.raises(UnitError, match="is not an energy; use one of: eV, keV, MeV, GeV"):
        parse_quantity(text, "energy")


def test_a_number_beyond_floats_is_refused() -> None:
    with pytest.raises(UnitError, match="too large"):
        parse_quantity("1e400 keV", "energy")


def test_unit_errors_are_value_errors() -> None:
    with pytest.raises(ValueError, match="unit 'lb' is not a mass; use one of: g, kg, t"):
        unit_value("lb", "mass")


def test_internal_units_are_kev_cm_s_kg() -> None:
    assert units.keV == units.cm == units.s == units.kg == 1.0
