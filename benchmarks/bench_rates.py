"""Speed of the template integrator against direct quadrature of the same rate, in one run.

Xenon electron recoils from all solar components, 140 bins of 1 keV with resolution and efficiency.
Run with ``python benchmarks/bench_rates.py``. Times are medians. The direct quadrature is plain numpy
on the same recoil nodes, so that the ratio is the gain of moments and templates alone; the accuracy
of the nodes themselves is the business of ``tests/test_rates.py``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from nulight.conventions import get_conventions
from nulight.data import read_package_table
from nulight.detector.response import Efficiency, GaussianResponse, gaussian_width
from nulight.models.couplings import electron_terms, weak_current
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.neutrinos.spectra import PanelSpectrum
from nulight.rates import Folder
from nulight.sources.solar import solar_source
from nulight.targets import get_material
from nulight.units import t, yr
from oracles import E_min, added, moment_cross_section, vector_cross_section

CONVENTIONS = get_conventions("tree")
OSCILLATION = get_oscillation(CONVENTIONS.oscillation)
MIXING = pmns(OSCILLATION)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
EXPOSURE = 1.16 * t * yr
GOALS = {
    "new coupling value": "< 0.1 ms",
    "new sterile mass": "< 3 ms",
    "templates": "< 300 ms",
    "import nulight": "< 300 ms",
}


def new_folder() -> Folder:
    table = read_package_table("experiments/tables/xenonnt_er2022/efficiency.csv")
    efficiency = Efficiency(table.numbers("e_keV"), table.numbers("efficiency"))
    source = solar_source(oscillation=OSCILLATION)
    response = GaussianResponse(np.arange(1.0, 142.0), gaussian_width(0.310, 0.0037), efficiency)
    return Folder(
        fluxes=source.fluxes,
        labels=source.components,
        target=get_material("Xe"),
        mixing=MIXING,
        response=response,
        exposure=EXPOSURE,
    )


def counts(folder: Folder, **values: float) -> np.ndarray:
    return folder.counts({"nu": electron_terms(values, CONVENTIONS, "nu")})


def direct_quadrature(folder: Folder, row: np.ndarray) -> np.ndarray:
    """The same counts with the formula integrated over every flux at once for all recoil nodes."""
    weak = weak_current(CONVENTIONS.sin2_theta_w, CONVENTIONS)
    sigma = added(vector_cross_section(lambda _: weak.g_L, lambda _: weak.g_R), moment_cross_section(row[None]))
    T, rate = folder.grid.T, 0.0
    for flux in folder.fluxes:
        spectrum = flux.spectrum
        if isinstance(spectrum, PanelSpectrum):
            low = np.clip(E_min(T), spectrum.edges[:-1, None], spectrum.edges[1:, None])
            half = (spectrum.edges[1:, None] - low) / 2
            E = (low + half) + half * NODES[:, None, None]
            weights = flux.density(E) * (half * WEIGHTS[:, None, None])
        else:
            E, weights = spectrum.energies[:, None, None], spectrum.weights.T[..., None, None]
        rate = rate + sum(np.sum(w * sigma(T, E, U), axis=(0, 1)) for w, U in zip(weights, MIXING.T, strict=True))
    weights = folder.grid.weights * rate * folder.target.electron_factor(T)
    return folder.grid.response @ weights * folder.target.units_per_kg * EXPOSURE


def median_time(function: Callable[[], object], repeats: int) -> float:
    function()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def import_time(module: str) -> float:
    """Start of a fresh interpreter that imports `module`, less that of one that imports nothing."""

    def run(statement: str) -> float:
        return median_time(lambda: subprocess.run([sys.executable, "-c", statement], check=True), 5)

    return run(f"import {module}") - run("pass")


def report(name: str, seconds: float, reference: float | None = None, agreement: float | None = None) -> None:
    ratio = f"{reference / seconds:12,.0f} x" if reference else " " * 14
    agree = f"{agreement:10.1e}" if agreement is not None else ""
    print(f"{name:36s}{seconds * 1e3:10.3f} ms{ratio}{agree}   goal {GOALS.get(name.split(',')[0], '-')}")


def main() -> None:
    folder = new_folder()
    moments = iter(np.linspace(1e-12, 1e-10, 100_000))
    masses = iter(np.linspace(20.0, 300.0, 100_000))
    row = np.array([1e-11, 0.0, 0.0])
    truth = direct_quadrature(folder, row)
    direct = median_time(lambda: direct_quadrature(folder, row), 5)
    difference = float(np.max(np.abs(counts(folder, mu_nu_e=1e-11).sum(axis=0) / truth - 1)))

    print(f"one model point by direct quadrature: {direct * 1e3:.0f} ms; its ratio to each row, largest difference")
    report("new coupling value", median_time(lambda: counts(folder, mu_nu_e=next(moments)), 2000), direct, difference)
    for name, size in (("r2_nu_ee", 1e-32), ("q_nu_ee", 1e-13)):
        change = iter(np.linspace(0, 1, 100_000))
        seconds = median_time(lambda c=change, n=name, s=size: counts(folder, **{n: s * next(c)}), 1000)
        report(f"new coupling value, {name}", seconds, direct)
    seconds = median_time(lambda: counts(folder, mu_e4=1e-11, m_4=next(masses)), 200)
    report("new sterile mass", seconds, direct)
    vectors = iter(np.linspace(1.0, 300.0, 1000))
    report("new mediator mass", median_time(lambda: counts(folder, g_vector=1e-6, m_vector=next(vectors)), 30), direct)
    report("10^4 coupling values", median_time(lambda: counts(folder, mu_nu_e=np.linspace(0, 1e-11, 10_000)), 5))
    report("templates, with the solar source", median_time(lambda: counts(new_folder(), mu_nu=1e-11), 5), direct)
    report("import nulight", import_time("nulight"))
    report("import, rates and couplings", import_time("nulight.rates, nulight.models.couplings"))


if __name__ == "__main__":
    main()
