#!/usr/bin/env python3
"""Runs servesim on damaged inputs and tells of every crash, hang and silence; see README.md."""
import argparse
import multiprocessing
import os
import random
import re
import resource
import shlex
import subprocess
import sys
import tempfile
import time

import targets

BYTES = 3 << 30
NO_NUMBER = re.compile(r"(?<![\w/.\"-])-?(nan|inf|infinity)(?![\w/.-])")
QUIET = dict(os.environ, SWIFT_BACKTRACE="enable=no", COLUMNS="100")
LOUD = dict(os.environ, SWIFT_BACKTRACE="enable=yes,color=no,limit=24,threads=crashed,images=none")


def execute(binary, words, files, environment=QUIET, seconds=None):
    """What is wrong with how `words` ended over `files`, or None; and what was said."""
    seconds = seconds or given.seconds
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm") as folder:
        os.mkdir(f"{folder}/out")
        for name in needed(words, files):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(files[name])
        try:
            done = subprocess.run(
                [binary, *words], cwd=folder, env=environment, capture_output=True,
                stdin=subprocess.DEVNULL, timeout=seconds)
        except subprocess.TimeoutExpired:
            return "hang", f"no end in {seconds} s"
        same = lambda path, data: os.path.exists(path) and open(path, "rb").read() == data
        changed = [name for name in needed(words, files)
                   if not name.startswith("out/") and not same(f"{folder}/{name}", files[name])]
    said = done.stderr.decode("utf8", "replace")
    if changed:
        return "overwritten", ", ".join(changed)
    return fault(done, said, theirs(words, files)), said


def theirs(words, files):
    """What stands for no number in `words` or in a cell or a name of the files that they may read."""
    texts = [" ".join(words)] + [
        files[name].decode("utf8", "replace") for name in needed(words, files)]
    return {word for text in texts for word in re.findall(r"[a-z]+", text.lower())}


def needed(words, files):
    """The names of those `files` that `words` may read."""
    line = " ".join(words)
    return [name for name in files if name in line or name.startswith("out/")]


def fault(done, said, theirs):
    """What is wrong with the end of a process: a signal, a stall, a refusal that says too little, or
    what stands for no number and is not among `theirs`."""
    if done.returncode < 0 or done.returncode >= 128:
        return "crash"
    if done.returncode not in (0, 1, 2):
        return "code"
    if "stalled" in said:
        return "stall"
    last = said.strip().split("\n")[-1]
    if done.returncode == 2 and not re.match(r"servesim: .*; ", last):
        return "unclear"
    if done.returncode and re.search(r"[\x00-\x08\x0b-\x1f\x7f]", last):
        return "control"
    out = done.stdout.decode("utf8", "replace")
    if done.returncode == 0 and {match[1] for match in NO_NUMBER.finditer(out)} - theirs:
        return "nan"
    return None


def made(seed, index, inputs):
    """The case with this number."""
    return targets.case(random.Random(f"{seed}/{index}"), inputs, given.target)


