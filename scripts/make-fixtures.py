#!/usr/bin/python3
"""Values and gradients of PyTorch for packages/testing, as small JSON files.

    apt-get install -y --no-install-recommends python3-torch libopenblas0-pthread
    /usr/bin/python3 scripts/make-fixtures.py

Regular cases are computed in float64 from inputs that float32 holds exactly; extremes in float32.
Numbers that JSON lacks are the strings "NaN", "Infinity", "-Infinity" and "-0".
"""
import json
import math
import os
import warnings
import zlib

import torch
import torch.nn.functional as F

SEED = 20240501
FOLDER = os.path.join(os.path.dirname(__file__), "..", "packages", "testing", "fixtures")
NAN, INF = math.nan, math.inf


def number(value):
    if isinstance(value, bool) or isinstance(value, int):
        return int(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 and math.copysign(1, value) < 0:
        return "-0"
    return int(value) if value == int(value) and abs(value) < 1e15 else float(f"{value:.10g}")


def packed(tensor):
    flat = tensor.detach().reshape(-1).tolist()
    kind = "bool" if tensor.dtype == torch.bool else "float" if tensor.is_floating_point() else "int32"
    return {"kind": kind, "shape": list(tensor.shape), "data": [number(v) for v in flat]}


class Draw:
    """Seeded by the case's name, so that adding one leaves the others alone."""

    def __init__(self, name, dtype):
        self.generator = torch.Generator().manual_seed(SEED + zlib.crc32(name.encode()))
        self.dtype = dtype

    def real(self, *shape, low=-3.0, high=3.0):
        values = torch.rand(shape, generator=self.generator, dtype=torch.float32)
        # Four digits keep the files small; float32 rounds them the same everywhere.
        values = torch.round((low + (high - low) * values) * 1e4) / 1e4
        return values.to(self.dtype)

    def distinct(self, *shape):
        count = math.prod(shape)
        order = torch.randperm(count, generator=self.generator).to(self.dtype)
        return ((order - (count - 1) / 2) / 4).reshape(shape)

    def index(self, *shape, below):
        return torch.randint(0, below, shape, generator=self.generator)


CASES = {}


def case(theme, op, inputs, call, parameters=None, dtype=torch.float64, gradients=True):
    """One call: its inputs, results, and gradients of the results weighted by `weights`."""
    name = f"{op} {json.dumps(parameters)} {len(CASES.get(theme, []))}"
    draw = Draw(name, dtype)
    tensors = inputs(draw)
    for tensor in tensors:
        if gradients and tensor.is_floating_point():
            tensor.requires_grad_(True)
    results = call(*tensors)
    results = list(results) if isinstance(results, (tuple, list)) else [results]
    record = {"op": op, "inputs": [packed(t) for t in tensors], "results": [packed(r) for r in results]}
    if parameters is not None:
        record["parameters"] = parameters
    floats = [r for r in results if r.is_floating_point() and r.requires_grad]
    if gradients and floats:
        weights = [draw.real(*r.shape, low=-1, high=1) for r in floats]
        sum((r * w).sum() for r, w in zip(floats, weights)).backward()
        record["weights"] = [packed(w) for w in weights]
        record["gradients"] = [
            packed(t.grad if t.grad is not None else torch.zeros_like(t))
            for t in tensors
            if t.requires_grad
        ]
    CASES.setdefault(theme, []).append(record)


def extreme(theme, op, values, call, parameters=None, gradients=True):
    """In float32, with a weight of 1 for every result."""
    inputs = [torch.tensor(v, dtype=torch.float32, requires_grad=gradients) for v in values]
    results = call(*inputs)
    results = list(results) if isinstance(results, (tuple, list)) else [results]
    record = {
        "op": op,
        "extreme": True,
        "inputs": [packed(t) for t in inputs],
        "results": [packed(r) for r in results],
    }
    if parameters is not None:
        record["parameters"] = parameters
    floats = [r for r in results if r.is_floating_point() and r.requires_grad]
    if gradients and floats:
        sum(r.sum() for r in floats).backward()
        record["weights"] = [packed(torch.ones_like(r)) for r in floats]
        record["gradients"] = [packed(t.grad) for t in inputs]
    CASES.setdefault(theme, []).append(record)


def pointwise():
    theme = "pointwise"
    plain = [3, 4]
    unary = {
        "abs": torch.abs, "neg": torch.neg, "sign": torch.sign, "square": torch.square,
        "floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc,
        "frac": torch.frac, "exp": torch.exp, "exp2": torch.exp2, "expm1": torch.expm1,
        "sigmoid": torch.sigmoid, "softplus": F.softplus, "logSigmoid": F.logsigmoid,
        "sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "atan": torch.atan,
        "sinh": torch.sinh, "cosh": torch.cosh, "tanh": torch.tanh, "asinh": torch.asinh,
        "erf": torch.erf, "erfc": torch.erfc, "relu": torch.relu, "relu6": F.relu6,
        "leakyRelu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "celu": F.celu, "gelu": F.gelu,
        "geluTanh": lambda x: F.gelu(x, approximate="tanh"), "silu": F.silu, "mish": F.mish,
        "softsign": F.softsign, "hardtanh": F.hardtanh, "hardsigmoid": F.hardsigmoid,
        "hardswish": F.hardswish, "tanhshrink": F.tanhshrink, "hardshrink": F.hardshrink,
        "softshrink": F.softshrink, "isNaN": torch.isnan, "isInf": torch.isinf,
        "isFinite": torch.isfinite,
    }  # fmt: skip
    positive = {
        "sqrt": torch.sqrt, "rsqrt": torch.rsqrt, "reciprocal": torch.reciprocal, "log": torch.log,
        "log2": torch.log2, "log10": torch.log10, "log1p": torch.log1p,
    }  # fmt: skip
    inside = {"asin": torch.asin, "acos": torch.acos, "atanh": torch.atanh}
    binary = {
        "add": torch.add, "sub": torch.sub, "mul": torch.mul, "maximum": torch.maximum,
        "minimum": torch.minimum, "logaddexp": torch.logaddexp, "hypot": torch.hypot,
        "atan2": torch.atan2, "equal": torch.eq, "less": torch.lt, "lessEqual": torch.le,
        "greater": torch.gt, "greaterEqual": torch.ge, "notEqual": torch.ne,
    }  # fmt: skip
    binary_positive = {"div": torch.div, "pow": torch.pow, "xlogy": torch.xlogy}
    for op, call in unary.items():
        case(theme, op, lambda d: [d.real(*plain)], call)
    for op, call in positive.items():
        case(theme, op, lambda d: [d.real(*plain, low=0.1, high=4)], call)
    for op, call in inside.items():
        case(theme, op, lambda d: [d.real(*plain, low=-0.95, high=0.95)], call)
    case(theme, "acosh", lambda d: [d.real(*plain, low=1.05, high=6)], torch.acosh)
    case(theme, "logit", lambda d: [d.real(*plain, low=0.05, high=0.95)], torch.logit)
    for op, call in binary.items():
        case(theme, op, lambda d: [d.real(3, 1), d.real(4)], call)
    for op, call in binary_positive.items():
        case(theme, op, lambda d: [d.real(3, 1, low=0.3, high=2.5), d.real(4, low=0.3, high=2.5)], call)
    case(theme, "remainder", lambda d: [d.real(8), d.real(8)], torch.remainder, gradients=False)
    case(theme, "floorDivide", lambda d: [d.real(8), d.real(8)], torch.floor_divide, gradients=False)
    case(theme, "lerp", lambda d: [d.real(4), d.real(4), d.real(4)], torch.lerp)
    case(theme, "where", lambda d: [d.index(3, 4, below=2) > 0, d.real(3, 4), d.real(4)], torch.where)
    for bounds in ([-1, 1], [None, 0.5], [0.5, None], [1, -1]):
        case(theme, "clamp", lambda d: [d.real(3, 4)], lambda x: torch.clamp(x, *bounds), bounds)

    odd = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 0.5, 100.0, -100.0, 1e30, -1e30, 1e-30]
    risky = set("sin cos tan frac".split())  # PyTorch itself is loose for huge angles
    for op, call in {**unary, **positive, **inside, "acosh": torch.acosh, "logit": torch.logit}.items():
        extreme(theme, op, [odd[:10] if op in risky else odd], call, gradients=False)
    kinks = [[0.0, -0.0, 1.0, -1.0, 3.0, -3.0, 6.0, 0.5, -0.5]]
    for op in "relu relu6 leakyRelu elu selu celu hardtanh hardsigmoid hardshrink softshrink abs sign".split():
        extreme(theme, op, kinks, unary[op])
    large = [[88.0, -88.0, 100.0, -100.0, 800.0, -800.0, INF, -INF]]
    for op in "sigmoid tanh softplus logSigmoid gelu silu erf atan relu elu".split():
        extreme(theme, op, large, unary[op])
    pairs = [(a, b) for a in [NAN, INF, -INF, 0.0, -0.0, 1.0, -2.0] for b in [NAN, INF, -INF, 0.0, -0.0, 1.0, -2.0]]
    columns = [list(column) for column in zip(*pairs)]
    for op, call in {**binary, **binary_positive, "remainder": torch.remainder}.items():
        extreme(theme, op, columns, call, gradients=False)
    for op in ("maximum", "minimum"):
        extreme(theme, op, [[1.0, 2.0, 0.0], [1.0, 1.0, -0.0]], binary[op])
    for bounds in ([-1, 1], [None, 0.5], [1, -1]):
        extreme(theme, "clamp", [[NAN, INF, -INF, -1.0, 1.0, 0.0, -0.0, 0.5]], lambda x: torch.clamp(x, *bounds), bounds)


