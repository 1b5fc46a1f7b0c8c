"""Files of torch.save and what they hold, for the tests beside the reader:

    /usr/bin/python3 packages/formats/test/pytorch-files.py

Debian's python3-torch (1.13). Numbers are written to the JSON file as the hexadecimal of their bytes, row by row.
"""
import collections
import json
from pathlib import Path

import torch

FOLDER = Path(__file__).parent / "fixtures"
torch.manual_seed(0)

rows = torch.arange(12, dtype=torch.float32).reshape(3, 4)
shared = torch.arange(6, dtype=torch.float64)
tied = torch.nn.Parameter(torch.randn(2, 3))
tensors = collections.OrderedDict(
    float32=rows,
    float64=torch.tensor([0.1, -0.0, float("inf")], dtype=torch.float64),
    float16=torch.tensor([1.5, -2.0], dtype=torch.float16),
    bfloat16=torch.tensor([1.5, float("nan")], dtype=torch.bfloat16),
    int64=torch.tensor([2**62, -1]),
    int32=torch.tensor([[2**31 - 1]], dtype=torch.int32),
    int16=torch.tensor([-5], dtype=torch.int16),
    int8=torch.tensor([-128, 127], dtype=torch.int8),
    uint8=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    complex64=torch.tensor([1 + 2j]),
    complex128=torch.tensor([[1 + 2j], [3 - 4j]], dtype=torch.complex128),
    scalar=torch.tensor(7),
    empty=torch.zeros(0, 3),
    transposed=rows.t(),
    column=rows[:, 1],
    tail=shared[2:],
    strided=shared[::2],
    expanded=torch.tensor([3.0]).expand(2, 3),
    complexTransposed=torch.tensor([[1 + 1j, 2 + 2j], [3 + 3j, 4 + 4j]]).t(),
    weight=tied,
    again=tied,
)
whole = {
    "tensors": tensors,
    "epoch": 3,
    "large": 2**80,
    "small": -(2**40),
    "rate": 1.5e-3,
    "name": "π \U0001f600",
    "none": None,
    "yes": True,
    "list": [1, (2, "three"), []],
    "bytes": b"\x00\xff",
    "set": {1},
    "size": torch.Size([2, 3]),
    "device": torch.device("cpu"),
    "dtype": torch.bfloat16,
    3: {"inner": torch.tensor([1.0])},
    "model": torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1)).state_dict(),
}



def bits(tensor):
    flat = tensor.detach().contiguous().reshape(-1)
    if tensor.dtype == torch.bool:
        flat = flat.to(torch.uint8)
    return bytes(flat.storage().untyped().tolist()[flat.storage_offset() * flat.element_size():][: flat.numel() * flat.element_size()]).hex()


for protocol in (2, 3, 4, 5):
    torch.save(whole, FOLDER / f"protocol-{protocol}.pt", pickle_protocol=protocol)
torch.save(tensors, FOLDER / "old.pt", _use_new_zipfile_serialization=False)
torch.save(torch.nn.Linear(2, 1), FOLDER / "module.pt")
torch.jit.save(torch.jit.script(torch.nn.Linear(2, 1)), str(FOLDER / "script.pt"))
expected = {
    name: {"dtype": str(t.dtype)[6:], "shape": list(t.shape), "hex": bits(t)} for name, t in tensors.items()
}
(FOLDER / "pytorch.json").write_text(json.dumps(expected) + "\n")
