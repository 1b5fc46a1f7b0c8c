#!/usr/bin/python3
"""Writes fixtures/*.json: what PyTorch's optimisers, schedules and clipping do, in float64.

Run: /usr/bin/python3 packages/optim/test/make-fixtures.py && oxfmt packages/optim
with Debian's python3-torch 1.13.
"""
import json
import math
import warnings
from pathlib import Path

import torch
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel

SEED = 20260
STEPS = 50
RECORDED = [1, 2, 3, 5, 10, 20, 30, 40, 50]
torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
warnings.filterwarnings("ignore")

quadratic = {"start": [1.125, -2.25, 2.875, 0.625], "curvature": [1.0, 0.5, 0.1, 5.0], "minimum": [0.5, 1.0, -1.5, 2.0]}
rosenbrock = {"start": [-1.2, 1.0]}


def given_gradients():
    """Element 0 never has a gradient, 1 none at first, 2 spikes, 3 is tiny, 4 now and then 0."""
    torch.manual_seed(SEED)
    g = torch.randn(STEPS, 6)
    g[:, 0] = 0
    g[:10, 1] = 0
    g[20, 2] = 1e3
    g[35, 2] = -1e3
    g[:, 3] *= 1e-6
    g[::3, 4] = 0
    start = torch.randn(6)
    # Exact in float32, so that both precisions see the same numbers.
    return start.float().double(), g.float().double()


start, gradients = given_gradients()
OURS = {
    "lr": "learningRate", "eps": "epsilon", "weight_decay": "weightDecay", "lr_decay": "learningRateDecay",
    "initial_accumulator_value": "initialSum", "lambd": "lambda", "momentum_decay": "momentumDecay",
    "max_iter": "maxIterations", "history_size": "historySize",
}
PAIRS = {"betas": ("beta1", "beta2"), "etas": ("etaMinus", "etaPlus"), "step_sizes": ("minimumStep", "maximumStep")}


def ours(options):
    result = {}
    for key, value in options.items():
        if key in PAIRS:
            result.update(zip(PAIRS[key], value))
        elif key == "line_search_fn":
            result["lineSearch"] = {"strong_wolfe": "strongWolfe"}[value]
        elif key != "foreach":
            result[OURS.get(key, key)] = value
    return result


