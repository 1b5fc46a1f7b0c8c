#!/usr/bin/python3
"""What torch.distributions says of every family of packages/distributions, for packages/testing:
densities, entropies, moments, distribution functions, gradients, and the whole table of divergences.

    /usr/bin/python3 scripts/make-distribution-fixtures.py

Computed in float64; needs PyTorch 1.13 (Debian: python3-torch).
"""
import json
import math
import pathlib
import warnings

import scipy.special
import torch
import torch.distributions as D

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
D.Distribution.set_default_validate_args(False)
TARGET = pathlib.Path(__file__).parent.parent / "packages/testing/fixtures/distributions.json"



class Digamma(torch.autograd.Function):
    """PyTorch's digamma with an exact derivative: its own is right to 1e-9 only."""

    digamma = torch.digamma

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return Digamma.digamma(x)

    @staticmethod
    def backward(ctx, dy):
        (x,) = ctx.saved_tensors
        return dy * torch.from_numpy(scipy.special.polygamma(1, x.detach().numpy()))


torch.digamma = Digamma.apply
torch.Tensor.digamma = lambda x: Digamma.apply(x)

LOC = [-0.75, 0.0, 1.5]
SCALE = [0.5, 1.25, 2.0]
LOGITS3 = [[0.25, -1.0, 0.5], [2.0, 0.0, -1.5]]
PROBS3 = [[0.25, 1.0, 0.75], [0.1, 0.3, 0.6]]
TRIL = [[1.25, 0.0], [-0.5, 0.75]]
COVARIANCE = [[1.5, -0.5], [-0.5, 0.75]]


def transformed(which):
    t = D.transforms
    parts = {
        "affine": [t.AffineTransform(0.5, -1.5)],
        "exp": [t.ExpTransform()],
        "tanh": [t.TanhTransform()],
        "sigmoid": [t.SigmoidTransform()],
        "softplus": [t.SoftplusTransform()],
        "chain": [t.AffineTransform(0.25, 0.5), t.TanhTransform(), t.AffineTransform(1.0, 2.0)],
    }[which]
    return lambda loc, scale: D.TransformedDistribution(D.Normal(loc, scale), parts)


def full_normal(**named):
    names = {"covariance": "covariance_matrix", "precision": "precision_matrix", "scaleTril": "scale_tril"}
    return D.MultivariateNormal(named.pop("loc"), **{names[key]: value for key, value in named.items()})


BUILD = {
    "Normal": D.Normal,
    "LogNormal": D.LogNormal,
    "Laplace": D.Laplace,
    "Uniform": D.Uniform,
    "Exponential": D.Exponential,
    "Gamma": D.Gamma,
    "Beta": D.Beta,
    "Dirichlet": D.Dirichlet,
    "Poisson": D.Poisson,
    "StudentT": D.StudentT,
    "Bernoulli": D.Bernoulli,
    "ContinuousBernoulli": D.ContinuousBernoulli,
    "Categorical": D.Categorical,
    "OneHotCategorical": D.OneHotCategorical,
    "OneHotCategoricalStraightThrough": D.OneHotCategoricalStraightThrough,
    "RelaxedOneHotCategorical": lambda temperature, **p: D.RelaxedOneHotCategorical(temperature, **p),
    "MultivariateNormal": full_normal,
    "LowRankMultivariateNormal": lambda loc, factor, diagonal: D.LowRankMultivariateNormal(loc, factor, diagonal),
    "MixtureSameFamily": lambda logits, loc, scale: D.MixtureSameFamily(
        D.Categorical(logits=logits), D.Normal(loc, scale)
    ),
    "Independent": lambda loc, scale: D.Independent(D.Normal(loc, scale), 1),
    **{f"TransformedDistribution {which}": transformed(which) for which in ("affine", "exp", "tanh", "sigmoid", "softplus", "chain")},
}  # fmt: skip

