#!/usr/bin/python3
"""PyTorch's values, first and second derivatives at the points where formulas change.

    /usr/bin/python3 scripts/make-special-points.py

In float64, at numbers that float32 holds exactly. One record for each operation and list of plain
numbers: `points` by operand, `values`, `first` by operand, `second` by pair of operands (upper
triangle, row by row). Numbers are written as in make-fixtures.py, which see.
"""
import itertools
import json
import math
import os

import torch
import torch.nn.functional as F

INF, LARGEST = math.inf, 3.4028234663852886e38
FOLDER = os.path.join(os.path.dirname(__file__), "..", "packages", "testing", "fixtures")
POINTS = {
    1: [0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 6, -6, LARGEST, -LARGEST, INF, -INF],
    2: [0, 1, -1, 0.5, 2, -3, LARGEST, INF, -INF],
    3: [0, 1, -2, 0.5, INF],
}


def hardsigmoid(x):
    return F.relu6(x + 3) / 6  # torch's own has no second derivative


UNARY = {
    "abs": torch.abs, "neg": torch.neg, "square": torch.square, "frac": torch.frac, "sqrt": torch.sqrt,
    "rsqrt": torch.rsqrt, "reciprocal": torch.reciprocal, "exp": torch.exp, "exp2": torch.exp2,
    "expm1": torch.expm1, "log": torch.log, "log2": torch.log2, "log10": torch.log10, "log1p": torch.log1p,
    "sigmoid": torch.sigmoid, "logit": torch.logit, "logSigmoid": F.logsigmoid, "softplus": F.softplus,
    "sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "asin": torch.asin, "acos": torch.acos,
    "atan": torch.atan, "sinh": torch.sinh, "cosh": torch.cosh, "tanh": torch.tanh, "asinh": torch.asinh,
    "acosh": torch.acosh, "atanh": torch.atanh, "deg2rad": torch.deg2rad, "rad2deg": torch.rad2deg,
    "erf": torch.erf, "erfc": torch.erfc, "nanToNum": torch.nan_to_num, "relu": torch.relu, "relu6": F.relu6,
    "leakyRelu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "celu": F.celu, "gelu": F.gelu,
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish,
    "softsign": F.softsign, "hardtanh": F.hardtanh, "hardsigmoid": hardsigmoid, "hardswish": F.hardswish,
    "threshold": lambda x: F.threshold(x, 0, 0), "tanhshrink": F.tanhshrink, "hardshrink": F.hardshrink,
    "softshrink": F.softshrink,
}  # fmt: skip
BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "remainder": torch.remainder,
    "fmod": torch.fmod, "pow": torch.pow, "maximum": torch.maximum, "minimum": torch.minimum,
    "fmax": torch.fmax, "fmin": torch.fmin, "copySign": torch.copysign, "hypot": torch.hypot,
    "atan2": torch.atan2, "logaddexp": torch.logaddexp, "logaddexp2": torch.logaddexp2, "xlogy": torch.xlogy,
}  # fmt: skip
WITH_NUMBER = {
    "pow": (torch.pow, [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 5]),
    "leakyRelu": (F.leaky_relu, [0]),
    "elu": (F.elu, [0, 2]),
    "celu": (F.celu, [2]),
    "softplus": (F.softplus, [2]),
}


def number(value):
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value) and abs(value) < 1e15:
        return int(value)
    return value if abs(value) > 1e30 else float(f"{value:.10g}")


def column(tensor):
    return [number(v) for v in tensor.detach().reshape(-1).tolist()]


def derivatives(of, operands):
    if not of.requires_grad:
        return [torch.zeros_like(x) for x in operands]
    found = torch.autograd.grad(of.sum(), operands, create_graph=True, allow_unused=True)
    # Added, because zeros that autograd makes up have no memory.
    return [torch.zeros_like(x) + (0 if g is None else g) for g, x in zip(found, operands)]


def record(op, call, count, numbers=()):
    columns = zip(*itertools.product(POINTS[count], repeat=count))
    operands = [torch.tensor(c, dtype=torch.float64, requires_grad=True) for c in columns]
    values = call(*operands, *numbers)
    first = derivatives(values, operands)
    second = [column(h) for i, slope in enumerate(first) for h in derivatives(slope, operands)[i:]]
    made = {"op": op, "numbers": list(numbers), "points": [column(x) for x in operands]}
    return {**made, "values": column(values), "first": [column(x) for x in first], "second": second}


records = [record(op, call, 1) for op, call in UNARY.items()]
records += [record(op, call, 2) for op, call in BINARY.items()]
records += [record("lerp", torch.lerp, 3)]
records += [record(op, call, 1, [n]) for op, (call, numbers) in WITH_NUMBER.items() for n in numbers]
with open(os.path.join(FOLDER, "special-points.json"), "w") as file:
    file.write(f'{{"madeBy":"scripts/make-special-points.py","torch":"{torch.__version__}","records":[\n')
    file.write(",\n".join(json.dumps(r, separators=(",", ":")) for r in records) + "\n]}\n")
