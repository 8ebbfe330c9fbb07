"""Published limits: values beside ours, conventions proven from the papers' own numbers."""

import csv
from pathlib import Path

import pytest

import nulight
from nulight.constants import K_R2
from nulight.data.reader import read_package_table
from nulight.io.bibtex import bibtex
from nulight.literature.limits import couplings_with_limits, flavours_of, published_limits

TABLES = Path(nulight.__file__).parent / "data" / "limits"
Z_90 = 1.6449  # two-sided 90 % in standard deviations


def named(coupling, experiment, **options):
    (limit,) = [bound for bound in published_limits(coupling, **options) if bound.experiment == experiment]
    return limit


@pytest.mark.parametrize(
    ("coupling", "experiment", "upper", "cl", "reference"),
    [
        ("mu_nu", "XENONnT_SR0", 6.4e-12, 0.90, "arXiv:2207.11330"),
        ("mu_nu", "LZ_reanalysis", 1.1e-11, 0.90, "arXiv:2207.05036"),
        ("mu_nu_e", "PandaX-4T+LZ+XENONnT_reanalysis", 10.3e-12, None, "arXiv:2309.17380"),
        ("mu_nu_mu", "PandaX-4T+LZ+XENONnT_reanalysis", 15.6e-12, None, "arXiv:2309.17380"),
        ("mu_nu_tau", "PandaX-4T+LZ+XENONnT_reanalysis", 15.6e-12, None, "arXiv:2309.17380"),
        ("q_nu", "LZ_reanalysis", 1.5e-13, 0.90, "arXiv:2207.05036"),
        ("q_nu_ee", "GEMMA_Brudanin", 2.7e-12, 0.90, "arXiv:1411.2279"),
    ],
)
def test_limits_to_stand_beside_the_xenon_ones(coupling, experiment, upper, cl, reference):
    limit = named(coupling, experiment)
    assert (limit.upper, limit.cl, limit.reference, limit.lower) == (upper, cl, reference, None)


def test_xenon1t_reported_an_interval():
    limit = named("mu_nu", "XENON1T")
    assert (limit.lower, limit.upper) == (1.4e-11, 2.9e-11)


def texono_2010(coupling, **options):
    (limit,) = [b for b in published_limits(coupling, **options) if b.reference == "arXiv:0911.1597"]
    return limit


def test_texono_radius_doubles_in_the_package_convention():
    limit = texono_2010("r2_nu_ee")
    assert limit.published == (-2.1e-32, 3.3e-32)
    assert (limit.lower, limit.upper) == pytest.approx((-4.2e-32, 6.6e-32))
    assert limit.convention == "half"


def test_texono_anapole_bound_of_the_paper_is_half_of_the_physical_one():
    # Herrera and Huber quote 5.5e-33 = 3.3e-32/6 from the half-size radius; r2 > 0 is a < 0.
    limit = texono_2010("a_nu_ee")
    assert (limit.lower, limit.upper) == pytest.approx((-1.1e-32, 0.7e-32))
    assert limit.lower == pytest.approx(-2 * 5.5e-33)
    half = texono_2010("a_nu_ee", conventions="literature-half")
    assert half.lower == pytest.approx(-5.5e-33)


def half_convention_rows():
    table = read_package_table("data/limits/charge_radius_conventions.csv").where(convention="half")
    rows = zip(table.text("reference"), table.text("factor"), table.text("s2w_error"), strict=True)
    return [(reference, factor, float(error)) for reference, factor, error in rows if error]


@pytest.mark.parametrize(("reference", "factor", "s2w_error"), half_convention_rows())
def test_papers_marked_half_shift_s2w_by_k_times_their_radius(reference, factor, s2w_error):
    # Published interval width times K against the s2w interval of the same fit; K r2 / 2 (package
    # convention) would miss by a factor 2. Two printed digits each: 5 %, one digit (0.05): 10 %.
    (limit,) = [b for b in published_limits("r2_nu_ee") if b.reference == reference]
    half_width = (limit.published[1] - limit.published[0]) / 2
    sigmas = Z_90 if limit.cl == 0.90 else 1.0
    assert K_R2 * half_width == pytest.approx(sigmas * s2w_error, rel=0.10 if s2w_error == 0.05 else 0.05)
    assert float(factor) == 2
    assert limit.upper == pytest.approx(2 * limit.published[1])


def test_unknown_convention_is_said_and_not_converted():
    limit = named("r2_nu_tautau", "TRISTAN")
    assert (limit.convention, limit.upper, limit.published) == ("as published", 3.1e-31, (None, 3.1e-31))
    anapole = named("a_nu_tautau", "TRISTAN")
    assert anapole.upper is None
    assert anapole.lower == pytest.approx(-3.1e-31 / 6)


@pytest.mark.parametrize("coupling", couplings_with_limits())
def test_every_limit_is_ordered_sourced_and_newest_first(coupling):
    limits = published_limits(coupling)
    assert [b.year for b in limits] == sorted((b.year for b in limits), reverse=True)
    for bound in limits:
        assert bound.coupling == coupling
        assert bound.reference
        assert bound.read_in
        assert bound.cl is None or 0.6 < bound.cl < 1
        assert bound.lower is not None or bound.upper is not None
        assert bound.lower is None or bound.upper is None or bound.lower < bound.upper
        assert (bound.convention != "") == (coupling[:2] in ("r2", "a_"))


