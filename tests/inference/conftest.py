"""Small count models for every test here."""

from __future__ import annotations

from fixtures_counts import counting, parameter, toy

__all__ = ["counting", "parameter", "toy"]
