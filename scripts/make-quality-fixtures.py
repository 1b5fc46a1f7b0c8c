#!/usr/bin/python3
"""Sample quality by numpy and scipy in float64, for packages/testing.

    /usr/bin/python3 scripts/make-quality-fixtures.py

The square root of the product of covariances is scipy.linalg.sqrtm's. Of singular matrices it is exact to
three digits only: there, the roots come from the eigenvalues of the symmetric product.
"""
import json
import pathlib

import numpy as np
import scipy
import scipy.linalg

SEED = 20240501
rng = np.random.default_rng(SEED)
target = pathlib.Path(__file__).parent.parent / "packages/testing/fixtures/sample-quality.json"


def frechet(x, y):
    a, b, gap = (*(np.atleast_2d(np.cov(z.T)) for z in (x, y)), x.mean(0) - y.mean(0))
    if min(len(x), len(y)) > x.shape[1]:
        root = scipy.linalg.sqrtm(a @ b).real
    else:
        values, vectors = scipy.linalg.eigh(a)
        half = vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T
        values = scipy.linalg.eigvalsh(half @ b @ half)
        root = np.diag(np.sqrt(np.where(values > 1e-14 * values.max(), values, 0)))
    return gap @ gap + np.trace(a) + np.trace(b) - 2 * np.trace(root)


def kernel(x, y):
    k = lambda p, q: (p @ q.T / p.shape[1] + 1) ** 3
    inner = lambda p: (k(p, p).sum() - np.trace(k(p, p))) / (len(p) * (len(p) - 1))
    return inner(x) + inner(y) - 2 * k(x, y).mean()


def distances(x, y):
    return np.sqrt(((x[:, None] - y[None]) ** 2).sum(-1))


def radii(x, k):
    return np.sort(distances(x, x), 1)[:, k]


def case(name, x, y):
    x, y = np.round(x, 3), np.round(y, 3)
    cross = distances(x, y)
    inside = cross <= radii(y, 3)[None]
    close = cross <= radii(y, 2)[None]
    scale = y.std(0, ddof=1)
    return {
        "name": name,
        "samples": x.tolist(),
        "reference": y.tolist(),
        "frechet": frechet(x, y),
        "kernel": kernel(x, y),
        "standardizedKernel": kernel((x - y.mean(0)) / scale, (y - y.mean(0)) / scale),
        "precision": inside.any(1).mean(),
        "recall": (cross <= radii(x, 3)[:, None]).any(0).mean(),
        "density": close.sum() / (2 * len(x)),
        "coverage": close.any(0).mean(),
    }


def mixed(count, width, scale=1.0, shift=0.0):
    return rng.normal(size=(count, width)) @ rng.normal(size=(width, width)) * scale + shift


cases = [
    case("one feature", rng.normal(size=(12, 1)), rng.normal(size=(9, 1)) * 2 + 1),
    case("mixed features", mixed(30, 5), mixed(40, 5, 0.7, 0.5)),
    case("features above 0, far from it", np.abs(mixed(40, 4)) + 20, np.abs(mixed(30, 4)) + 21),
    case("fewer samples than features", mixed(5, 8), mixed(6, 8)),
    case("more samples than features on one side", mixed(24, 8), mixed(5, 8, 2)),
]
versions = {"numpy": np.__version__, "scipy": scipy.__version__, "seed": SEED}
target.write_text(json.dumps({"madeBy": "scripts/make-quality-fixtures.py", **versions, "cases": cases}) + "\n")
print(target, target.stat().st_size)