# Learning rates for the quadratic, for Rosenbrock's valley and for the given gradients.
CASES = [
    ("SGD", {}, (0.05, 1e-3, 1e-2)),
    ("SGD", {"momentum": 0.9}, (0.02, 2e-4, 1e-2)),
    ("SGD", {"momentum": 0.9, "dampening": 0.5, "weight_decay": 0.1}, (0.02, 2e-4, 1e-2)),
    ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}, (0.02, 2e-4, 1e-2)),
    ("Adam", {}, (0.1, 0.02, 1e-2)),
    ("Adam", {"betas": (0.5, 0.9), "eps": 1e-3, "weight_decay": 0.1}, (0.1, 0.02, 1e-2)),
    ("Adam", {"amsgrad": True}, (0.1, 0.02, 1e-2)),
    ("AdamW", {}, (0.1, 0.02, 1e-2)),
    ("AdamW", {"weight_decay": 0.5, "amsgrad": True}, (0.1, 0.02, 1e-2)),
    ("Adamax", {}, (0.1, 0.02, 1e-2)),
    ("Adamax", {"betas": (0.8, 0.95), "weight_decay": 0.1}, (0.1, 0.02, 1e-2)),
    # foreach: the loop of 1.13 without it multiplies one momentum too many (pytorch/pytorch#92699).
    ("NAdam", {"foreach": True}, (0.1, 0.02, 1e-2)),
    ("NAdam", {"foreach": True, "betas": (0.8, 0.95), "weight_decay": 0.1, "momentum_decay": 0.05}, (0.1, 0.02, 1e-2)),
    ("RAdam", {}, (0.1, 2e-4, 1e-2)),
    ("RAdam", {"betas": (0.8, 0.95), "weight_decay": 0.1}, (0.1, 2e-4, 1e-2)),
    ("RMSprop", {}, (0.01, 5e-3, 1e-2)),
    ("RMSprop", {"alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1}, (0.01, 5e-3, 1e-2)),
    ("RMSprop", {"centered": True, "eps": 1e-2}, (0.01, 5e-3, 1e-2)),
    ("RMSprop", {"centered": True, "momentum": 0.5, "eps": 1e-2}, (0.01, 5e-3, 1e-2)),
    ("Adagrad", {}, (0.3, 0.1, 1e-2)),
    ("Adagrad", {"lr_decay": 0.1, "initial_accumulator_value": 0.5, "weight_decay": 0.1}, (0.3, 0.1, 1e-2)),
    ("Adadelta", {}, (1.0, 1.0, 1.0)),
    ("Adadelta", {"rho": 0.8, "eps": 1e-4, "weight_decay": 0.1}, (1.0, 0.3, 1.0)),
    ("Rprop", {}, (0.03, 0.01, 1e-2)),
    ("Rprop", {"etas": (0.4, 1.3), "step_sizes": (1e-3, 0.1)}, (0.03, 0.01, 1e-2)),
    ("ASGD", {}, (0.05, 1e-3, 1e-2)),
    ("ASGD", {"lambd": 0.1, "alpha": 0.5, "t0": 10, "weight_decay": 0.1}, (0.05, 1e-3, 1e-2)),
    ("LBFGS", {"max_iter": 1}, (0.5, 0.01, None)),
    ("LBFGS", {"max_iter": 4, "history_size": 3}, (0.1, 0.01, None)),
    ("LBFGS", {"max_iter": 1, "line_search_fn": "strong_wolfe"}, (1.0, 0.25, None)),
    ("LBFGS", {"max_iter": 2, "line_search_fn": "strong_wolfe"}, (0.1, 1.0, None)),
    ("LBFGS", {"max_iter": 5, "history_size": 4, "line_search_fn": "strong_wolfe"}, (0.5, 0.85, None)),
]


def loss_of(problem, x):
    if problem == "quadratic":
        curvature, minimum = (torch.tensor(quadratic[key], dtype=x.dtype) for key in ("curvature", "minimum"))
        return (curvature * (x - minimum) ** 2).sum()
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def run(name, options, problem, dtype, change=0.0):
    first = {"quadratic": quadratic["start"], "rosenbrock": rosenbrock["start"], "gradients": start}[problem]
    x = (torch.as_tensor(first) * (1 + change)).to(dtype).clone().requires_grad_()
    optimizer = getattr(torch.optim, name)([x], **options)

    def closure():
        optimizer.zero_grad()
        loss = loss_of(problem, x)
        loss.backward()
        return loss

    points = []
    for step in range(1, STEPS + 1):
        if problem == "gradients":
            x.grad = gradients[step - 1].to(dtype, copy=True)
            optimizer.step()
        elif name == "LBFGS":
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
        if step in RECORDED:
            points.append(x.tolist())
    return points, optimizer.state[x]


def stable_points(name, options, problem, points):
    """How many points stay where they are in float32, and when the start moves in the seventh digit.

    Beyond them rounding would be tested, not an optimiser.
    """
    changes = [n * 1e-7 for n in range(-3, 4)]
    variants = [run(name, options, problem, torch.float32, change)[0] for change in changes]
    for i, point in enumerate(points):
        size = max(map(abs, point))
        if max(abs(a - b) for variant in variants for a, b in zip(variant[i], point)) > 5e-5 * size:
            return i
    return len(points)


def trajectory(name, options, problem):
    points, state = run(name, options, problem, torch.float64)
    result = {"optimizer": name, "options": ours(options), "problem": problem, "points": points}
    result["stablePoints"] = stable_points(name, options, problem, points)
    if name == "ASGD":
        result["average"] = state["ax"].tolist()
    return result


def optimizers():
    cases = [
        trajectory(name, {"lr": rate, **options}, problem)
        for name, options, rates in CASES
        for problem, rate in zip(("quadratic", "rosenbrock", "gradients"), rates)
        if rate is not None
    ]
    print(f"{len(cases)} trajectories; not stable to the end:")
    for case in cases:
        if case["stablePoints"] < len(RECORDED):
            print(case["stablePoints"], case["optimizer"], case["options"], case["problem"])
    return {
        "quadratic": quadratic,
        "rosenbrock": rosenbrock,
        "gradients": {"start": start.tolist(), "gradients": gradients.tolist()},
        "recordedSteps": RECORDED,
        "cases": cases,
    }


def rates(make, count=60, metrics=None):
    """Learning rates of two groups in steps 0 to count - 1."""
    bases = [0.1, 0.02]
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": base} for base in bases]
    optimizer = torch.optim.SGD(groups, lr=1.0, momentum=0.9)
    scheduler = make(optimizer)
    result = []
    for step in range(count):
        result.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step(*([] if metrics is None else [metrics[step]]))
    return result


def schedules():
    torch.manual_seed(SEED)
    losses = [round(v, 6) for v in (torch.linspace(2, 0.5, 60).clamp(min=1) + 0.02 * torch.randn(60)).tolist()]
    s = lr_scheduler
    result = {
        "stepwise": rates(lambda o: s.StepLR(o, 7, 0.5)),
        "multiStep": rates(lambda o: s.MultiStepLR(o, [10, 25, 25, 40], 0.3)),
        "exponential": rates(lambda o: s.ExponentialLR(o, 0.93)),
        "constant": rates(lambda o: s.ConstantLR(o, 0.25, 9)),
        "linear": rates(lambda o: s.LinearLR(o, 0.2, 0.8, 30)),
        "polynomial": rates(lambda o: s.PolynomialLR(o, 40, 1.7)),
        "cosine": rates(lambda o: s.CosineAnnealingLR(o, 25, 0.001)),
        "cosineRestarts": rates(lambda o: s.CosineAnnealingWarmRestarts(o, 8, 2, 0.001)),
        "cosineRestartsEqual": rates(lambda o: s.CosineAnnealingWarmRestarts(o, 13)),
        "oneCycle": rates(lambda o: s.OneCycleLR(o, 0.5, total_steps=61)),
        "oneCycleLinear": rates(
            lambda o: s.OneCycleLR(o, 0.5, total_steps=61, pct_start=0.45, anneal_strategy="linear", div_factor=10, final_div_factor=100)
        ),
        "cyclic": rates(lambda o: s.CyclicLR(o, [0.1, 0.02], 0.5, 6, 10)),
        "cyclicHalving": rates(lambda o: s.CyclicLR(o, [0.1, 0.02], 0.5, 6, mode="triangular2")),
        "lambda": rates(lambda o: s.LambdaLR(o, lambda step: 1 / (1 + 0.1 * step))),
        "chained": rates(lambda o: s.ChainedScheduler([s.ConstantLR(o, 0.1, 20), s.ExponentialLR(o, 0.9)])),
        "sequential": rates(
            lambda o: s.SequentialLR(o, [s.ConstantLR(o, 0.1, 100), s.ExponentialLR(o, 0.9), s.StepLR(o, 4, 0.5)], [12, 35])
        ),
        "warmup": rates(lambda o: s.SequentialLR(o, [s.LinearLR(o, 0.1, 1.0, 10), s.CosineAnnealingLR(o, 50)], [10])),
        "plateau": rates(lambda o: s.ReduceLROnPlateau(o, factor=0.5, patience=3, cooldown=2, min_lr=0.004), metrics=losses),
        "plateauMax": rates(
            lambda o: s.ReduceLROnPlateau(o, mode="max", factor=0.7, patience=2, threshold=0.05, threshold_mode="abs"), metrics=losses
        ),
    }
    return {"baseRates": [0.1, 0.02], "losses": losses, "rates": result}


def clipping():
    torch.manual_seed(SEED)
    gradients = [torch.randn(3).float().double(), 10 * torch.randn(2, 2).float().double()]
    cases = []
    for p in (1.0, 2.0, 3.0, math.inf):
        for maximum in (0.5, 1e3):
            parameters = [torch.zeros_like(g, requires_grad=True) for g in gradients]
            for parameter, g in zip(parameters, gradients):
                parameter.grad = g.clone()
            norm = torch.nn.utils.clip_grad_norm_(parameters, maximum, p)
            cases.append({
                "p": "Infinity" if p == math.inf else p, "maxNorm": maximum, "norm": norm.item(),
                "clipped": [parameter.grad.flatten().tolist() for parameter in parameters],
            })
    return {"gradients": [g.tolist() for g in gradients], "cases": cases}


def averaging():
    torch.manual_seed(SEED)
    weights = torch.randn(5, 3)
    model = torch.nn.Linear(3, 1, bias=False)
    swa = AveragedModel(model)
    for row in weights:
        model.weight.data[:] = row
        swa.update_parameters(model)
    return {"weights": weights.tolist(), "swa": swa.module.weight.data.flatten().tolist()}


folder = Path(__file__).parent / "fixtures"
folder.mkdir(exist_ok=True)
for name, content in {
    "optimizers": optimizers(), "schedules": schedules(), "gradients-and-weights": {"clipping": clipping(), "averaging": averaging()},
}.items():
    text = json.dumps({"torch": torch.__version__, "seed": SEED, "dtype": "float64", **content}, separators=(",", ":"))
    # One line per record: readable changes.
    (folder / f"{name}.json").write_text(text.replace('},{"', '},\n{"').replace('],"', '],\n"') + "\n")
