"""Small count models for studies with pseudo-experiments."""

from __future__ import annotations

from fixtures_counts import counting, parameter, toy

__all__ = ["counting", "parameter", "toy"]