def reductions():
    theme = "reductions"
    for axes in (None, [0], [1], [0, 2]):
        shape = (2, 3, 4)
        axis = tuple(axes) if axes else tuple(range(3))
        for op, call in {
            "sum": lambda x: x.sum(axis), "mean": lambda x: x.mean(axis),
            "variance": lambda x: x.var(axis), "std": lambda x: x.std(axis),
            "amax": lambda x: x.amax(axis), "amin": lambda x: x.amin(axis),
            "logsumexp": lambda x: x.logsumexp(axis), "norm": lambda x: torch.linalg.vector_norm(x, 2, axis),
        }.items():  # fmt: skip
            case(theme, op, lambda d: [d.real(*shape)], call, {"axes": axes})
    for p in (1, 3, 0.5, "Infinity", "-Infinity", 0):
        case(theme, "norm", lambda d: [d.real(3, 4)], lambda x: torch.linalg.vector_norm(x, float(p), 1), {"axes": [1], "p": p})
    case(theme, "prod", lambda d: [d.real(3, 4)], lambda x: x.prod(1), {"axes": [1]})
    case(theme, "prod", lambda d: [d.real(3, 4)], lambda x: x.prod(), {"axes": None})
    along = {
        "max": lambda x, a: x.max(a), "min": lambda x, a: x.min(a), "argmax": torch.argmax,
        "argmin": torch.argmin, "softmax": torch.softmax, "logSoftmax": torch.log_softmax,
        "cumsum": torch.cumsum, "cumprod": torch.cumprod, "logcumsumexp": torch.logcumsumexp,
        "sort": lambda x, a: torch.sort(x, dim=a, stable=True),
        "argsort": lambda x, a: torch.sort(x, dim=a, stable=True)[1],
    }  # fmt: skip
    for op, call in along.items():
        for axis in (0, -1):
            case(theme, op, lambda d: [d.distinct(3, 4)], lambda x: call(x, axis), {"axis": axis})
    case(theme, "sort", lambda d: [d.distinct(3, 4)], lambda x: torch.sort(x, 1, descending=True), {"axis": 1, "descending": True})
    case(theme, "topk", lambda d: [d.distinct(3, 5)], lambda x: torch.topk(x, 3, 1), {"axis": 1, "k": 3, "largest": True})
    case(theme, "topk", lambda d: [d.distinct(3, 5)], lambda x: torch.topk(x, 2, 0, largest=False), {"axis": 0, "k": 2, "largest": False})

    odd = [[[1, NAN, 2, INF], [-INF, -INF, -INF, -INF], [INF, -INF, 0, 1], [INF, INF, 1, 1], [0.0, -0.0, 0.0, -0.0], [3, 3, 1, 3]]]
    for op, call in along.items():
        # PyTorch's logcumsumexp gives NaN where infinities meet; its cumulative gradients too.
        if op != "logcumsumexp":
            extreme(theme, op, odd, lambda x: call(x, 1), {"axis": 1}, gradients=False)
    for op, call in {
        "sum": lambda x: x.sum(1), "amax": lambda x: x.amax(1), "amin": lambda x: x.amin(1),
        "logsumexp": lambda x: x.logsumexp(1), "prod": lambda x: x.prod(1), "mean": lambda x: x.mean(1),
    }.items():  # fmt: skip
        extreme(theme, op, odd, call, {"axes": [1]}, gradients=False)
    ties = [[[2, 2, 1, 2], [0, 0, 0, 0], [1, 3, 2, 3]]]
    extreme(theme, "max", ties, lambda x: x.max(1), {"axis": 1})
    extreme(theme, "min", ties, lambda x: x.min(1), {"axis": 1})
    extreme(theme, "amax", ties, lambda x: x.amax(1), {"axes": [1]})
    extreme(theme, "amin", ties, lambda x: x.amin(1), {"axes": [1]})
    extreme(theme, "sort", ties, lambda x: torch.sort(x, dim=1, stable=True), {"axis": 1})
    extreme(theme, "prod", [[[0, 2, 3], [0, 0, 3], [1, 2, 3]]], lambda x: x.prod(1), {"axes": [1]})
    extreme(theme, "cumprod", [[[2, 0, 3], [0, 0, 3], [1, 2, 3]]], lambda x: x.cumprod(1), {"axis": 1})
    extreme(theme, "softmax", [[[1e4, -1e4, 0], [-INF, 0, 0], [80, 90, 100]]], lambda x: x.softmax(1), {"axis": 1})
    extreme(theme, "logsumexp", [[[1e4, -1e4, 0], [-INF, 0, 0], [80, 90, 100]]], lambda x: x.logsumexp(1), {"axes": [1]})
    extreme(theme, "norm", [[[0, 0, 0], [3, 4, 0]]], lambda x: torch.linalg.vector_norm(x, 2, 1), {"axes": [1], "p": 2})


