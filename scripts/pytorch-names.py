#!/usr/bin/python3
"""PyTorch's public names of tensors and of nn.functional, as a JSON file for packages/testing.

    /usr/bin/python3 scripts/pytorch-names.py

Left out: names that end in an underscore (they change a tensor in place) and what nn.functional
only imports.
"""
import json
import os

import torch
import torch.nn.functional as F

TARGET = os.path.join(os.path.dirname(__file__), "..", "packages", "testing", "fixtures", "pytorch-names.json")
# Notes and tools of the module's own, and functions that others are switched by.
NOT_OPERATIONS = {
    "assert_int_or_pair", "boolean_dispatch", "grad", "handle_torch_function", "has_torch_function",
    "has_torch_function_unary", "has_torch_function_variadic", "math", "torch", "utils", "warnings",
}  # fmt: skip


def is_public(name):
    return not name.startswith("_") and not name.endswith("_")


def is_operation(name):
    value = getattr(F, name)
    return callable(value) and not isinstance(value, type) and name[0].islower() and name not in NOT_OPERATIONS


names = {
    "madeBy": "scripts/pytorch-names.py",
    "torch": torch.__version__,
    "tensor": sorted(name for name in dir(torch.Tensor) if is_public(name)),
    "functional": sorted(name for name in dir(F) if is_public(name) and is_operation(name)),
}
with open(TARGET, "w", encoding="utf8") as file:
    json.dump(names, file, indent=1)
    file.write("\n")
print(len(names["tensor"]), len(names["functional"]))