def rows_of(name):
    lines = [line for line in (TABLES / name).read_text().splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def test_every_row_of_the_table_is_a_limit():
    read = published_limits()
    assert len(read) == len(rows_of("published.csv"))
    assert [b.year for b in read] == sorted((b.year for b in read), reverse=True)
    assert {b.coupling for b in read} == {c for c in couplings_with_limits() if not c.startswith("a_nu")}


def test_no_bound_is_listed_twice():
    keys = [(c, b.experiment, b.reference, b.published) for c in couplings_with_limits() for b in published_limits(c)]
    assert len(set(keys)) == len(keys)


def test_effective_bounds_are_added_only_on_request():
    own = published_limits("q_nu_ee")
    both = published_limits("q_nu_ee", effective=True)
    assert {b.coupling for b in own} == {"q_nu_ee"}
    assert {b.coupling for b in both} == {"q_nu_ee", "q_nu"}
    assert named("q_nu_ee", "LZ_reanalysis", effective=True).upper == 1.5e-13


def test_coupling_without_tabulated_bounds_has_an_empty_list():
    assert published_limits("r2_nu_emu") == []


# The table of the slide: method, experiment, limit, CL in per cent, year.
SLIDE = [
    ("mu_nu_e", "reactor", "Krasnoyarsk", 2.4e-10, 90, 1992),
    ("mu_nu_e", "reactor", "Rovno", 1.9e-10, 95, 1993),
    ("mu_nu_e", "reactor", "MUNU", 9e-11, 90, 2005),
    ("mu_nu_e", "reactor", "TEXONO_HPGe", 7.4e-11, 90, 2006),
    ("mu_nu_e", "reactor", "GEMMA", 2.9e-11, 90, 2012),
    ("mu_nu_e", "accelerator", "LAMPF", 1.1e-9, 90, 1992),
    ("mu_nu_mu", "accelerator", "BNL-E734", 8.5e-10, 90, 1990),
    ("mu_nu_mu", "accelerator", "LAMPF", 7.4e-10, 90, 1992),
    ("mu_nu_mu", "accelerator", "LSND", 6.8e-10, 90, 2001),
    ("mu_nu_tau", "accelerator", "DONUT", 3.9e-7, 90, 2001),
    ("mu_nu", "solar", "SuperK_solar", 1.1e-10, 90, 2004),
    ("mu_nu", "solar", "Borexino_phase2", 2.8e-11, 90, 2017),
    # elsewhere in the talk, without a level
    ("mu_nu_e", "reactor", "Dresden-II_reanalysis", 2.13e-10, None, 2022),
    ("mu_nu_mu", "accelerator", "COHERENT_CsI+Ar_reanalysis", 18e-10, None, 2022),
    ("mu_nu_e", "solar (LXe)", "PandaX-4T+LZ+XENONnT_reanalysis", 10.3e-12, None, 2023),
    ("mu_nu_mu", "solar (LXe)", "PandaX-4T+LZ+XENONnT_reanalysis", 15.6e-12, None, 2023),
    ("mu_nu_tau", "solar (LXe)", "PandaX-4T+LZ+XENONnT_reanalysis", 15.6e-12, None, 2023),
]


def test_the_limits_of_the_slide_are_all_there_and_no_other_claims_to_be():
    read = [b for b in published_limits() if "slide" in b.read_in]
    levels = [None if b.cl is None else round(100 * b.cl) for b in read]
    found = [(b.coupling, b.source_type, b.experiment, b.upper, cl, b.year) for b, cl in zip(read, levels, strict=True)]
    assert sorted(found, key=str) == sorted(SLIDE, key=str)
    assert all(b.lower is None for b in read)


def test_bounds_from_memory_say_so_and_none_of_the_slide_is():
    assert {b.experiment for b in published_limits() if b.from_memory} >= {"L3", "CHARM-II", "LZ"}
    assert not any("memory" in b.read_in for b in published_limits() if not b.from_memory)


def test_where_a_number_was_read_is_one_of_the_known_places():
    known = {"slide", "abstract", "review", "collection", "paper", "memory"}
    assert {place for b in published_limits() for place in b.read_in.split("+")} == known


@pytest.mark.parametrize("flavour", ["e", "mu", "tau"])
def test_flavour_selects_the_couplings_of_that_flavour(flavour):
    rows = published_limits(flavour=flavour)
    assert {b.coupling for b in rows} == {f"mu_nu_{flavour}", f"q_nu_{flavour}{flavour}", f"r2_nu_{flavour}{flavour}"}
    assert published_limits(f"mu_nu_{flavour}", flavour) == published_limits(f"mu_nu_{flavour}")
    both = published_limits(flavour=flavour, effective=True)
    assert {b.coupling for b in both} - {b.coupling for b in rows} == {"mu_nu", "q_nu"}


def test_flavour_of_transitions_is_both_and_of_mass_states_none():
    assert flavours_of("q_nu_etau") == ("e", "tau")
    assert flavours_of("mu_mu4") == ("mu",)
    assert flavours_of("lambda_12") == flavours_of("q_nu") == flavours_of("m_4") == ()


def test_stars_the_universe_and_matter_are_not_direct():
    indirect = {b.source_type for b in published_limits() if not b.direct}
    assert indirect == {"astrophysical", "cosmological", "charge conservation"}


def test_every_reference_makes_one_bibtex_entry():
    references = {b.reference for b in published_limits()}
    assert bibtex(references).count("@") == len(references)


def test_a_flavour_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="use one of: e, mu, tau"):
        published_limits(flavour="nu_e")


@pytest.mark.parametrize("name", ["mu_nue", "mu", "charge"])
def test_misspelled_coupling_lists_those_with_limits(name):
    with pytest.raises(ValueError, match="mu_nu_e"):
        published_limits(name)
