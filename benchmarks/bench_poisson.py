"""Poisson likelihoods at many points and of many pseudo-experiments, against one fit at a time in the same run.

140 bins; values of -2 ln L at given products of couplings, and fits of a signal and the norms of two
backgrounds to pseudo-experiments; then fits of pseudo-experiments of experiments that ship with the
package, everything profiled. ``--processes 2`` does the same work in two processes at once and adds
their rates. Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/bench_poisson.py``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import nulight as nl
from nulight.inference.engine.surface_loss import poisson_values
from nulight.inference.likelihood import poisson_twice_nll
from nulight.inference.prepared import Prepared, prepare
from nulight.inference.profile import minimise
from nulight.inference.toys.data import throw_toys

N_BINS, N_TERMS, N_POINTS, N_TOYS, N_PLAIN = 140, 6, 400_000, 40_000, 200
CARDS: dict[str, tuple[str, tuple[float, float], int]] = {
    "coherent-csi-2021": ("mu_nu_mu", (0.0, 5e-9), 3000),
    "xenonnt-2022-er": ("mu_nu", (0.0, 5e-11), 6000),
    "51cr-cevns-ge": ("mu_nu_e", (0.0, 1e-9), 20_000),
    "coherent-csi-2017": ("r2_nu_ee", (-1e-31, 1e-31), 20_000),
}


@dataclass(frozen=True, eq=False)
class Bump:
    """A signal of strength s on two falling backgrounds whose norms are known to 10 % and 20 %."""

    name: str = "bump"
    statistic: str = "poisson"
    sigma: None = None
    components: tuple[str, ...] = ("signal", "first", "second")
    scales: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"first": ("a",), "second": ("b",)})
    nuisances: tuple[nl.Nuisance, ...] = (nl.Nuisance("a", "gaussian", 0.1), nl.Nuisance("b", "gaussian", 0.2))

    @property
    def rows(self) -> np.ndarray:
        x = np.linspace(0, 1, N_BINS)
        return np.stack([20 * np.exp(-(((x - 0.4) / 0.1) ** 2)), 80 * np.exp(-2 * x), np.full(N_BINS, 10.0)])

    @property
    def observed(self) -> np.ndarray:
        return self.rows.sum(axis=0)

    def expected(self, params: Mapping[str, Any]) -> np.ndarray:
        s = np.atleast_1d(np.asarray(params.get("s", 1.0), float))
        return np.stack([s[:, None] * self.rows[0], *(row + 0 * s[:, None] for row in self.rows[1:])], axis=1)

    def parameters(self) -> dict[str, nl.Parameter]:
        return {"s": nl.Parameter(name="s", unit="", latex="s", description="signal strength", default=1.0)}

    def provenance(self) -> dict[str, Any]:
        return {}


def rate_of(function: Callable[[], object], n: int, repeats: int = 3) -> float:
    """Return the largest number of items per second over some repeats."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return n / min(times)


def values(seed: int) -> tuple[float, float, float]:
    """-2 ln L at products of couplings: points per second, those one by one, largest relative difference."""
    rng = np.random.default_rng(seed)
    templates = rng.exponential(20.0, (N_TERMS, N_BINS))
    observed = rng.poisson(templates.sum(axis=0)).astype(float)
    points = np.abs(rng.normal(1.0, 0.2, (N_POINTS, N_TERMS)))
    few = points[:N_PLAIN]

    def plain() -> list[float]:
        return [float(poisson_twice_nll(observed, c @ templates).sum()) for c in few]

    found = poisson_values(few, templates, observed)
    difference = float(np.max(np.abs(found / plain() - 1)))
    return rate_of(lambda: poisson_values(points, templates, observed), N_POINTS), rate_of(plain, N_PLAIN), difference


def bump(seed: int) -> tuple[float, float, float, float]:
    """Fits of toys per second, those of scipy one by one, largest difference in -2 ln L, fraction converged."""
    model, span = Bump(), {"s": (-5.0, 10.0)}
    ready = prepare(model, profile=span)
    toys = throw_toys(model, {"s": 1.0}, {}, N_TOYS, np.random.default_rng(seed))
    found = ready.minimise(toys=toys)
    fast = rate_of(lambda: ready.minimise(toys=toys), N_TOYS)
    plain, slow = one_by_one(model, toys.take(slice(0, N_PLAIN)))
    return fast, slow, float(np.max(np.abs(found.twice_nll[:N_PLAIN] - plain))), float(found.converged.mean())


