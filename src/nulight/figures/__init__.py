"""Published figures, remade: one package a paper, every figure with the numbers behind it."""

from __future__ import annotations

from nulight.figures.writer import PAPERS, reproduce

__all__ = ["PAPERS", "reproduce"]
