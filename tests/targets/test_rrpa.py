"""The RRPA ratio of xenon: range, orientation, interpolation."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.targets.rrpa import rrpa_range, rrpa_ratio, rrpa_table

# RRPA over stepping for the solar mix, digitised from arXiv:1610.04177 by the SNuDD authors: independent of the table
DIGITISED = {
    0.3: 0.811,
    0.5: 0.863,
    1.0: 0.858,
    1.5: 0.871,
    2.0: 0.886,
    3.0: 0.890,
    6.0: 0.846,
    8.0: 0.829,
    10.0: 0.813,
}


def test_range_is_that_of_the_table() -> None:
    assert rrpa_range() == (0.265, 28.91371)


def test_ratio_equals_the_table_at_its_points_and_its_ends() -> None:
    energies = rrpa_table().numbers("e_keV")
    np.testing.assert_array_equal(rrpa_ratio(energies, "e"), rrpa_table().numbers("ratio_nue"))
    np.testing.assert_array_equal(rrpa_ratio(energies, "x"), rrpa_table().numbers("ratio_numutau"))


def test_many_body_rate_lies_below_stepping_for_both_flavours() -> None:
    T_e = np.linspace(*rrpa_range(), 500)
    for flavour in ("e", "x"):
        ratio = rrpa_ratio(T_e, flavour)
        assert np.all((ratio > 0.5) & (ratio < 1))


@pytest.mark.parametrize(("T_e", "published"), DIGITISED.items())
def test_solar_mix_of_the_flavours_gives_the_published_ratio(T_e: float, published: float) -> None:
    p_ee, sigma_mu_over_e = 0.55, 0.25
    e, x = p_ee, (1 - p_ee) * sigma_mu_over_e
    mix = (e * rrpa_ratio(T_e, "e") + x * rrpa_ratio(T_e, "x")) / (e + x)
    assert mix == pytest.approx(published, rel=0.03)  # reading error of the digitised curve below 15 keV


@pytest.mark.parametrize("T_e", [0.0, 0.26, 28.92, 140.0, np.nan])
def test_outside_the_table_is_an_error_that_names_energy_and_range(T_e: float) -> None:
    with pytest.raises(ValueError, match=rf"T_e = {T_e:g} keV .*\(0\.265-28\.9137 keV\)"):
        rrpa_ratio([1.0, T_e], "e")