# family, parameters, values: what a value is, one row per draw
CASES = [
    ("Normal", {"loc": LOC, "scale": SCALE}, [[-1.0, 0.0, 2.5], [0.5, 1.0, -2.0]]),
    ("LogNormal", {"loc": LOC, "scale": SCALE}, [[0.25, 1.0, 2.5], [0.5, 3.0, 40.0]]),
    ("Laplace", {"loc": LOC, "scale": SCALE}, [[-1.0, 0.25, 2.5], [0.5, 1.0, -2.0]]),
    ("Uniform", {"low": LOC, "high": [0.5, 0.25, 4.0]}, [[-0.5, 0.125, 2.5], [0.25, 0.0625, 3.75]]),
    ("Exponential", {"rate": SCALE}, [[0.25, 1.0, 2.5], [3.0, 0.125, 0.5]]),
    ("Gamma", {"concentration": [0.5, 2.5, 9.0], "rate": SCALE}, [[0.25, 1.0, 2.5], [3.0, 0.125, 6.0]]),
    ("Beta", {"concentration1": [0.5, 2.5, 9.0], "concentration0": [0.75, 1.5, 4.0]}, [[0.25, 0.5, 0.75], [0.875, 0.125, 0.6]]),
    ("Dirichlet", {"concentration": [[0.5, 1.5, 3.0], [2.0, 2.0, 5.0]]}, [[[0.25, 0.25, 0.5], [0.1, 0.3, 0.6]], [[0.05, 0.7, 0.25], [0.2, 0.2, 0.6]]]),
    ("Poisson", {"rate": [0.5, 3.0, 20.0]}, [[0.0, 3.0, 18.0], [2.0, 7.0, 25.0]]),
    ("StudentT", {"df": [1.5, 4.0, 30.0], "loc": LOC, "scale": SCALE}, [[-1.0, 0.25, 2.5], [4.0, 1.0, -2.0]]),
    ("Bernoulli", {"probs": [0.25, 0.5, 0.9]}, [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]),
    ("Bernoulli", {"logits": [-1.5, 0.25, 3.0]}, [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]),
    ("ContinuousBernoulli", {"probs": [0.25, 0.6, 0.9]}, [[0.0625, 0.5, 0.9375], [0.75, 0.125, 0.25]]),
    ("ContinuousBernoulli", {"logits": [-1.5, 0.25, 3.0]}, [[0.0625, 0.5, 0.9375], [0.75, 0.125, 0.25]]),
    ("Categorical", {"probs": PROBS3}, [[0, 2], [1, 0]]),
    ("Categorical", {"logits": LOGITS3}, [[0, 2], [1, 0]]),
    ("OneHotCategorical", {"probs": PROBS3}, [[[1.0, 0, 0], [0, 0, 1.0]]]),
    ("OneHotCategorical", {"logits": LOGITS3}, [[[0, 1.0, 0], [0, 0, 1.0]]]),
    ("OneHotCategoricalStraightThrough", {"logits": LOGITS3}, [[[0, 1.0, 0], [0, 0, 1.0]]]),
    ("RelaxedOneHotCategorical", {"temperature": 0.75, "logits": LOGITS3}, [[[0.25, 0.25, 0.5], [0.1, 0.3, 0.6]]]),
    ("RelaxedOneHotCategorical", {"temperature": 0.75, "probs": PROBS3}, [[[0.05, 0.7, 0.25], [0.2, 0.2, 0.6]]]),
    ("MultivariateNormal", {"loc": [[0.5, -1.0], [0.0, 2.0]], "scaleTril": TRIL}, [[[0.0, 0.0], [1.0, 1.5]], [[-1.0, 0.5], [2.0, 2.0]]]),
    ("MultivariateNormal", {"loc": [0.5, -1.0], "covariance": COVARIANCE}, [[0.0, 0.0], [1.0, 1.5]]),
    ("MultivariateNormal", {"loc": [0.5, -1.0], "precision": COVARIANCE}, [[0.0, 0.0], [1.0, 1.5]]),
    ("LowRankMultivariateNormal", {"loc": [0.5, -1.0, 0.0], "factor": [[1.0], [-0.5], [0.75]], "diagonal": [0.5, 0.75, 1.25]}, [[0.0, 0.0, 0.5], [1.0, 1.5, -1.0]]),
    ("MixtureSameFamily", {"logits": LOGITS3, "loc": [LOC, [0.0, 1.0, 2.0]], "scale": [SCALE, [1.0, 0.5, 0.25]]}, [[0.0, 1.0], [-1.5, 2.25]]),
    ("Independent", {"loc": [LOC, [0.0, 1.0, 2.0]], "scale": [SCALE, [1.0, 0.5, 0.25]]}, [[[-1.0, 0.0, 2.5], [0.5, 1.0, -2.0]]]),
    ("TransformedDistribution affine", {"loc": LOC, "scale": SCALE}, [[-1.0, 0.0, 2.5], [0.5, 1.0, -2.0]]),
    ("TransformedDistribution exp", {"loc": LOC, "scale": SCALE}, [[0.25, 1.0, 2.5], [0.5, 3.0, 40.0]]),
    ("TransformedDistribution tanh", {"loc": LOC, "scale": SCALE}, [[-0.25, 0.5, 0.875], [0.5, 0.125, -0.75]]),
    ("TransformedDistribution sigmoid", {"loc": LOC, "scale": SCALE}, [[0.25, 0.5, 0.875], [0.5, 0.125, 0.75]]),
    ("TransformedDistribution softplus", {"loc": LOC, "scale": SCALE}, [[0.25, 0.5, 2.5], [0.5, 3.0, 4.0]]),
    ("TransformedDistribution chain", {"loc": LOC, "scale": SCALE}, [[-0.5, 0.5, 2.875], [0.5, 1.125, 2.75]]),
]  # fmt: skip