def smaller(binary, words, files, kind):
    """The case with options, lines and spans left out as long as it ends in the same way."""
    deadline = time.time() + 60
    fails = lambda words, files: time.time() < deadline and (
        execute(binary, words, files, seconds=given.seconds / 2)[0] == kind)
    index = 1
    while index < len(words):
        for count in (2, 1):
            fewer = words[:index] + words[index + count:]
            if words[index].startswith("--") and fails(fewer, files):
                words = fewer
                break
        else:
            index += 1
    for name in needed(words, files):
        size = max(1, len(files[name]) // 2)
        while size >= 1:
            start = 0
            while start < len(files[name]) and time.time() < deadline:
                data = files[name][:start] + files[name][start + size:]
                if fails(words, {**files, name: data}):
                    files = {**files, name: data}
                else:
                    start += size
            size //= 2
    return words, files


def signature(binary, words, files, kind):
    """Where it happened: the innermost functions of the trace, or what was said."""
    if kind != "crash":
        said = execute(binary, words, files)[1] if kind != "hang" else ""
        return f"{kind} {words[0]} " + re.sub(r"[\d.]+", "N", said.strip().split("\n")[-1])[:80]
    said = execute(binary, words, files, LOUD, seconds=60)[1]
    reason = re.search(r"(Fatal error|Swift runtime failure|Program crashed): ([^\n]*)", said)
    why = re.sub(r" at 0x.*| *[*]+|\d{5,}", "", reason.group(2))[:60] if reason else ""
    frames = re.findall(
        r"^ *\d+ .*?0x[0-9a-f]+ (.+?)(?: \+ \d+)? in \S+ at .*?(\w+\.swift:\d+)", said, re.M)
    where = " < ".join(f"{name}@{place}" for name, place in frames[:3])
    return f"crash {words[0]} {why} {where}"


def again(index):
    """The command that runs this input once more."""
    target = f" --target {given.target}" if given.target else ""
    return f"fuzz.py --seed {given.seed}{target} --only {index}"


def keep(folder, words, files, note):
    """Writes a case that others can run: its command, its files and what happened."""
    os.makedirs(folder, exist_ok=True)
    for name in needed(words, files):
        os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
        with open(f"{folder}/{name}", "wb") as file:
            file.write(files[name])
    with open(f"{folder}/cmd", "w") as file:
        file.write(shlex.join(["servesim", *words]) + "\n")
    with open(f"{folder}/note", "w") as file:
        file.write(note + "\n")


def attempt(index):
    words, files = made(given.seed, index, inputs)
    try:
        return index, execute(binary, words, files)[0], words[0]
    except (OSError, ValueError) as error:
        return index, f"harness: {error}", words[0]


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def prepare(binary):
    """The inputs, with the results of a sweep to go on with."""
    inputs = targets.Inputs(binary)
    inputs.sweep = ["sweep", "plain.csv", *targets.SMALL, "--schedulers", "vllm,orca",
                    "--request-rate", "1,2", "--output", "out"]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("plain.csv", "config-llama.json"):
            open(f"{folder}/{name}", "wb").write(inputs.files[name])
        subprocess.run([binary, *inputs.sweep], cwd=folder, capture_output=True)
        results = f"{folder}/out/results.jsonl"
        inputs.results = open(results, "rb").read() if os.path.exists(results) else b""
    return inputs


def report(seen, index, kind):
    """Makes the case with this number small, tells of it once a place, and keeps it."""
    words, files = made(given.seed, index, inputs)
    mark = signature(binary, words, files, kind)
    seen.setdefault(mark, []).append(index)
    if len(seen[mark]) > 1:
        return
    words, files = smaller(binary, words, files, kind)
    folder = f"{given.keep}/{kind}-{given.seed}-{index}"
    keep(folder, words, files, f"{mark}\n{again(index)}")
    line = shlex.join(["servesim", *words])
    print(f"{mark}\n  {again(index)}; {line}\n  in {folder}", flush=True)


def main():
    limit()
    if given.only is not None:
        words, files = made(given.seed, given.only, inputs)
        kind, said = execute(binary, words, files)
        print(f"{shlex.join(['servesim', *words])}\n{said}{kind or 'fine'}")
        if kind:
            report({}, given.only, kind)
        return kind is not None
    seen, counts, start = {}, {}, time.time()
    numbers = range(given.first, given.first + given.count)
    with multiprocessing.Pool(given.jobs) as pool:
        for done, (index, kind, command) in enumerate(
                pool.imap_unordered(attempt, numbers, chunksize=16), 1):
            counts[command] = counts.get(command, 0) + 1
            if kind:
                report(seen, index, kind)
            if done % 5000 == 0:
                print(f"{done} inputs, {time.time() - start:.0f} s, {len(seen)} places", flush=True)
    faults = sum(map(len, seen.values()))
    print(f"{given.count} inputs: " + ", ".join(f"{n} {c}" for c, n in sorted(counts.items())))
    for mark, indices in sorted(seen.items(), key=lambda item: -len(item[1])):
        print(f"  {len(indices)} times, first {min(indices)}: {mark}")
    print(f"{faults} of them failed, in {len(seen)} places, in {time.time() - start:.0f} s")
    return faults > 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--target", choices=targets.TARGETS, help="what alone is damaged")
    parser.add_argument("--only", type=int, help="number of the one input to run")
    parser.add_argument("--seconds", type=float, default=10, help="the time that an input has")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", default="/tmp/fuzz", help="folder for what fails")
    given = parser.parse_args()
    binary = os.path.abspath(
        os.environ.get("SERVESIM") or f"{targets.HERE}/../../.build/release/servesim")
    inputs = prepare(binary)
    sys.exit(main())
