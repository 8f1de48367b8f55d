#!/usr/bin/env python3
"""Counts what runs of servesim cost, in instructions, which repeat where times do not.

    python3 Reports/speed/measure.py BINARY [EARLIER] [--peak]

Prints a table in Markdown: for each case the instructions of a whole `replay` less those of its
first request alone, by request and by iteration, with the ratio to the EARLIER binary. With --peak
also CPU seconds and memory of a million rows. It needs valgrind; traces are made by the binary.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = [
    # name, synthesize, replay
    ("chat", "--request-rate 12", "--scheduler sarathi"),
    ("chat, vllm", "--request-rate 12", "--scheduler vllm"),
    ("chat, splitfuse", "--request-rate 12", "--scheduler splitfuse"),
    ("decode-heavy", "--preset reasoning --request-rate 0.5 --requests 1000", "--scheduler vllm"),
    ("long prompts", "--preset arxiv --request-rate 4", "--scheduler sarathi"),
    ("short of memory", "--request-rate 12", "--scheduler vllm --num-gpu-blocks-override 1700"),
    ("PP4", "--request-rate 12", "--scheduler sarathi --pipeline-parallel-size 4"),
    ("PP4, vllm", "--request-rate 12", "--scheduler vllm --pipeline-parallel-size 4"),
    ("prefixes", "--preset toolagent --request-rate 1 --requests 2000",
     "--scheduler vllm --model llama-3.1-8b"),
    ("latent attention", "--request-rate 12",
     "--scheduler vllm --model deepseek-v2-lite"),
    ("64 replicas", "--request-rate 768", "--scheduler vllm --replicas 64"),
]


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return done


def count(binary, trace, options, folder):
    """Instructions, requests and iterations of one run."""
    file = folder / "run.json"
    command = [binary, "replay", trace, *options, "--json", file, "--force"]
    said = run("valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *command).stderr
    result = json.loads(file.read_text())["runs"][0]
    instructions = int(re.search(r"Collected : (\d+)", said)[1])
    return instructions, result["requests"]["total"], result["batch"]["iterations"]


def measure(binary, trace, options, folder):
    """Instructions by request and by iteration, less what a single request takes."""
    whole, requests, iterations = count(binary, trace, options, folder)
    start, _, _ = count(binary, trace, options + ["--limit", "1"], folder)
    work = whole - start
    return work / requests, work / iterations, start


def main():
    arguments = [a for a in sys.argv[1:] if a != "--peak"]
    binaries = [Path(a).resolve() for a in arguments]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("| case | instructions a request | an iteration | start | against the earlier |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for number, (label, law, options) in enumerate(CASES):
            trace = folder / f"{number}.csv"
            law = law.split() if "--requests" in law else ["--requests", "10000", *law.split()]
            trace.write_text(run(binaries[0], "synthesize", *law, "--seed", "1").stdout)
            figures = [measure(b, trace, options.split(), folder) for b in binaries]
            request, iteration, start = figures[0]
            ratio = f"{request / figures[1][0]:.2f}" if len(figures) > 1 else ""
            shown = [label, f"{request:,.0f}", f"{iteration:,.0f}", f"{start / 1e6:.0f} M", ratio]
            print(f"| {' | '.join(shown)} |", flush=True)
        if "--peak" in sys.argv:
            peak(binaries, folder)


def peak(binaries, folder):
    """CPU seconds and memory of a million rows, the best of three runs in turn."""
    trace = folder / "million.csv"
    law = "--requests 1000000 --request-rate 12 --seed 1".split()
    trace.write_text(run(binaries[0], "synthesize", *law).stdout)
    print("\n| a million rows | CPU s | MB |")
    print("| --- | ---: | ---: |")
    for scheduler in ["sarathi", "vllm"]:
        found = {}
        for binary in binaries * 3:
            done = run("/usr/bin/time", "-f", "%U %S %M", binary, "replay", trace, "--scheduler",
                       scheduler, "--json", folder / "run.json", "--force")
            user, system, memory = done.stderr.split()[-3:]
            seconds = float(user) + float(system)
            found[binary] = min(found.get(binary, (seconds, 0)), (seconds, int(memory) // 1024))
        for place, binary in enumerate(binaries):
            seconds, memory = found[binary]
            print(f"| {scheduler}{', earlier' if place else ''} | {seconds:.2f} | {memory} |")


main()
