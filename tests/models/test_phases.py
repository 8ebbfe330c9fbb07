"""Counting and removing CP phases: against rephasings put in by hand and the rank of what can be observed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nulight.models.phases import physical_phases, remove_unphysical_phases
from nulight.neutrinos.mixing import get_oscillation, pmns

NUFIT = get_oscillation("nufit-6.0-no")
ANGLES = {"theta_14": 0.2, "theta_24": 0.3, "theta_34": 0.25}
seeds = st.integers(0, 2**32 - 1)
sizes = st.sampled_from([3, 4])
natures = st.sampled_from(["majorana", "dirac"])


def random_moments(rng, n, nature):
    matrix = rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n))
    return matrix - matrix.T if nature == "majorana" else matrix


def random_mixing(rng, n):
    return np.linalg.qr(rng.normal(size=(n, n)) + 1j * rng.normal(size=(n, n)))[0]


def effective(moments, mixing, waves=1.0):
    """|sum_j lambda_kj conj(U_aj) exp(-i phi_j)|, shape (k, a)."""
    return np.abs(moments @ (np.conj(mixing) * waves).T)


@given(seed=seeds, n=sizes, nature=natures)
def test_effective_moments_do_not_change(seed, n, nature):
    rng = np.random.default_rng(seed)
    moments, U = random_moments(rng, n, nature), random_mixing(rng, n)
    moments_, U_ = remove_unphysical_phases(moments, U, nature)
    waves = np.exp(-1j * rng.uniform(0, 7, n))  # phases of propagation
    for w in (1.0, waves):
        np.testing.assert_allclose(effective(moments_, U_, w), effective(moments, U, w), atol=1e-13)
    np.testing.assert_allclose(np.abs(moments_), np.abs(moments), atol=1e-14)
    np.testing.assert_allclose(np.abs(U_), np.abs(U), atol=1e-14)
    first = moments_[[0], [1]] if nature == "majorana" else moments_[:, 0]
    np.testing.assert_allclose(first, np.abs(first), atol=1e-13)
    if nature == "majorana":
        np.testing.assert_allclose(moments_, -moments_.T, atol=1e-14)


@pytest.mark.parametrize(
    ("n", "options"),
    [
        (3, {}),
        (3, {"delta_cp": 0.0}),
        (4, {**ANGLES, "delta_14": 1.1, "delta_24": -2.0}),
        (4, {"theta_14": 0.2, "theta_24": 0.3, "delta_14": 0.7}),
        (4, {"theta_24": 0.3}),
        (4, {"theta_14": 0.2}),
        (4, {}),
    ],
)
def test_rephased_standard_form_comes_back_without_majorana_phases(n, options):
    rng = np.random.default_rng(n)
    standard = pmns(NUFIT, n=n, **options)
    majorana = pmns(NUFIT, n=n, majorana=(1.0, 2.0, 3.0)[: n - 1], **options)
    rephased = np.exp(1j * rng.uniform(0, 7, n))[:, None] * majorana
    _, U = remove_unphysical_phases(random_moments(rng, n, "majorana"), rephased)
    np.testing.assert_allclose(U, standard, atol=1e-14)


@given(seed=seeds, n=sizes, nature=natures)
def test_standard_form_is_its_own(seed, n, nature):
    rng = np.random.default_rng(seed)
    once = remove_unphysical_phases(random_moments(rng, n, nature), random_mixing(rng, n), nature)
    twice = remove_unphysical_phases(*once, nature)
    for a, b in zip(once, twice, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_no_moments_at_all_have_no_phase():
    moments, _ = remove_unphysical_phases(np.zeros((3, 3)), pmns(NUFIT))
    assert not np.any(moments)


# --- the number of phases is the rank of what can be seen -----------------------------------------


def model(x, moduli, n, nature):
    """Moments and mixing matrix with all phases x that may be physical, one overall phase too many."""
    if nature == "majorana":
        moments = np.zeros((n, n), dtype=complex)
        moments[np.triu_indices(n, 1)] = moduli * np.exp(1j * x[: len(moduli)])
        moments = moments - moments.T
    else:
        moments = moduli.reshape(n, n) * np.exp(1j * x[: len(moduli)].reshape(n, n))
    deltas = x[len(moduli) :]
    more = {} if n == 3 else {**ANGLES, "delta_14": deltas[1], "delta_24": deltas[2]}
    return moments, pmns(NUFIT, n=n, delta_cp=deltas[0], **more)


def short_baseline(moments, U):
    return np.sum(effective(moments, U) ** 2, axis=0)


def short_baseline_heavy_apart(moments, U):
    """A heavy final state is told apart by its recoils; only flavours are emitted."""
    squares = effective(moments, U)[:, :3] ** 2
    return np.concatenate([squares[:3].sum(axis=0), squares[3:].sum(axis=0)])


def any_distance(moments, U):
    rng = np.random.default_rng(7)
    waves = np.exp(-1j * rng.uniform(0, 7, (40, len(U))))
    return np.concatenate([np.sum(effective(moments, U, w)[:, :3] ** 2, axis=0) for w in waves])


def electron_source_at_any_distance(moments, U):
    return any_distance(moments, U)[::3]


def solar(moments, _):
    return np.sum(np.abs(moments) ** 2, axis=0)  # of each mass state, which is all that arrives


def rank(observables, n, nature):
    rng = np.random.default_rng(3)
    moduli = rng.uniform(0.5, 1.5, n * (n - 1) // 2 if nature == "majorana" else n * n)
    x = rng.uniform(0, 6, len(moduli) + (n - 1) * (n - 2) // 2)
    step = 1e-5
    columns = [
        (observables(*model(x + h, moduli, n, nature)) - observables(*model(x - h, moduli, n, nature))) / (2 * step)
        for h in step * np.eye(len(x))
    ]
    sizes = np.linalg.svd(np.array(columns), compute_uv=False)
    return int(np.sum(sizes > 1e-6 * max(sizes[0], 1.0)))


@pytest.mark.parametrize("nature", ["majorana", "dirac"])
@pytest.mark.parametrize("n", [3, 4])
def test_moments_at_any_distance_depend_on_every_physical_phase(n, nature):
    assert rank(any_distance, n, nature) == physical_phases(n, nature)


@pytest.mark.parametrize(
    ("observables", "n", "expected"),
    [
        # all flavours together know only moduli: one less than there are flavours
        (short_baseline, 3, 2),
        (short_baseline, 4, 3),
        (short_baseline_heavy_apart, 4, 6),
        (electron_source_at_any_distance, 3, 2),
        (electron_source_at_any_distance, 4, 5),
        (solar, 3, 0),
        (solar, 4, 0),
    ],
)
def test_known_sources_see_few_of_the_phases(observables, n, expected):
    assert rank(observables, n, "majorana") == expected


def test_counts_of_the_literature():
    assert [physical_phases(n) for n in (2, 3, 4)] == [0, 3, 8]
    assert [physical_phases(n, "dirac") for n in (2, 3, 4)] == [2, 7, 15]
    with pytest.raises(ValueError, match="n = 1 neutrinos"):
        physical_phases(1)


@pytest.mark.parametrize(
    ("moments", "mixing", "message"),
    [
        (np.ones((3, 3)), np.eye(3), "no diagonal moment"),
        (np.zeros((4, 4)), np.eye(3), "do not fit"),
        (np.zeros((3, 3)), 2 * np.eye(3), "not unitary"),
        (np.zeros((2, 2)), np.eye(2), "no standard form"),
    ],
)
def test_what_has_no_standard_form_is_refused(moments, mixing, message):
    with pytest.raises(ValueError, match=message):
        remove_unphysical_phases(moments, mixing)
