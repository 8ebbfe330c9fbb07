"""The record of a source refuses to be inconsistent."""

from __future__ import annotations

import pytest

from nulight.neutrinos.flux import Flux, pure_flavour
from nulight.sources import FluxNuisance, Source, TimeProfile
from nulight.sources.pulses import GaussianPulse


def line(name: str) -> Flux:
    return Flux.from_lines(name, [100.0], [[1.0]], matrices=pure_flavour("nu_e"))


def test_components_are_the_names_of_the_fluxes_and_look_them_up():
    source = Source(name="two", fluxes=(line("a"), line("b")))
    assert source.components == ("a", "b")
    assert source.flux("b") is source.fluxes[1]
    with pytest.raises(ValueError, match="'two' has no component 'c'; it has a, b"):
        source.flux("c")


def test_two_fluxes_of_one_name_or_none_are_refused():
    for fluxes in ((line("a"), line("a")), ()):
        with pytest.raises(ValueError, match="needs fluxes with different names"):
            Source(name="x", fluxes=fluxes)


def test_nuisance_of_an_unknown_component_is_refused():
    nuisance = FluxNuisance(name="n", width=0.1, components=("a", "z"))
    with pytest.raises(ValueError, match="'n' scales unknown component z; there are a"):
        Source(name="x", fluxes=(line("a"),), nuisances=(nuisance,))


@pytest.mark.parametrize("width", [0.0, -0.1, float("nan"), float("inf")])
def test_nuisance_needs_a_positive_width(width):
    with pytest.raises(ValueError, match="must be a positive relative size"):
        FluxNuisance(name="n", width=width, components=("a",))


def test_nuisance_needs_a_component():
    with pytest.raises(ValueError, match="scales no flux component"):
        FluxNuisance(name="n", width=0.1, components=())


def test_time_profiles_are_of_all_components_or_none():
    profile = TimeProfile(pulse=GaussianPulse(mean=0.0, width=1e-6))
    assert Source(name="x", fluxes=(line("a"),)).time_profiles == {}
    assert Source(name="x", fluxes=(line("a"),), time_profiles={"a": profile}).time_profiles["a"] is profile
    for given in ({"a": profile}, {"a": profile, "b": profile, "c": profile}):
        with pytest.raises(ValueError, match="but the components are a, b; give one for each"):
            Source(name="x", fluxes=(line("a"), line("b")), time_profiles=given)