def shapes():
    theme = "shapes"
    for pads, mode in (([2, 1, 1, 0], "constant"), ([2, 1], "reflect"), ([1, 2], "replicate"), ([2, 1], "circular")):
        case(
            theme, "pad", lambda d: [d.real(1, 2, 4)],
            lambda x: F.pad(x, pads, mode=mode),
            {"pairs": [[pads[i], pads[i + 1]] for i in reversed(range(0, len(pads), 2))], "mode": mode},
        )  # fmt: skip
    for op, call, parameters in (
        ("roll", lambda x: torch.roll(x, 2, 1), {"shift": 2, "axis": 1}),
        ("flip", lambda x: torch.flip(x, [0, 1]), {"axes": [0, 1]}),
        ("tril", lambda x: torch.tril(x, 1), {"offset": 1}),
        ("triu", lambda x: torch.triu(x, -1), {"offset": -1}),
        ("diagonal", lambda x: torch.diagonal(x, 1), {"offset": 1}),
        ("repeatInterleave", lambda x: torch.repeat_interleave(x, 2, 1), {"count": 2, "axis": 1}),
        ("tile", lambda x: torch.tile(x, (2, 1, 2)), {"counts": [2, 1, 2]}),
    ):
        case(theme, op, lambda d: [d.real(3, 4)], call, parameters)
    case(theme, "gather", lambda d: [d.real(3, 4), d.index(2, 4, below=3)], lambda x, i: torch.gather(x, 0, i), {"axis": 0})
    case(theme, "indexSelect", lambda d: [d.real(3, 4), d.index(5, below=4)], lambda x, i: torch.index_select(x, 1, i), {"axis": 1})
    case(theme, "indexAdd", lambda d: [d.real(3, 4), d.index(5, below=3), d.real(5, 4)], lambda x, i, s: torch.index_add(x, 0, i, s), {"axis": 0})
    case(theme, "scatterAdd", lambda d: [d.real(3, 4), d.index(2, 4, below=3), d.real(2, 4)], lambda x, i, s: torch.scatter_add(x, 0, i, s), {"axis": 0})
    case(theme, "take", lambda d: [d.real(3, 4), d.index(2, 3, below=12)], torch.take)
    case(theme, "oneHot", lambda d: [d.index(2, 3, below=4)], lambda i: F.one_hot(i, 4).to(torch.float64), {"classes": 4})


