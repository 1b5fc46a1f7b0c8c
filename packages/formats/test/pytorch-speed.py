"""Saves a state dict of 100 MB, or tells how long torch.load takes for it, in milliseconds, as the median and the least of 25:

    /usr/bin/python3 packages/formats/test/pytorch-speed.py save PATH
    /usr/bin/python3 packages/formats/test/pytorch-speed.py load PATH
"""
import statistics
import sys
import time

import torch

command, path = sys.argv[1:]
torch.set_num_threads(1)
if command == "save":
    layers = [torch.nn.Linear(2048, 2048) for _ in range(6)]
    torch.save(torch.nn.Sequential(*layers).state_dict(), path)
else:
    times = []
    for _ in range(25):
        start = time.perf_counter()
        torch.load(path)
        times.append(1000 * (time.perf_counter() - start))
    print(f"{statistics.median(times):.1f} {min(times):.1f}")