def one_by_one(model: Bump, toys: Any) -> tuple[np.ndarray, float]:
    """Minima of scipy's Newton method with exact gradients, and fits per second."""
    from scipy.optimize import minimize

    (signal, first, second), (counts,) = model.rows, toys.counts
    jacobian = np.stack([signal, first, second])
    shift, weight = np.array([0.0, 1.0, 1.0]), np.array([0.0, 0.1**-2, 0.2**-2])

    def fit(i: int) -> float:
        centre = np.array([0.0, toys.centres["a"][i], toys.centres["b"][i]])

        def loss(z: np.ndarray) -> tuple[float, np.ndarray]:
            mu = (z + shift) @ jacobian
            value = poisson_twice_nll(counts[i], mu).sum() + (weight * (z - centre) ** 2).sum()
            return float(value), jacobian @ (2 * (1 - counts[i] / mu)) + 2 * weight * (z - centre)

        bounds = [(-5, 10), (-0.9, None), (-0.9, None)]
        return float(minimize(loss, [1.0, 0.0, 0.0], jac=True, bounds=bounds, method="L-BFGS-B", tol=1e-12).fun)

    start = time.perf_counter()
    minima = np.array([fit(i) for i in range(toys.n_toys)])
    return minima, toys.n_toys / (time.perf_counter() - start)


def card(name: str, seed: int) -> dict[str, float]:
    """Fits of toys per second, at a given coupling and with it profiled, and as `minimise` does them."""
    parameter, span, n = CARDS[name]
    model = nl.load(name)
    toys = throw_toys(model, {}, {}, n, np.random.default_rng(seed))
    given: Prepared = prepare(model, given={parameter: span})
    free: Prepared = prepare(model, profile={parameter: span})
    at = {parameter: np.full(n, 0.2 * span[1])}
    few, n_few = toys.take(slice(0, n // 10)), n // 10
    found = [given.minimise(at, toys=toys), free.minimise(toys=toys)]
    slow = minimise(model, profile={parameter: span}, toys=few).twice_nll
    return {
        "given": rate_of(lambda: given.minimise(at, toys=toys), n, 2),
        "profiled": rate_of(lambda: free.minimise(toys=toys), n, 2),
        "minimise given": rate_of(lambda: minimise(model, {parameter: 0.2 * span[1]}, toys=few), n_few, 1),
        "minimise profiled": rate_of(lambda: minimise(model, profile={parameter: span}, toys=few), n_few, 1),
        "difference": float(np.max(np.abs(found[1].twice_nll[:n_few] - slow))),
        "converged": float(min(f.converged.mean() for f in found)),
    }


def main() -> None:
    """Time everything in as many processes as asked for, check that the numbers agree, print rates and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1)
    n = parser.parse_args().processes
    seeds = range(1, n + 1)
    print(f"{n} process{'es' if n > 1 else ''}; 140 bins, rates are sums over processes")
    with ProcessPoolExecutor(n) as pool:
        fast, slow, difference = np.array(list(pool.map(values, seeds))).T
        report("values at 6 products, > 1e6 wanted", fast.sum(), slow.sum(), difference.max(), 1.0)
        fast, slow, difference, converged = np.array(list(pool.map(bump, seeds))).T
        report("toys of 1 signal, 2 nuisances, > 1e5 wanted", fast.sum(), slow.sum(), difference.max(), converged.min())
        for name, (parameter, _, _) in CARDS.items():
            found = list(pool.map(card, [name] * n, seeds))
            for kind in ("given", "profiled"):
                fast, slow = (sum(f[key] for f in found) for key in (kind, f"minimise {kind}"))
                difference, converged = max(f["difference"] for f in found), min(f["converged"] for f in found)
                report(f"toys of {name}, {parameter} {kind}", fast, slow, difference, converged)


def report(what: str, fast: float, slow: float, difference: float, converged: float) -> None:
    """Print a rate, that of the reference, their ratio, how far the numbers differ, and how many converged."""
    print(
        f"{what:<48} {fast:9.3g} /s, reference {slow:9.3g} /s, ratio {fast / slow:6.3g}, "
        f"largest difference {difference:7.1e}, converged {100 * converged:g} %"
    )


if __name__ == "__main__":
    main()