def matrices():
    theme = "matrices"
    for a, b in (((3, 4), (4, 2)), ((4,), (4,)), ((3, 4), (4,)), ((4,), (4, 3)), ((2, 1, 3, 4), (3, 4, 2)), ((2, 3, 4), (4, 2))):
        case(theme, "matmul", lambda d: [d.real(*a), d.real(*b)], torch.matmul)
    for equation, sizes in (("bij,bjk->ik", [(2, 3, 4), (2, 4, 2)]), ("ii->i", [(3, 3)]), ("i,ij,j->", [(2,), (2, 3), (3,)]), ("...ij->...ji", [(2, 3, 4)])):
        case(theme, "einsum", lambda d: [d.real(*s) for s in sizes], lambda *xs: torch.einsum(equation, *xs), {"equation": equation})
    case(theme, "linear", lambda d: [d.real(3, 4), d.real(2, 4), d.real(2)], F.linear)


def linear_algebra():
    """Factors as far as the matrix determines them: squares of vectors, whose sign is free."""
    theme = "linear-algebra"
    linalg = torch.linalg

    def regular(x):
        return x / 4 + torch.diag(torch.arange(x.shape[-1], dtype=x.dtype) + 2)[: x.shape[-2]]

    def positive(x):
        return x @ x.mT + torch.eye(x.shape[-1], dtype=x.dtype)

    def eigh(x):
        values, vectors = linalg.eigh(positive(x))
        return values, vectors**2

    def svd(x):
        u, values, vt = linalg.svd(x, full_matrices=False)
        return u**2, values, vt**2

    square = [(3, 3), (2, 3, 3), (1, 1)]
    rectangles = [*square, (4, 2), (2, 4)]
    for sizes, calls in (
        (square, {
            "cholesky": lambda x: linalg.cholesky(positive(x)), "eigh": eigh,
            "inverse": lambda x: linalg.inv(regular(x)), "det": lambda x: linalg.det(regular(x)),
            "slogdet": lambda x: tuple(linalg.slogdet(regular(x))), "logdet": lambda x: torch.logdet(positive(x)),
            "matrixExp": torch.matrix_exp,
        }),
        (rectangles, {"qr": lambda x: tuple(linalg.qr(x)), "svd": svd, "pinverse": linalg.pinv}),
    ):  # fmt: skip
        for op, call in calls.items():
            for size in sizes:
                case(theme, op, lambda d: [d.real(*size)], call)
    for exponent in (0, 3, -2):
        case(theme, "matrixPower", lambda d: [d.real(3, 3)], lambda x: linalg.matrix_power(regular(x), exponent), {"exponent": exponent}, gradients=exponent != 0)
    case(theme, "matrixRank", lambda d: [d.real(4, 2)], lambda x: linalg.matrix_rank(x @ x.mT), gradients=False)
    case(theme, "solve", lambda d: [d.real(2, 3, 3), d.real(2, 3, 2)], lambda a, b: linalg.solve(regular(a), b))
    case(theme, "solve", lambda d: [d.real(3, 3), d.real(3)], lambda a, b: linalg.solve(regular(a), b))
    for upper in (False, True):
        case(theme, "triangularSolve", lambda d: [d.real(3, 3), d.real(3, 2)], lambda a, b: linalg.solve_triangular(regular(a), b, upper=upper), {"upper": upper})
    case(theme, "lstsq", lambda d: [d.real(5, 2), d.real(5, 3)], lambda a, b: linalg.lstsq(a, b).solution)
    case(theme, "cross", lambda d: [d.real(4, 3), d.real(3)], lambda a, b: linalg.cross(a, b.expand(4, 3)))


