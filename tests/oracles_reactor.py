"""Independent counts of reactor experiments: sums over a fine grid of neutrino energies, nothing of the package.

The spectra are read from the package's tables as plain numbers; cross sections, form factor, quenching
and resolution are written again, in MeV.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import nulight

G_F, ALPHA, M_E, HBAR_C, U = 1.1663787e-11, 1 / 137.035999084, 0.51099895, 197.3269804e-13, 931.49410242
PER_KG_GE = 6.02214076e26 / 72.630
GE = ((70, 0.2057, 69.924249), (72, 0.2745, 71.922076), (73, 0.0775, 72.923459),
      (74, 0.3650, 73.921178), (76, 0.0773, 75.921403))  # fmt: skip
GE_SHELLS = ((7.9e-6, 2), (14e-6, 2), (29.2e-6, 6), (29.8e-6, 4), (120.8e-6, 4), (124.9e-6, 2), (180.1e-6, 2),
             (1217.0e-6, 4), (1248.1e-6, 2), (1414.6e-6, 2), (11103e-6, 2))  # fmt: skip
R_GE = 4.06  # fm; the form factor differs from one by a percent
E_NU = np.linspace(2e-4, 8.0, 20001)
_DATA = Path(nulight.__file__).parent / "data" / "reactor"


def rows(name: str) -> list[dict[str, str]]:
    """Rows of a table as text."""
    lines = [line for line in (_DATA / name).read_text().splitlines() if not line.startswith("#")]
    header, *body = [line.split(",") for line in lines]
    return [dict(zip(header, cells, strict=True)) for cells in body]


def column(table, name):
    """One column as numbers."""
    return np.array([float(row[name]) for row in table])


def per_fission(fractions, *, low: str, captures: float = 0.6):
    """Antineutrinos per MeV and fission on E_NU: Huber and Mueller above 2 MeV, `low` a table below."""
    total, below, above = np.zeros_like(E_NU), rows(low), rows("vogel_engel_low_mueller_high.csv")
    for isotope, share in fractions.items():
        e, s = column(below, "e_MeV"), column(below, isotope)
        rising = low.startswith("vogel") & (E_NU < e[0])
        smooth = np.where(rising, s[0] * (E_NU / e[0]) ** 2, np.interp(E_NU, e, s))
        table = [row for row in above if float(row["e_MeV"]) >= 2]
        key = isotope
        if isotope != "U238":
            table, key = [row for row in rows("huber_2011_table.csv") if row["isotope"] == isotope], "flux"
        steep = np.exp(np.interp(E_NU, column(table, "e_MeV"), np.log(column(table, key))))
        total += share * np.where(E_NU < 2, smooth, steep)
    for nuclide in ("U239", "Np239"):
        table = [row for row in rows("bestiole_u239_np239.csv") if row["nuclide"] == nuclide]
        total += captures * np.interp(E_NU, column(table, "e_MeV"), column(table, "flux"), right=0.0)
    return total


def flux(total: float, fractions, **options):
    """Antineutrinos per MeV, cm^2 and s with `total` over all energies."""
    shape = per_fission(fractions, **options)
    return total * shape / np.trapezoid(shape, E_NU)


def averaged(T, mass, phi, cross_section):
    """Integral of phi times cross_section(T, E) over the energies that reach T, shape of T."""
    least = (T + np.sqrt(T * T + 2 * mass * T)) / 2
    result = np.zeros_like(T)
    for i, (t, e0) in enumerate(zip(T, least, strict=True)):
        if e0 < E_NU[-1]:
            E = np.concatenate([[e0], E_NU[E_NU > e0]])
            result[i] = np.trapezoid(np.interp(E, E_NU, phi) * cross_section(t, E), E)
    return result


def weak_on_electrons(g_L, g_R):
    """Cross section on a free electron, cm^2 / MeV; antineutrinos exchange the two couplings."""
    scale = 2 * G_F**2 * M_E / np.pi * HBAR_C**2
    return lambda T, E: scale * (g_L**2 + g_R**2 * (1 - T / E) ** 2 - g_L * g_R * M_E * T / E**2)


def magnetic_on_electrons(mu):
    """The same for a magnetic moment in Bohr magnetons."""
    return lambda T, E: np.pi * (ALPHA * mu * HBAR_C / M_E) ** 2 * (1 / T - 1 / E)


def germanium_nuclei(T, phi, *, mu: float | None = None, g_p: float = 0.0382, g_n: float = -0.5117):
    """Recoils per MeV, kg and s: weak, or of a magnetic moment."""
    result = np.zeros_like(T)
    for A, share, atomic in GE:
        M = atomic * U - 32 * M_E
        F = _helm(np.sqrt(2 * M * T) / 197.3269804)
        if mu is None:
            strength = (G_F * HBAR_C) ** 2 * M / np.pi * (32 * g_p + (A - 32) * g_n) ** 2
            bracket = averaged(T, M, phi, lambda t, E, M=M: 1 - t / E - M * t / (2 * E * E))
        else:
            strength = np.pi * (ALPHA * mu * HBAR_C / M_E * 32) ** 2
            bracket = averaged(T, M, phi, lambda t, E: 1 / t - 1 / E + t / (4 * E * E))
        result += PER_KG_GE * share * strength * F**2 * bracket
    return result


def germanium_electrons(T, phi, cross_section):
    """Recoils per MeV, kg and s with the shells that can be ionised."""
    n = sum(count * (edge <= T) for edge, count in GE_SHELLS)
    return PER_KG_GE * n * averaged(T, M_E, phi, cross_section)


def lindhard(T, k, Z=32):
    """Quenching factor at T in MeV."""
    e = 11.5 * Z ** (-7 / 3) * T * 1e3
    g = 3 * e**0.15 + 0.7 * e**0.6 + e
    return k * g / (1 + k * g)


def smeared(T, visible, density, edges, noise, pair_fano):
    """Counts between edges (MeV) of recoils of `density` per MeV seen at `visible` energies."""
    from scipy.special import ndtr

    sigma = np.sqrt(noise**2 + pair_fano * visible)
    below = ndtr((np.asarray(edges)[:, None] - visible) / sigma)
    return np.trapezoid((below[1:] - below[:-1]) * density, T, axis=1)


def _helm(q, s=0.9):
    R0 = np.sqrt(5 / 3 * (R_GE**2 - 3 * s**2))
    x = q * R0
    return 3 * (np.sin(x) - x * np.cos(x)) / x**3 * np.exp(-((q * s) ** 2) / 2)
