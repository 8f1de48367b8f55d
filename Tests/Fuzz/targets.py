"""What is run: every command with every option, on every kind of file.

Options come from `servesim COMMAND --help` and `servesim list`, so that a new one is tried at once.
"""
import os
import re
import subprocess

import mutate

HERE = os.path.dirname(os.path.abspath(__file__))
SMALL = ["--model", "./config-llama.json"]
OUTPUTS = {
    "--csv", "--json", "--svg", "--markdown", "--output", "--requests-csv", "--iterations-csv",
    "--perfetto", "--report",
}
SLO = [
    "ttft.p99<2s", "ttft<200ms", "tbt.p99<100ms,ttft.p50<1s", "e2e.mean<10s", "smoothed-tbt<50ms",
    "ttft-per-prompt-token<2ms", "tpot.p90<0.1s", "scheduling-delay.max<1s", "mlperf-server",
    "sarathi-strict", "effective-throughput",
]
BATCHES = ["prefill=512@1024,decode=64x2048", "prefill=2x16@0", "decode=1x1", "prefill=3"]
WRITERS = ["native", "azure", "mooncake", "vllm"]
TRACES = ["native.csv", "plain.csv", "azure.csv", "mooncake.jsonl"]


class Inputs:
    """The corpus, and what the binary says of its options."""

    def __init__(self, binary):
        self.files = {}
        for name in sorted(os.listdir(f"{HERE}/corpus")):
            if os.path.isfile(f"{HERE}/corpus/{name}"):
                self.files[name] = open(f"{HERE}/corpus/{name}", "rb").read()
        self.formats = {name: open(f"{HERE}/corpus/formats/{name}", "rb").read()
                        for name in sorted(os.listdir(f"{HERE}/corpus/formats"))}
        self.configs = [name for name in self.files if name.startswith("config-")]
        self.logs = {}
        logs = f"{HERE}/../Golden/decisions"
        for folder in sorted(os.listdir(logs)):
            for name in sorted(os.listdir(f"{logs}/{folder}")):
                data = open(f"{logs}/{folder}/{name}", "rb").read()
                if len(data) < 40_000 or "pp" in name or "prefix" in name:
                    self.logs[f"{folder}-{name}"] = data
        ask = lambda *words: subprocess.run([binary, *words], capture_output=True, text=True).stdout
        self.options = {}
        for command in ["replay", "compare", "sweep", "capacity", "plan", "cost", "pipeline",
                        "memory", "calibrate", "synthesize", "describe", "convert", "validate"]:
            found = re.findall(r"^  (--[a-z-]+)(?: ([A-Z]+))?(?=  )", ask(command, "--help"), re.M)
            self.options[command] = {name: kind for name, kind in found}
        self.schedulers = {}
        for entry in re.split(r"\n(?=\S|  \S)", ask("list", "schedulers")):
            words = entry.split()
            if words and "Options:" in words:
                names = " ".join(words[words.index("Options:") + 1:])
                self.schedulers[words[0]] = names.split(", ")
        assert len(self.schedulers) >= 10 and all(self.options.values()), "help is understood"


def scheduler(random, inputs):
    """A scheduler with some of its options."""
    name = random.choice(list(inputs.schedulers))
    options = inputs.schedulers[name]
    parts = []
    for option in random.sample(options, min(len(options), random.choice([0, 0, 1, 1, 2, 3]))):
        word = random.choice(["true", "false", "auto", "priority", "2", "all", "none", "own"])
        parts.append(f"{option}={word if random.random() < 0.35 else mutate.number(random, 0.75)}")
    return name + (":" + ",".join(parts) if parts else "")


def setting(random, inputs, option, kind):
    """An option with a value that is often right."""
    if not kind:
        return [option]
    if option in OUTPUTS:
        return [option, random.choice(["-", "out/x", "out"])]
    if option in ("--scheduler", "--schedulers"):
        return [option, scheduler(random, inputs)]
    if option == "--slo":
        word = random.choice(SLO)
    elif option == "--model":
        word = "./" + random.choice(inputs.configs)
    elif option in ("--gpu", "--like"):
        word = random.choice(["h100-sxm", "a40", "b200-sxm", "./gpu.json", "./gpu-bare.json"])
    elif option == "--batch":
        word = random.choice(BATCHES)
    elif option == "--batches":
        word = "batches.csv"
    elif kind in ("NAME", "PATTERN", "TOOL", "TEXT"):
        word = random.choice([
            "none", "own", "vllm-v0", "fp8", "bf16", "auto", "int4-weight", "nvfp4", "poisson",
            "trace", "round-robin", "least-tokens", "power-of-two", "session", "prefix", "vllm",
            "aiperf", "guidellm", "mlperf", "nanoflow", "measured", "fp8-block", "int8"])
    else:
        word = mutate.number(random, 0.6)
    if random.random() < 0.15:
        word = mutate.text(random, word.encode(), b"1x=@").decode("utf8", "replace")
    if random.random() < 0.05:
        word = random.choice(mutate.WORDS)
    return [option, word.replace("\0", "0")]


def settings(random, inputs, command, most=3):
    """Some options of `command`."""
    known = inputs.options[command]
    picked = random.sample(list(known), min(len(known), random.randrange(most + 1)))
    words = []
    for option in picked:
        words += setting(random, inputs, option, known[option])
    return words