def convolution():
    theme = "convolution"
    for x, w, bias, options in (
        ((2, 2, 5, 6), (3, 2, 3, 3), True, {}),
        ((1, 2, 7, 6), (2, 2, 3, 3), True, {"stride": 2, "padding": 1}),
        ((1, 1, 8, 7), (2, 1, 3, 2), False, {"dilation": [2, 3], "padding": [2, 1]}),
        ((1, 4, 5, 5), (4, 2, 3, 3), True, {"groups": 2, "padding": 1}),
        ((2, 3, 5, 4), (3, 1, 3, 3), False, {"groups": 3, "stride": [2, 1]}),
        ((1, 1, 5, 5), (2, 1, 4, 2), False, {"padding": "same"}),
    ):
        inputs = lambda d: [d.real(*x), d.real(*w)] + ([d.real(w[0])] if bias else [])
        with warnings.catch_warnings():  # "same" with an even kernel costs PyTorch a copy
            warnings.simplefilter("ignore")
            case(theme, "conv2d", inputs, lambda x, w, b=None: F.conv2d(x, w, b, **options), options)
    for x, w, options in (
        ((1, 2, 3, 4), (2, 3, 3, 3), {}),
        ((1, 3, 3, 3), (3, 2, 4, 4), {"stride": 2, "padding": 1}),
        ((1, 2, 3, 3), (2, 1, 3, 3), {"stride": 2, "outputPadding": 1}),
        ((1, 4, 3, 3), (4, 1, 2, 2), {"groups": 2, "dilation": 2}),
    ):
        torch_options = {("output_padding" if k == "outputPadding" else k): v for k, v in options.items()}
        case(theme, "convTranspose2d", lambda d: [d.real(*x), d.real(*w)], lambda x, w: F.conv_transpose2d(x, w, **torch_options), options)
    for size, kernel, options in (
        ((1, 2, 4, 6), 2, {}),
        ((1, 1, 5, 5), 3, {"stride": 1, "padding": 1}),
        ((1, 1, 7, 7), [2, 3], {"stride": 2, "dilation": 2}),
        ((1, 1, 5, 6), 2, {"ceilMode": True}),
    ):
        torch_options = {("ceil_mode" if k == "ceilMode" else k): v for k, v in options.items()}
        case(theme, "maxPool2d", lambda d: [d.distinct(*size)], lambda x: F.max_pool2d(x, kernel, **torch_options), {"kernelSize": kernel, "options": options})
    for size, kernel, options in (
        ((1, 2, 4, 6), 2, {}),
        ((1, 1, 5, 5), 3, {"stride": 2, "padding": 1}),
        ((1, 1, 5, 5), 3, {"stride": 2, "padding": 1, "countIncludePad": False}),
        ((1, 1, 5, 6), [2, 3], {"ceilMode": True, "padding": 1}),
    ):
        names = {"ceilMode": "ceil_mode", "countIncludePad": "count_include_pad"}
        torch_options = {names.get(k, k): v for k, v in options.items()}
        case(theme, "avgPool2d", lambda d: [d.real(*size)], lambda x: F.avg_pool2d(x, kernel, **torch_options), {"kernelSize": kernel, "options": options})
    odd = [[[[1, NAN, 0.0, -0.0], [2, 3, -0.0, 0.0], [-INF, -INF, INF, 5], [-INF, -INF, 5, 5]]]]
    extreme(theme, "maxPool2d", [odd], lambda x: F.max_pool2d(x, 2), {"kernelSize": 2, "options": {}})
    ties = [[[[1, 1, 2, 0], [1, 1, 2, 2], [0, 0, 0, 3], [0, 0, 3, 3]]]]
    extreme(theme, "maxPool2d", [ties], lambda x: F.max_pool2d(x, 3, 1), {"kernelSize": 3, "options": {"stride": 1}})


