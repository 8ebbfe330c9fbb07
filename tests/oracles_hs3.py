"""A small independent reader of HS3: the likelihood of a document, from its JSON text alone."""

from __future__ import annotations

import ast
import json
import math

import numpy as np
from scipy.special import gammaln, xlogy

OPERATIONS = {ast.Add: np.add, ast.Sub: np.subtract, ast.Mult: np.multiply}


class Document:
    """Functions, distributions and data of a document by name."""

    def __init__(self, text):
        self.spec = json.loads(text)
        self.functions = _by_name(self.spec["functions"])
        self.distributions = _by_name(self.spec["distributions"])
        self.data = _by_name(self.spec["data"])

    def twice_nll(self, values):
        """-2 ln L, constants and all, at values of the parameters by name, numbers or arrays of one shape."""
        (likelihood,) = self.spec["likelihoods"]
        known = dict(values)
        return -2 * sum(
            self._log_density(self.distributions[name], self._observed(data), known)
            for name, data in zip(likelihood["distributions"], likelihood["data"], strict=True)
        )

    def _observed(self, name):
        data = self.data[name]
        assert data["type"] == "unbinned"
        (entry,) = data["entries"]
        axes = [axis["name"] for axis in data["axes"]]
        assert all(axis["min"] <= value <= axis["max"] for axis, value in zip(data["axes"], entry, strict=True))
        return dict(zip(axes, entry, strict=True))

    def _log_density(self, entry, observed, known):
        if entry["type"] == "product_dist":
            factors = [self.distributions[name] for name in entry["factors"]]
            return sum(self._log_density(factor, observed, known) for factor in factors)
        x, mean = observed[entry["x"]], self.value(entry["mean"], known)
        if entry["type"] == "poisson_dist":
            return xlogy(x, mean) - mean - gammaln(x + 1)
        assert entry["type"] == "gaussian_dist"
        sigma = entry["sigma"]
        return -(((x - mean) / sigma) ** 2) / 2 - math.log(sigma) - math.log(2 * math.pi) / 2

    def value(self, name, known):
        """Value of a parameter or function; `known` keeps those found so far."""
        if name not in known:
            function = self.functions[name]
            if function["type"] == "product":
                known[name] = math.prod(self.value(factor, known) for factor in function["factors"])
            else:
                assert function["type"] == "generic_function"
                known[name] = self._evaluate(ast.parse(function["expression"], mode="eval").body, known)
        return known[name]

    def _evaluate(self, node, known):
        if isinstance(node, ast.BinOp):
            return OPERATIONS[type(node.op)](self._evaluate(node.left, known), self._evaluate(node.right, known))
        if isinstance(node, ast.UnaryOp):
            assert isinstance(node.op, ast.USub)
            return -self._evaluate(node.operand, known)
        if isinstance(node, ast.Name):
            return self.value(node.id, known)
        assert isinstance(node, ast.Constant)
        return node.value


def _by_name(entries):
    found = {entry["name"]: entry for entry in entries}
    assert len(found) == len(entries)
    return found