PROBABILITIES = [[0.125, 0.625, 0.75], [0.9, 0.25, 0.0625]]


def listed(tensor):
    """Nested lists; what JSON has no number for as text."""
    if isinstance(tensor, list):
        return [listed(each) for each in tensor]
    if isinstance(tensor, torch.Tensor):
        return listed(tensor.detach().tolist())
    if isinstance(tensor, float) and not math.isfinite(tensor):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(tensor, "NaN")
    # More digits than the closest comparison, and fewer than a file would be full of.
    return float(f"{tensor:.13g}") if isinstance(tensor, float) else tensor


def leaves(parameters):
    return {name: torch.tensor(value).requires_grad_() for name, value in parameters.items()}


def gradients(result, named):
    """Of the sum of a result; zeros where it does not depend on something."""
    if not result.requires_grad:
        return {name: listed(torch.zeros_like(x)) for name, x in named.items()}
    found = torch.autograd.grad(result.sum(), list(named.values()), allow_unused=True, retain_graph=True)
    return {
        name: listed(torch.zeros_like(x) if gradient is None else own(name, gradient))
        for (name, x), gradient in zip(named.items(), found)
    }


def own(name, gradient):
    """Of a triangular factor only the triangle: PyTorch reads the rest here and there."""
    return gradient.tril() if name == "scaleTril" else gradient


def described(family, parameters, values):
    named = leaves(parameters)
    distribution = BUILD[family](**named)
    value = torch.tensor(values)
    # PyTorch finds the place of the 1, which has no slope; ours is that of the sum of value · logits.
    if value.is_floating_point() and not family.startswith("OneHot"):
        value.requires_grad_()
    log_prob = distribution.log_prob(value)
    differentiated = {**named, "value": value} if value.requires_grad else named
    record = {
        "family": family,
        "parameters": parameters,
        "values": values,
        "logProb": listed(log_prob),
        "logProbGradients": gradients(log_prob, differentiated),
    }
    for ours in ("mean", "variance", "mode"):
        try:
            record[ours] = listed(getattr(distribution, ours))
        except NotImplementedError:
            pass
    if family == "Categorical":  # NaN: there is none
        del record["mean"], record["variance"]
    if family == "Beta":  # 1, where both concentrations are below 1, whichever is the larger
        del record["mode"]
    try:
        entropy = distribution.entropy()
        record["entropy"] = listed(entropy)
        record["entropyGradients"] = gradients(entropy, named)
    except NotImplementedError:
        pass
    try:
        cdf = distribution.cdf(value)
        record["cdf"] = listed(cdf)
        record["cdfGradients"] = gradients(cdf, {**named, "value": value})
    except NotImplementedError:
        pass
    try:
        probability = torch.tensor(PROBABILITIES).requires_grad_()
        icdf = distribution.icdf(probability)
        record["probabilities"] = PROBABILITIES
        record["icdf"] = listed(icdf)
        record["icdfGradients"] = gradients(icdf, {**named, "value": probability})
    except NotImplementedError:
        pass
    return record