def losses():
    theme = "losses"
    for reduction in ("mean", "sum", "none"):
        options = {"reduction": reduction}
        case(theme, "crossEntropy", lambda d: [d.real(4, 5), d.index(4, below=5)], lambda x, t: F.cross_entropy(x, t, **options), options)
        case(theme, "meanSquaredError", lambda d: [d.real(3, 4), d.real(3, 4)], lambda x, t: F.mse_loss(x, t, **options), options)
        case(theme, "binaryCrossEntropyWithLogits", lambda d: [d.real(3, 4), d.real(3, 4, low=0, high=1)], lambda x, t: F.binary_cross_entropy_with_logits(x, t, **options), options)
        case(theme, "negativeLogLikelihood", lambda d: [d.real(4, 5), d.index(4, below=5)], lambda x, t: F.nll_loss(x, t, **options), options)
        case(theme, "meanAbsoluteError", lambda d: [d.real(3, 4), d.real(3, 4)], lambda x, t: F.l1_loss(x, t, **options), options)
        case(theme, "huberLoss", lambda d: [d.real(3, 4), d.real(3, 4)], lambda x, t: F.huber_loss(x, t, delta=0.5, **options), {"delta": 0.5, **options})
        case(theme, "smoothL1Loss", lambda d: [d.real(3, 4), d.real(3, 4)], lambda x, t: F.smooth_l1_loss(x, t, beta=0.5, **options), {"beta": 0.5, **options})
        case(theme, "binaryCrossEntropy", lambda d: [d.real(3, 4, low=0.05, high=0.95), d.real(3, 4, low=0, high=1)], lambda x, t: F.binary_cross_entropy(x, t.detach(), **options), options, gradients=False)
        case(theme, "poissonNegativeLogLikelihood", lambda d: [d.real(3, 4), d.real(3, 4, low=0, high=5)], lambda x, t: F.poisson_nll_loss(x, t, full=True, **options), {"full": True, **options}, gradients=False)
        case(theme, "gaussianNegativeLogLikelihood", lambda d: [d.real(3, 4), d.real(3, 4), d.real(3, 4, low=0.5, high=2)], lambda x, t, v: F.gaussian_nll_loss(x, t, v, full=True, **options), {"full": True, **options})
        case(theme, "multiMarginLoss", lambda d: [d.real(4, 5), d.index(4, below=5)], lambda x, t: F.multi_margin_loss(x, t, p=2, margin=0.7, **options), {"p": 2, "margin": 0.7, **options})
        case(theme, "tripletMarginLoss", lambda d: [d.real(3, 4), d.real(3, 4), d.real(3, 4)], lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=2, swap=True, **options), {"margin": 2, "swap": True, **options})
        sign = torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
        case(theme, "cosineEmbeddingLoss", lambda d: [d.real(4, 3), d.real(4, 3), sign.clone()], lambda a, b, t: F.cosine_embedding_loss(a, b, t, margin=-0.5, **options), {"margin": -0.5, **options}, gradients=False)
        case(theme, "marginRankingLoss", lambda d: [d.real(4), d.real(4), sign.clone()], lambda a, b, t: F.margin_ranking_loss(a, b, t, margin=0.5, **options), {"margin": 0.5, **options})
        case(theme, "hingeEmbeddingLoss", lambda d: [d.real(4, low=0, high=2), sign.clone()], lambda x, t: F.hinge_embedding_loss(x, t, margin=1.5, **options), {"margin": 1.5, **options}, gradients=False)
    case(theme, "klDivergenceLoss", lambda d: [d.real(3, 4), d.real(3, 4, low=0.1, high=1)], lambda x, t: F.kl_div(x, t, reduction="batchmean"), {"reduction": "batchMean"})
    case(theme, "crossEntropy", lambda d: [d.real(2, 3, 2, 2), d.index(2, 2, 2, below=3)], F.cross_entropy, {})
    case(theme, "crossEntropy", lambda d: [d.real(3, 4), d.real(3, 4).softmax(1)], F.cross_entropy, {})
    extreme(theme, "binaryCrossEntropyWithLogits", [[1e4, -1e4, 1e4, -1e4, 0], [1, 0, 0, 1, 0.5]], lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"), {"reduction": "none"})


def statistics():
    theme = "statistics"
    case(theme, "median", lambda d: [d.distinct(3, 4)], lambda x: torch.median(x, 1), {"axis": 1})
    case(theme, "median", lambda d: [d.distinct(5, 2)], lambda x: torch.median(x, 0), {"axis": 0})
    for q in (0, 0.3, 0.5, 1):
        case(theme, "quantile", lambda d: [d.distinct(3, 4)], lambda x: torch.quantile(x, q, 1), {"q": q})
    case(theme, "diff", lambda d: [d.real(3, 5)], lambda x: torch.diff(x, 2, 1), {"axis": 1, "order": 2})
    case(theme, "kron", lambda d: [d.real(2, 3), d.real(3, 2)], torch.kron)
    for axis in (0, 1):
        case(theme, "cosineSimilarity", lambda d: [d.real(3, 4), d.real(3, 4)], lambda a, b: F.cosine_similarity(a, b, axis), {"axis": axis})
        case(theme, "normalize", lambda d: [d.real(3, 4)], lambda x: F.normalize(x, 3, axis), {"axis": axis, "p": 3})
    case(theme, "pairwiseDistance", lambda d: [d.real(3, 4), d.real(3, 4)], lambda a, b: F.pairwise_distance(a, b, 2), {"p": 2})
    holes = [[[1, NAN, 3], [NAN, NAN, NAN], [INF, NAN, 1]]]
    extreme(theme, "nanSum", holes, lambda x: torch.nansum(x, 1), {"axes": [1]})
    extreme(theme, "nanMean", holes, lambda x: torch.nanmean(x, 1), {"axes": [1]}, gradients=False)
    extreme(theme, "median", holes, lambda x: torch.median(x, 1), {"axis": 1}, gradients=False)
    extreme(theme, "quantile", holes, lambda x: torch.quantile(x, 0.5, 1), {"q": 0.5}, gradients=False)
    pairs = [(a, b) for a in [NAN, INF, -INF, 0.0, -0.0, 1.0, -2.0] for b in [NAN, INF, -INF, 0.0, -0.0, 1.0, -2.0]]
    columns = [list(column) for column in zip(*pairs)]
    binary = {
        "fmod": torch.fmod, "fmax": torch.fmax, "fmin": torch.fmin, "copySign": torch.copysign,
        "heaviside": torch.heaviside, "logaddexp2": torch.logaddexp2,
        "isClose": torch.isclose,
    }  # fmt: skip
    for op, call in binary.items():
        extreme(theme, op, columns, call, gradients=False)
    for op in ("fmod", "fmax", "fmin", "copySign", "logaddexp2"):
        case(theme, op, lambda d: [d.real(3, 1, low=0.3, high=2.5), d.real(4, low=0.3, high=2.5)], binary[op], gradients=op != "fmod")
    unary = {"signBit": torch.signbit, "isPosInf": torch.isposinf, "isNegInf": torch.isneginf, "rad2deg": torch.rad2deg}
    for op, call in unary.items():
        extreme(theme, op, [[NAN, INF, -INF, 0.0, -0.0, 1.0, -2.0]], call, gradients=False)


def trajectories():
    """Twenty steps on a loss with curvature that differs per axis: Σ cᵢ (xᵢ - 1)² + sin(3 xᵢ)."""
    steps = 20
    curvature = [0.5, 2.0, 5.0]
    start = [[3.0, -2.0, 0.5], [1.5, 1.0, -1.0]]
    runs = []
    for kind, options, torch_options in (
        ("SGD", {"learningRate": 0.05}, {"lr": 0.05}),
        ("SGD", {"learningRate": 0.05, "momentum": 0.9}, {"lr": 0.05, "momentum": 0.9}),
        ("SGD", {"learningRate": 0.05, "momentum": 0.9, "dampening": 0.3}, {"lr": 0.05, "momentum": 0.9, "dampening": 0.3}),
        ("SGD", {"learningRate": 0.05, "momentum": 0.8, "nesterov": True}, {"lr": 0.05, "momentum": 0.8, "nesterov": True}),
        ("SGD", {"learningRate": 0.05, "momentum": 0.9, "weightDecay": 0.1}, {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1}),
        ("Adam", {"learningRate": 0.1}, {"lr": 0.1}),
        ("Adam", {"learningRate": 0.1, "beta1": 0.5, "beta2": 0.9, "epsilon": 1e-4, "weightDecay": 0.05}, {"lr": 0.1, "betas": (0.5, 0.9), "eps": 1e-4, "weight_decay": 0.05}),
        ("Adam", {"learningRate": 0.1, "amsgrad": True}, {"lr": 0.1, "amsgrad": True}),
        ("AdamW", {"learningRate": 0.1, "weightDecay": 0.1}, {"lr": 0.1, "weight_decay": 0.1}),
        ("RMSprop", {"learningRate": 0.05}, {"lr": 0.05}),
        ("RMSprop", {"learningRate": 0.02, "alpha": 0.9, "momentum": 0.5, "centered": True, "weightDecay": 0.1}, {"lr": 0.02, "alpha": 0.9, "momentum": 0.5, "centered": True, "weight_decay": 0.1}),
        ("Adagrad", {"learningRate": 0.2, "learningRateDecay": 0.05, "initialSum": 0.1}, {"lr": 0.2, "lr_decay": 0.05, "initial_accumulator_value": 0.1}),
        ("Adadelta", {"learningRate": 5, "rho": 0.8, "weightDecay": 0.1}, {"lr": 5, "rho": 0.8, "weight_decay": 0.1}),
        ("Adamax", {"learningRate": 0.1, "weightDecay": 0.1}, {"lr": 0.1, "weight_decay": 0.1}),
        ("NAdam", {"learningRate": 0.1, "weightDecay": 0.1}, {"lr": 0.1, "weight_decay": 0.1, "foreach": True}),
        ("RAdam", {"learningRate": 0.3}, {"lr": 0.3}),
        ("ASGD", {"learningRate": 0.05, "t0": 5, "lambda": 0.1}, {"lr": 0.05, "t0": 5, "lambd": 0.1}),
        ("Rprop", {"learningRate": 0.05}, {"lr": 0.05}),
    ):  # fmt: skip
        x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        optimizer = getattr(torch.optim, kind)([x], **torch_options)
        points = []
        for _ in range(steps):
            optimizer.zero_grad()
            (torch.tensor(curvature, dtype=torch.float64) * (x - 1) ** 2 + torch.sin(3 * x)).sum().backward()
            optimizer.step()
            points.append(packed(x)["data"])
        runs.append({"optimizer": kind, "options": options, "points": points})
    return {"curvature": curvature, "start": start, "runs": runs}


def state_names():
    """Names and shapes of default states."""
    models = {
        "mlp": torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3)),
        "cnn": torch.nn.Sequential(
            torch.nn.Conv2d(1, 6, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
            torch.nn.Conv2d(6, 4, 3, groups=2, bias=False), torch.nn.Flatten(), torch.nn.Dropout(0.5),
            torch.nn.Linear(36, 10),
        ),
        "transposed": torch.nn.Sequential(torch.nn.ConvTranspose2d(4, 2, 4, stride=2)),
        "nested": torch.nn.Sequential(
            torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh()), torch.nn.Linear(3, 1)
        ),
    }  # fmt: skip
    return {
        name: [[key, list(value.shape)] for key, value in model.state_dict().items()]
        for name, model in models.items()
    }


def write(name, content):
    os.makedirs(FOLDER, exist_ok=True)
    path = os.path.join(FOLDER, f"{name}.json")
    head = {"madeBy": "scripts/make-fixtures.py", "torch": torch.__version__, "seed": SEED}
    with open(path, "w", encoding="utf8") as file:
        file.write(json.dumps({**head, **content}, separators=(",", ":"), allow_nan=False).replace('{"op"', '\n{"op"'))
        file.write("\n")
    print(f"{name}: {os.path.getsize(path)} bytes")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for make in (pointwise, reductions, shapes, matrices, linear_algebra, convolution, losses, statistics):
        make()
    for theme, cases in CASES.items():
        write(theme, {"cases": cases})
    write("optimizers", trajectories())
    write("states", {"models": state_names()})
