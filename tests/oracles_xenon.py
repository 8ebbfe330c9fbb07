"""Independent counts in xenon, in plain numpy and GeV: solar 8B neutrinos on nuclei, pp and 7Be on electrons.

Nothing of the package is used but its tables. Deliberately simple: one Helm radius for every isotope,
neutrons as protons, an energy-independent survival probability, trapezoids.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from nulight.data.reader import read_package_table

G_F, ALPHA, M_E, AMU = 1.1663787e-5, 1 / 137.035999084, 0.51099895e-3, 0.93149410242  # GeV
HC2 = 3.893794e-28  # GeV^2 cm^2
PER_TONNE = 1e6 * 6.02214076e23 / 131.293
YEAR = 3.15576e7
ISOTOPES = {124: 0.001, 126: 0.0009, 128: 0.0191, 129: 0.264, 130: 0.0407, 131: 0.2123, 132: 0.2691, 134: 0.1044}
ISOTOPES[136] = 1 - sum(ISOTOPES.values())
BINDING = np.array(  # eV
    [
        12.0,
        13.4,
        27.5,
        71.7,
        73.8,
        162.8,
        175.6,
        229.4,
        649.9,
        708.1,
        961.2,
        1024.8,
        1170.5,
        4835.6,
        5161.5,
        5509.8,
        34759.0,
    ]
)
ELECTRONS = np.array([4, 2, 2, 6, 4, 4, 2, 2, 6, 4, 4, 2, 2, 4, 2, 2, 2])


def _helm(T: np.ndarray, mass: float, radius: float = 4.8, s: float = 0.9) -> np.ndarray:
    q = np.sqrt(2 * mass * T) / 0.1973269804
    x = np.maximum(q * np.sqrt(5 / 3 * (radius**2 - 3 * s**2)), 1e-4)
    return 3 * (np.sin(x) - x * np.cos(x)) / x**3 * np.exp(-((q * s) ** 2) / 2)


def b8_nuclear_rate(T: np.ndarray, flux: float = 5.46e6) -> np.ndarray:
    """Rate per t yr keV of coherent scattering of 8B neutrinos, T in keV."""
    table = read_package_table("data/solar/spectrum_b8_winter.csv")
    E = np.linspace(0.05, 16.5, 2500) * 1e-3
    shape = np.interp(E, table.numbers("e_MeV") * 1e-3, table.numbers("shape"))
    phi = flux * shape / np.trapezoid(shape, E)
    recoil = T[:, None] * 1e-6
    rate = np.zeros(len(T))
    for A, share in ISOTOPES.items():
        mass = A * AMU - 54 * M_E
        charge = 0.030 * 54 - 0.5117 * (A - 54)  # mean of the flavours; three quarters are not nu_e
        kinematic = np.maximum(1 - mass * recoil / (2 * E**2), 0)
        sigma = G_F**2 * mass / np.pi * charge**2 * _helm(recoil, mass) ** 2 * kinematic
        rate += share * np.trapezoid(phi * sigma, E, axis=1)
    return rate * HC2 * 1e-6 * PER_TONNE * YEAR


def b8_counts(energies: np.ndarray, efficiency: np.ndarray, exposure: float) -> float:
    """Counts of 8B neutrinos for an efficiency of the true recoil energy, keV and t yr."""
    T = np.linspace(max(energies[0], 0.02), min(energies[-1], 5.0), 400)
    return float(exposure * np.trapezoid(b8_nuclear_rate(T) * np.interp(T, energies, efficiency), T))


def _electron_sigma(T: np.ndarray, E: np.ndarray, g_L: float, g_R: float) -> np.ndarray:
    inside = T <= 2 * E**2 / (M_E + 2 * E)
    bracket = g_L**2 + g_R**2 * (1 - T / E) ** 2 - g_L * g_R * M_E * T / E**2
    return np.where(inside, 2 * G_F**2 * M_E / np.pi * bracket, 0)


def solar_electron_rate(T: np.ndarray, p_ee: float = 0.55) -> np.ndarray:
    """Rate per t yr keV of pp and 7Be neutrinos on the electrons of xenon, counted by stepping; T in keV."""
    table = read_package_table("data/solar/spectrum_pp.csv")
    E = np.linspace(0.001, 0.4205, 3000) * 1e-3
    shape = np.interp(E, table.numbers("e_MeV") * 1e-3, table.numbers("shape"))
    phi = 5.98e10 * shape / np.trapezoid(shape, E)
    recoil = T[:, None] * 1e-6
    total = np.zeros(len(T))
    for probability, g_V, g_A in ((p_ee, 0.9521, 0.4938), (1 - p_ee, -0.0375, -0.5062)):
        g_L, g_R = (g_V + g_A) / 2, (g_V - g_A) / 2
        rate = np.trapezoid(phi * _electron_sigma(recoil, E, g_L, g_R), E, axis=1)
        for line, share in ((0.8618e-3, 0.897), (0.3843e-3, 0.103)):
            rate += 4.93e9 * share * _electron_sigma(T * 1e-6, np.array(line), g_L, g_R)
        total += probability * rate
    electrons = (ELECTRONS * (T[:, None] * 1e3 >= BINDING)).sum(axis=1)
    return total * electrons * HC2 * 1e-6 * PER_TONNE * YEAR


def smeared_counts(
    edges: np.ndarray, rate: np.ndarray, T: np.ndarray, sigma: np.ndarray, efficiency: np.ndarray, of: str
) -> np.ndarray:
    """Counts per exposure in bins: a rate at T (fine, uniform), Gaussian widths, and an efficiency at the same T."""
    weight = np.exp(-0.5 * ((T[:, None] - T) / sigma) ** 2) / (np.sqrt(2 * np.pi) * sigma)
    seen = efficiency * rate if of == "true" else rate
    spectrum = np.trapezoid(weight * seen, T, axis=1) * (1 if of == "true" else efficiency)
    return np.array([integral(T, spectrum, lo, hi) for lo, hi in pairwise(edges)])


def integral(T: np.ndarray, f: np.ndarray, lo: float, hi: float) -> float:
    x = np.linspace(lo, hi, 200)
    return float(np.trapezoid(np.interp(x, T, f), x))