# The families that may stand beside each other, with two or more members each.
NUMBERS = [
    ("Normal", {"loc": LOC, "scale": SCALE}),
    ("LogNormal", {"loc": LOC, "scale": SCALE}),
    ("LogNormal", {"loc": [0.5, 0.25, 1.0], "scale": [1.0, 0.75, 2.5]}),
    ("Normal", {"loc": [0.5, 0.25, 1.0], "scale": [1.0, 0.75, 2.5]}),
    ("Laplace", {"loc": LOC, "scale": SCALE}),
    ("Laplace", {"loc": [0.5, 0.25, 1.0], "scale": [1.0, 0.75, 2.5]}),
    ("Uniform", {"low": [0.125, 0.25, 0.5], "high": [0.375, 0.75, 0.875]}),
    ("Uniform", {"low": [-0.5, -1.0, -0.125], "high": [1.5, 2.0, 1.25]}),
    ("Exponential", {"rate": SCALE}),
    ("Exponential", {"rate": [1.0, 0.5, 3.0]}),
    ("Gamma", {"concentration": [0.5, 2.5, 9.0], "rate": SCALE}),
    ("Gamma", {"concentration": [1.5, 2.0, 6.0], "rate": [1.0, 0.75, 2.5]}),
    ("Beta", {"concentration1": [0.5, 2.5, 9.0], "concentration0": [0.75, 1.5, 4.0]}),
    ("Beta", {"concentration1": [1.5, 2.0, 6.0], "concentration0": [1.25, 3.0, 0.5]}),
    ("ContinuousBernoulli", {"probs": [0.25, 0.6, 0.9]}),
    ("ContinuousBernoulli", {"logits": [0.5, -2.0, 1.25]}),
    ("Poisson", {"rate": [0.5, 3.0, 20.0]}),
    ("Poisson", {"rate": [1.5, 2.0, 24.0]}),
    ("Bernoulli", {"probs": [0.25, 0.5, 0.9]}),
    ("Bernoulli", {"logits": [0.5, -2.0, 1.25]}),
    ("StudentT", {"df": [1.5, 4.0, 30.0], "loc": LOC, "scale": SCALE}),
    ("TransformedDistribution tanh", {"loc": LOC, "scale": SCALE}),
    ("TransformedDistribution tanh", {"loc": [0.5, 0.25, 1.0], "scale": [1.0, 0.75, 2.5]}),
]  # fmt: skip
CLASSES = [
    ("Categorical", {"probs": PROBS3}),
    ("Categorical", {"logits": LOGITS3}),
    ("OneHotCategorical", {"probs": PROBS3}),
    ("OneHotCategoricalStraightThrough", {"logits": LOGITS3}),
    ("RelaxedOneHotCategorical", {"temperature": 0.75, "logits": LOGITS3}),
]
VECTORS = [
    ("MultivariateNormal", {"loc": [0.5, -1.0], "scaleTril": TRIL}),
    ("MultivariateNormal", {"loc": [0.0, 0.5], "covariance": COVARIANCE}),
    ("LowRankMultivariateNormal", {"loc": [0.5, -1.0], "factor": [[1.0], [-0.5]], "diagonal": [0.5, 0.75]}),
    ("LowRankMultivariateNormal", {"loc": [0.0, 0.25], "factor": [[0.75], [0.5]], "diagonal": [1.0, 0.25]}),
    ("Dirichlet", {"concentration": [0.5, 1.5]}),
    ("Dirichlet", {"concentration": [2.0, 0.75]}),
    ("Independent", {"loc": [[0.5, -1.0]], "scale": [[0.5, 1.5]]}),
    ("Independent", {"loc": [[0.0, 1.0]], "scale": [[1.0, 0.75]]}),
]  # fmt: skip


def divergence(p, q):
    first, second = leaves(p[1]), leaves(q[1])
    try:
        value = D.kl_divergence(BUILD[p[0]](**first), BUILD[q[0]](**second))
    except NotImplementedError:
        return None
    pair = {"p": {"family": p[0], "parameters": p[1]}, "q": {"family": q[0], "parameters": q[1]}}
    pair["divergence"] = listed(value)
    if torch.isfinite(value).all():
        pair["gradients"] = {"p": gradients(value, first), "q": gradients(value, second)}
    return pair


def main():
    pairs = [(p, q) for group in (NUMBERS, CLASSES, VECTORS) for p in group for q in group if p is not q]
    divergences = {(p[0], str(p), q[0], str(q)): divergence(p, q) for p, q in pairs}
    content = {
        "cases": [described(*case) for case in CASES],
        "divergences": [found for found in divergences.values() if found],
        # Pairs of one group that PyTorch has no closed form for.
        "missing": sorted({(p, q) for (p, _, q, _), found in divergences.items() if not found}),
    }
    parts = [f'"torch": {json.dumps(torch.__version__)}']
    for name, rows in content.items():
        texts = ",\n".join(json.dumps(row, separators=(",", ":"), allow_nan=False) for row in rows)
        parts.append(f'"{name}": [\n{texts}\n]')
    TARGET.write_text("{" + ",\n".join(parts) + "}\n")
    print(TARGET, TARGET.stat().st_size)


main()
