#!/usr/bin/env python3
"""Simulates aiconfigurator's measured operating points and writes how far off each is:
`points.py POINTS.csv SERVESIM > operating-points.csv`, and a table by group on the standard error.

POINTS.csv is measured/operating_points/operating_points.csv, unpacked.
"""

import collections
import csv
import json
import statistics
import subprocess
import sys


def median(values):
    return f"{100 * statistics.median(values):.1f}" if values else ""


def main(points, servesim):
    told = {row["id"]: row for row in csv.DictReader(open(points, newline=""))}
    said = subprocess.run(
        [servesim, "validate", points, "--json", "-"], capture_output=True, text=True, check=True)
    result = json.loads(said.stdout)
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow("point,engine,version,gpu,model,prompt,output,clients,tensor_parallel,"
                 "ttft_measured_s,ttft_simulated_s,tpot_measured_s,tpot_simulated_s".split(","))
    groups = collections.defaultdict(lambda: ([], []))
    for run in result["runs"]:
        row, metrics = told[run["experiment"]], run["metrics"]
        pairs = [(metrics[name]["measured_mean"], metrics[name]["simulated_mean"])
                 for name in ("ttft", "tpot")]
        out.writerow(
            [row["id"], row["backend"], row["backend_version"], row["system"], row["model_path"],
             row["isl"], row["osl"], row["silicon_concurrency"], int(float(row["tp_size"]))]
            + [f"{value:.6g}" for pair in pairs for value in pair])
        for key in [(row["backend"], row["system"], row["model_path"]),
                    (row["backend"], row["system"], "all"), (row["backend"], "all", "all")]:
            for errors, (measured, simulated) in zip(groups[key], pairs):
                errors.append(simulated / measured - 1)
    head = ["engine", "GPU", "model", "points", "TTFT median |error| %", "TTFT median %",
            "TPOT median |error| %", "TPOT median %"]
    print("| " + " | ".join(head) + " |\n|" + " --- |" * 3 + " ---: |" * 5, file=sys.stderr)
    for key in sorted(groups):
        ttft, tpot = groups[key]
        cells = [*key, str(len(tpot)), median(list(map(abs, ttft))), median(ttft),
                 median(list(map(abs, tpot))), median(tpot)]
        print("| " + " | ".join(cells) + " |", file=sys.stderr)
    reasons = collections.Counter(entry["reason"].split(";")[0] for entry in result["refused"])
    print(f"\nNot simulated: {sum(reasons.values())} points.\n", file=sys.stderr)
    for reason, count in reasons.most_common(12):
        print(f"- {count:,}: {reason}", file=sys.stderr)


main(*sys.argv[1:])
