"""Speed of nuclear recoils: a recoil spectrum in xenon against direct quadrature, and experiments from their cards.

Run with ``python benchmarks/bench_nuclear.py``. Times are medians of one run on one machine; the direct
quadrature is plain numpy over the knots of the 8B spectrum with the textbook cross sections, so that
the ratio is the gain of moments and templates.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from bench_rates import median_time

import nulight as nl
from nulight.constants import ALPHA, G_F, HBAR_C, M_E
from nulight.conventions import get_conventions
from nulight.models.couplings import nuclear_terms, nuclear_weak_current
from nulight.neutrinos.mixing import get_oscillation, pmns
from nulight.rates import RecoilRates
from nulight.sources.solar import solar_source
from nulight.targets.nuclei import get_nuclear_target

CONVENTIONS = get_conventions()
OSCILLATION = get_oscillation(CONVENTIONS.oscillation)
MIXING = pmns(OSCILLATION)
XENON = get_nuclear_target("Xe")
SOURCE = solar_source(oscillation=OSCILLATION, components=("B8",))
T = np.geomspace(0.01, 4.0, 200)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
CARDS = ("xenonnt-2022-er", "xenonnt-b8-sr1", "dresden-ii-2022", "coherent-csi-2021", "coherent-lar-2020")


def new_rates() -> RecoilRates:
    return RecoilRates(fluxes=SOURCE.fluxes, labels=("B8",), target=XENON, mixing=MIXING, T=T)


def spectrum(rates: RecoilRates, mu_nu: float) -> np.ndarray:
    return rates.counts({"nu": nuclear_terms({"mu_nu": mu_nu}, CONVENTIONS, "nu", XENON)})[0]


def direct_quadrature(mu_nu: float) -> np.ndarray:
    """The same spectrum, one nuclide after the other, with the cross section integrated over the flux."""
    (flux,) = SOURCE.fluxes
    weak = nuclear_weak_current(CONVENTIONS.sin2_theta_w, CONVENTIONS)
    g_p, g_n = np.diag(weak.g_p).real, np.diag(weak.g_n).real
    edges, rates = flux.spectrum.edges, np.zeros(len(T))
    for i, (nuclide, number) in enumerate(zip(XENON.nuclides, XENON.numbers, strict=True)):
        M, has_spin = nuclide.mass, nuclide.spin > 0
        low = np.clip((T + np.sqrt(T * (T + 2 * M))) / 2, edges[:-1, None], edges[1:, None])
        half = (edges[1:, None] - low) / 2
        E = (low + half) + half * NODES[:, None, None]
        flavours = np.einsum("aj,jqpt->aqpt", np.abs(MIXING) ** 2, flux.density(E) * (half * WEIGHTS[:, None, None]))
        proton, neutron = nuclide.Z * XENON.F_charge(i, T), nuclide.N * XENON.F_weak_neutron(i, T)
        bracket = 1 - T / E - M * T / (2 * E**2) + has_spin * T**2 / (2 * E**2)
        charge = (np.outer(g_p, proton) + np.outer(g_n, neutron)) ** 2
        weak_rate = G_F**2 * M / np.pi * np.einsum("aqpt,qpt,at->t", flavours, bracket, charge)
        moment = (1 / T - 1 / E + (not has_spin) * T / (4 * E**2)) * proton**2
        magnetic = np.pi * ALPHA**2 / M_E**2 * mu_nu**2 * np.einsum("aqpt,qpt->t", flavours, moment)
        rates += number * HBAR_C**2 * (weak_rate + magnetic)
    return rates * XENON.units_per_kg


def report(name: str, seconds: float, goal: str, reference: float | None = None, note: str = "") -> None:
    ratio = f"{reference / seconds:10,.0f} x" if reference else " " * 12
    print(f"{name:44s}{seconds * 1e3:10.3f} ms{ratio}   goal {goal}{note}")


def main() -> None:
    moments, rates = iter(np.linspace(1e-12, 1e-10, 100_000)), new_rates()
    truth = direct_quadrature(1e-11)
    direct = median_time(lambda: direct_quadrature(1e-11), 5)
    difference = float(np.max(np.abs(spectrum(rates, 1e-11) / truth - 1)))
    print(f"Xe, 8B, weak and magnetic, 200 recoil energies: direct quadrature {direct * 1e3:.0f} ms")
    report("new coupling", median_time(lambda: spectrum(rates, next(moments)), 2000), "< 0.1 ms", direct,
           f"; largest difference {difference:.1e}")  # fmt: skip
    report("first evaluation", median_time(lambda: spectrum(new_rates(), next(moments)), 20), "-", direct)

    print("expected counts of an experiment from its card, weak and magnetic, nothing kept from before")
    for name in CARDS:
        report(name, median_time(lambda n=name: nl.load(n).expected({"mu_nu": 1e-11}), 3), "< 300 ms")
    csi = nl.load("coherent-csi-2021")
    report("coherent-csi-2021, with its changes of shape", median_time(with_shapes, 3), "-")
    report("coherent-csi-2021, new coupling", median_time(lambda: csi.expected({"mu_nu": next(moments)}), 500), "-")
    masses = iter(np.linspace(100.0, 5e4, 10_000))
    portal = median_time(lambda: csi.expected({"mu_mu4": 1e-9, "m_4": next(masses)}), 50)
    report("coherent-csi-2021, new sterile mass", portal, "-")
    radii = iter(np.linspace(4.0, 7.0, 10_000))
    report("coherent-csi-2021, new neutron radius", median_time(lambda: csi.expected({"R_n": next(radii)}), 50), "-")


def with_shapes() -> None:
    nl.load("coherent-csi-2021").morph_counts({"mu_nu": 1e-11})


if __name__ == "__main__":
    main()
