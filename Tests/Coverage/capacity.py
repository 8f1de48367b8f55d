"""How often a capacity's interval holds the long run: 95 times in 100 is what it says.

    python3 Tests/Coverage/capacity.py SERVESIM [REQUESTS [REPEATS [LIMITS]]]

Each repeat draws a trace of its own, as a user has one, and searches it under five seeds. What is
to be covered is the mean over traces of forty thousand requests. It takes minutes, and is no part
of the suite.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

LONG = 40_000
TRACES = 3


def capacity(tool, folder, requests, trace_seed, seed, seeds, limits):
    """What servesim finds for a trace of so many requests."""
    path = folder / "t.csv"
    made = [tool, "synthesize", "--requests", str(requests), "--seed", str(trace_seed)]
    subprocess.run(made + ["--output", str(path)], check=True, stdout=subprocess.DEVNULL)
    search = [tool, "capacity", str(path), "--schedulers", "vllm", "--slo", limits, "--json", "-"]
    search += ["--arrivals", "poisson", "--seeds", str(seeds), "--seed", str(seed)]
    found = subprocess.run(search, check=True, capture_output=True).stdout
    return json.loads(found)["capacities"][0]


def main(tool, requests=500, repeats=100, limits="ttft.p99<300ms,tbt.p99<60ms"):
    """Prints how many of the intervals hold the long run's capacity."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        whole = [
            capacity(tool, folder, LONG, 7000 + k, 9000 + k, 1, limits) for k in range(TRACES)
        ]
        long = sum(found["capacity_requests_per_second"] for found in whole) / TRACES
        above, below, widths = 0, 0, []
        for k in range(int(repeats)):
            found = capacity(tool, folder, requests, 100 + k, 1000 + 5 * k, 5, limits)
            interval = found["interval_requests_per_second"]
            above += long < interval["low"]
            below += interval["high"] is not None and interval["high"] < long
            if interval["high"] is not None:
                widths.append((interval["high"] - interval["low"]) / long)
        covered = int(repeats) - above - below
        print(
            f"{covered} of {repeats} hold {long:.3f} requests/s; {above} lie above it, {below} "
            f"below; the median width is {sorted(widths)[len(widths) // 2]:.3f} of it"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
