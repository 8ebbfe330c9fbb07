"""Diffuse supernova neutrinos: total, equal shares, published bounds."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.data.reader import read_package_table
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.sources import dsnb_source


def test_total_flux_is_shared_equally_by_six():
    source = dsnb_source()
    assert source.components == ("nu", "nubar")
    shares = [flux.total()[0] * np.diag(flux.matrices[0]).real for flux in source.fluxes]
    np.testing.assert_allclose(shares, np.full((2, 3), 85.7 / 6), rtol=1e-10)
    assert [flux.helicity for flux in source.fluxes] == ["nu", "nubar"]


def test_equal_mixture_survives_any_conversion():
    mixing = pmns(get_oscillation("nufit-6.0-no"))
    for flux in dsnb_source().fluxes:
        rotated = mixing @ flux.matrices @ mixing.conj().T
        np.testing.assert_allclose(rotated, flux.matrices, atol=1e-15)


def test_spectrum_is_the_tabulated_one():
    table = read_package_table("data/atmospheric/dsnb.csv")
    E, flux = table.numbers("e_MeV") * 1e3, table.numbers("flux") / 1e3
    found = sum(part.density(E[1:-1])[0] for part in dsnb_source().fluxes)
    # the table is thinned: its own integral is 1e-4 below the total
    np.testing.assert_allclose(found, flux[1:-1], rtol=2e-4)


def test_antineutrinos_of_the_electron_flavour_obey_the_bound_of_super_kamiokande():
    # astro-ph/0610534: less than 1.2 cm^-2 s^-1 above 19.3 MeV; predictions from 0.05 up to that
    flux = dsnb_source().flux("nubar")
    nubar_e = flux.moments(np.array(19300.0))[0, 0] * flux.matrices[0, 0, 0].real
    assert 0.05 < nubar_e < 1.2


def test_nuisance_and_provenance():
    source = dsnb_source(name="relic")
    (nuisance,) = source.nuisances
    assert (source.name, nuisance.name, nuisance.width) == ("relic", "flux_dsnb", 0.5)
    assert nuisance.components == source.components
    assert set(source.hashes) == {"dsnb.csv"}
    assert "arXiv:2109.03116" in source.citations
    assert dsnb_source(width=0.0).nuisances == ()
    with pytest.raises(ValueError, match=r"width = nan must not be negative; it is relative, 0.5 for 50 %"):
        dsnb_source(width=np.nan)