def run(random, inputs, files):
    """A command that reads the `files`, with options that use what it read."""
    trace = next((name for name in files if name in TRACES), random.choice(TRACES))
    config = next((name for name in files if name.startswith("config-")), None)
    gpu = next((name for name in files if name.startswith("gpu")), None)
    given = (["--model", f"./{config}"] if config else []) + (["--gpu", f"./{gpu}"] if gpu else [])
    model = given if config else given + (SMALL if random.random() < 0.9 else [])
    kind = random.random()
    if config or gpu:
        if kind < 0.35:
            return ["cost", "--batch", random.choice(BATCHES), *model,
                    *settings(random, inputs, "cost", 1)]
        if kind < 0.5:
            return ["pipeline", *model, *settings(random, inputs, "pipeline", 1)]
    if kind < 0.93:
        return ["replay", trace, "--scheduler", scheduler(random, inputs), *model,
                *settings(random, inputs, "replay", random.choice([0, 1, 3]))]
    if kind < 0.95:
        return ["compare", trace, *model, *settings(random, inputs, "compare", 1)]
    if kind < 0.98:
        return ["sweep", trace, *model, "--schedulers", scheduler(random, inputs),
                "--request-rate", random.choice(["1", "2,4", "auto"]), "--output", "out"]
    return ["capacity", trace, *model, "--schedulers", scheduler(random, inputs),
            "--slo", random.choice(SLO), "--seeds", "1"]


def options(random, inputs):
    """A command whose files are as they should be, with options that may not be."""
    command = random.choice(["replay"] * 8 + ["cost"] * 3 + ["pipeline", "compare", "sweep",
                            "capacity", "plan", "memory", "calibrate", "synthesize", "describe",
                            "convert"])
    words = settings(random, inputs, command, 4)
    if command in ("cost", "pipeline", "memory", "synthesize"):
        fixed = ["--batch", random.choice(BATCHES)] if command == "cost" else []
    elif command == "calibrate":
        fixed = ["measurements.csv", "--gpu", "./gpu.json"]
    else:
        fixed = [random.choice(TRACES)]
    if command not in ("calibrate", "synthesize", "describe", "convert") and random.random() < 0.9:
        fixed += SMALL
    if command in ("compare", "sweep", "capacity", "plan"):
        fixed += ["--schedulers", scheduler(random, inputs)]
    if command in ("capacity", "plan"):
        fixed += ["--slo", random.choice(SLO), "--seeds", "1"]
    if command == "plan":
        fixed += ["--max-gpus", "2"]
    if command == "convert":
        fixed += ["--to", random.choice(WRITERS), "--output", "out/x"]
    names = words[::1]
    kept = [index for index, word in enumerate(fixed) if word.startswith("--") and word in names]
    for index in reversed(kept):
        del fixed[index:index + 2]
    return [command, *fixed, *words]


def logs(random, inputs, damage):
    name = random.choice(sorted(inputs.logs))
    return ["conform", "log.jsonl"], {"log.jsonl": damage("log.jsonl", inputs.logs[name])}


def reading(names):
    """A target that damages one of the files called `names` and runs what uses it."""
    def target(random, inputs, damage):
        name = random.choice(names(inputs))
        return run(random, inputs, [name]), {name: damage(name, inputs.files[name])}
    return target


def formats(random, inputs, damage):
    """A trace or results of any format, and a command that reads it."""
    name = random.choice(sorted(inputs.formats))
    command, words = random.choice([
        ("describe", []), ("replay", SMALL), ("replay", [*SMALL, "--request-rate", "2"]),
        ("convert", ["--to", random.choice(WRITERS), "--output", "out/x"]),
        ("validate", [*SMALL, "--gpu", "h100-sxm"])])
    words = words + settings(random, inputs, command, random.choice([0, 0, 1]))
    return [command, name, *words], {name: damage(name, inputs.formats[name])}


def batches(random, inputs, damage):
    data = damage("batches.csv", inputs.files["batches.csv"])
    return ["cost", "--batches", "batches.csv", *SMALL], {"batches.csv": data}


def measurements(random, inputs, damage):
    data = damage("measurements.csv", inputs.files["measurements.csv"])
    words = ["calibrate", "measurements.csv", "--gpu", "./gpu.json"]
    return words + settings(random, inputs, "calibrate", 2), {"measurements.csv": data}


def results(random, inputs, damage):
    data = damage("results.jsonl", inputs.results)
    return [*inputs.sweep, "--resume"], {"out/results.jsonl": data}


# What is damaged, and how often.
TARGETS = {
    "logs": (20, logs),
    "traces": (15, reading(lambda inputs: TRACES)),
    "formats": (15, formats),
    "configs": (15, reading(lambda inputs: inputs.configs)),
    "gpus": (7, reading(lambda inputs: ["gpu.json", "gpu-bare.json"])),
    "batches": (4, batches),
    "measurements": (4, measurements),
    "results": (3, results),
    "options": (17, lambda random, inputs, damage: (options(random, inputs), {})),
}


def case(random, inputs, target=None):
    """(words of a command, the files that it may read)."""
    names, weights = zip(*[(name, weight) for name, (weight, _) in TARGETS.items()])
    name = random.choices(names, weights)[0]
    spliced = random.choice(sorted(inputs.files))
    damage = lambda name, data: mutate.damaged(random, name, data, inputs.files[spliced])
    words, files = TARGETS[target or name][1](random, inputs, damage)
    return words, {**inputs.files, **files}
