"""Many values of masses and neutron radii: the points, grouped, asked for at once and put back in their order."""

from __future__ import annotations

import numpy as np
import pytest

from nulight.experiments.folded import by_folded
from nulight.models.parameters import FOLDED


def smooth(values) -> np.ndarray:
    """Counts (n_points or 1, 2, 3) of everything there is, for one value of each folded parameter."""
    for name in FOLDED:
        assert np.size(np.unique(values.get(name, 1.0))) == 1
    m, R, mu = (np.asarray(values.get(name, 1.0), float) for name in ("m_4", "R_n", "mu_e4"))
    m, R = (x.flat[0] for x in (m, R))
    one = np.atleast_1d(mu**2)[:, None, None]
    return one * np.exp(-m / 50) * np.cos(0.1 * R + np.arange(6).reshape(2, 3))


class Asked:
    """Counts how often it is asked, and for how many values."""

    def __init__(self) -> None:
        self.questions: list[int] = []

    def __call__(self, questions):
        self.questions.append(len(questions))
        return [smooth(values) for values in questions]


MU = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def test_one_value_is_one_question() -> None:
    asked = Asked()
    assert by_folded({"mu_e4": MU, "m_4": 10.0}, asked) == pytest.approx(smooth({"mu_e4": MU, "m_4": 10.0}))
    assert asked.questions == [1]


def test_points_that_no_count_tells_apart_are_repeated() -> None:
    assert by_folded({"R_n": 5.0, "a": MU}, Asked()).shape == (5, 2, 3)


def test_all_masses_are_asked_for_at_once_and_come_back_in_order() -> None:
    asked, m_4 = Asked(), np.array([30.0, 10.0, 30.0, 20.0, 10.0])
    counts = by_folded({"mu_e4": MU, "m_4": m_4}, asked)
    assert asked.questions == [3]
    for i in range(5):
        assert counts[i] == pytest.approx(smooth({"mu_e4": MU[i], "m_4": m_4[i]})[0], rel=1e-15)


def test_masses_and_many_radii_are_one_round_of_questions() -> None:
    asked, rng = Asked(), np.random.default_rng(5)
    m_4, R_n = np.repeat([10.0, 20.0], 60), rng.uniform(4.0, 6.0, 120)
    mu = rng.uniform(1.0, 2.0, 120)
    counts = by_folded({"mu_e4": mu, "m_4": m_4, "R_n": R_n}, asked)
    assert len(asked.questions) == 1
    assert asked.questions[0] < 120
    for i in (0, 17, 60, 119):
        assert counts[i] == pytest.approx(
            smooth({"mu_e4": mu[i], "m_4": m_4[i], "R_n": R_n[i]})[0], rel=1e-9, abs=1e-12
        )


def test_one_row_stands_for_all_points_of_its_mass() -> None:
    # a mass at which no coupling counts gives one row for all of its points
    def evaluate(questions):
        return [smooth(values)[:1] if values["m_4"] == 10.0 else smooth(values) for values in questions]

    counts = by_folded({"mu_e4": np.ones(3), "m_4": np.array([10.0, 20.0, 10.0])}, evaluate)
    assert counts[0] == pytest.approx(counts[2])
    assert counts.shape == (3, 2, 3)
