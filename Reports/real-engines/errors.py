#!/usr/bin/env python3
"""Prints how far off the simulation is of measured runs, by GPU, kind of model and bits of a
weight, as the rows of Sources/Studies/Verdicts/MeasuredError.swift:
`errors.py POINTS.csv RUNS SERVESIM`.

POINTS.csv is measured/operating_points/operating_points.csv, unpacked; RUNS is
measured/vllm_0.15.1_h100.
"""

import collections
import csv
import json
import math
import subprocess
import sys

EXPERTS = ["deepseek", "minimax", "kimi", "gpt-oss", "qwen3-235b", "qwen3.5", "mixtral"]
BITS = {"fp8": 8, "fp4": 4, "int4": 4}


def validated(servesim, path):
    """What `validate` says of `path`."""
    done = subprocess.run([servesim, "validate", path, "--json", "-"],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["runs"]


def quartile(errors):
    """The third quartile of their sizes, by linear interpolation."""
    sizes = sorted(map(abs, errors))
    place = 0.75 * (len(sizes) - 1)
    low = math.floor(place)
    return sizes[low] + (place - low) * (sizes[min(low + 1, len(sizes) - 1)] - sizes[low])


def main(points, runs, servesim):
    told = {row["id"]: row for row in csv.DictReader(open(points, newline=""))}
    groups = collections.defaultdict(list)

    def add(run, gpu, model, bits, gpus):
        metrics = run["metrics"]
        kind = "experts" if any(name in model.lower() for name in EXPERTS) else "dense"
        groups[gpu.replace("_", "-"), kind, bits].append(
            [metrics[name]["simulated_mean"] / metrics[name]["measured_mean"] - 1
             for name in ("ttft", "tpot")] + [gpus])

    for run in validated(servesim, runs):
        if not run["saturated"]["measured"]:
            name = run["experiment"]
            add(run, "h100_sxm", name, 16, int(name.split("-tp")[1].split("-")[0]))
    for run in validated(servesim, points):
        row = told[run["experiment"]]
        # Prompts of Llama-3.1-8B were found in the prefix cache, which its rows do not say; rows
        # without a format have requests that are all alike, and stay in step here.
        known = row["precision"] and "8B-Instruct-FP8" not in row["model_path"]
        if row["backend"] == "vllm" and known:
            add(run, row["system"], row["model_path"], BITS[row["precision"]],
                int(float(row["tp_size"])))
    for (gpu, kind, bits), errors in sorted(groups.items()):
        if len(errors) > 1:
            *columns, gpus = zip(*errors)
            ttft, tpot = map(quartile, columns)
            print(f'    .init("{gpu}", .{kind}, bits: {bits}, runs: {len(errors)}, '
                  f"gpus: {max(gpus)}, prefill: {ttft:.3f}, decode: {tpot:.3f}),")


main(*sys.argv[1:])
