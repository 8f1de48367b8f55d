#!/usr/bin/env python3
"""Rewrites published tables of kernel times as the CSV that `servesim calibrate` reads.

    measurements.py FOLDER/h100_sxm > h100-sxm.csv

Needs Python's standard library only. For each operation it takes vLLM's rows, of the newest
version; formats that vLLM has none of are taken from the next engine in ENGINES.
"""

import csv
import functools
import gzip
import os
import random
import re
import sys

HEADER = ("operation,format,m,n,k,batch,query_tokens,context_tokens,heads,kv_heads,head_size,"
          "window,experts,topk,matrices,distinct,pairs,bytes,sms,gpus,seconds").split(",")
ENGINES = ["vllm", "trtllm", "sglang"]
# vLLM's products with block scales were timed with the host's launches, 80 us whatever their size,
# which CUDA graphs hide; SGLang's were not.
ENGINES_BY_FORMAT = {"fp8_block": ["sglang", "trtllm", "vllm"]}

LATENTS = [("context_mla", "mla_prefill"), ("generation_mla", "mla_decode")]

out = csv.writer(sys.stdout, lineterminator="\n")


def row(operation, form, milliseconds, **sizes):
    """Prints one measurement."""
    values = dict(sizes, operation=operation, format=form, seconds=f"{milliseconds / 1000:.6g}")
    out.writerow([values.get(name, "") for name in HEADER])


def rows(path):
    """The rows of a gzipped CSV, or none if there is no such file."""
    if not os.path.exists(path):
        return
    with gzip.open(path, "rt", newline="") as file:
        yield from csv.DictReader(file)


def version(text):
    """Something that sorts versions such as 1.3.0rc20."""
    return [int(part) for part in re.findall(r"[0-9]+", text)]


def chosen(path, key, where=lambda entry: True):
    """For each `key(row)`, the newest rows of the first engine that has any."""
    groups = {}
    for entry in filter(where, rows(path)):
        engine = entry["backend"], tuple(version(entry["backend_version"]))
        groups.setdefault(key(entry), {}).setdefault(engine, []).append(entry)
    for group in groups.values():
        form = next(iter(group.values()))[0].get("gemm_dtype")
        engines = ENGINES_BY_FORMAT.get(form, ENGINES)
        best = min(group, key=lambda e: (engines.index(e[0]), [-part for part in e[1]]))
        yield from group[best]


def aiconfigurator(folder):
    """NVIDIA's aiconfigurator-core 0.12.0 (Apache-2.0)."""
    gpu = os.path.basename(folder.rstrip("/"))
    table = lambda name: os.path.join(folder, name + ".csv.gz")

    # cuBLAS is the same in TensorRT-LLM's containers, to 1 % on the A100: its rows thicken a
    # table that has a quarter of the others' rows.
    also = {"trtllm"} if gpu == "a100_sxm" else set()
    seen = set()
    for entry in chosen(table("gemm"), lambda e: e["gemm_dtype"]):
        seen.add(entry["gemm_dtype"] + entry["backend"])
        gemm(entry)
    for entry in rows(table("gemm")):
        form = entry["gemm_dtype"]
        if entry["backend"] in also and form == "bfloat16" and form + entry["backend"] not in seen:
            gemm(entry)

    # Attention in 8 bits throughout is another kernel than one that only reads 8-bit caches.
    usual = lambda e: "fa4" not in e["kernel_source"] and e["attn_dtype"] == "bfloat16"
    for entry in chosen(table("context_attention"), attention_key, usual):
        attention("attention_prefill", entry, query_tokens=entry["isl"], context_tokens=0)
    # FlashAttention 3 was timed in vLLM and SGLang. Under 100 us vLLM's times are a fifth longer,
    # which decodes of vLLM itself do not show, and its rows end at 8 key-value heads.
    key = lambda e: attention_key(e) + (int(e["window_size"] or 0) > 0,)
    everything = rows(table("generation_attention"))
    timed = {key(e) for e in everything if e["kernel_source"] == "fa3" and not key(e)[-1]}
    decoding = lambda e: usual(e) and (e["kernel_source"] == "fa3" or key(e) not in timed)
    for entry in chosen(table("generation_attention"), key, decoding):
        context = int(entry["isl"]) + int(entry["step"])
        attention("attention_decode", entry, query_tokens=1, context_tokens=context)
    for name, operation in LATENTS:
        for entry in chosen(table(name), lambda e: (e["mla_dtype"], e["kv_cache_dtype"])):
            latent(operation, entry)

    experts(gpu, table("moe"))

    captured = lambda e: "graph" in e["implementation"]
    for entry in chosen(table("custom_allreduce"), lambda e: e["num_gpus"], captured):
        row("all_reduce", "bf16", float(entry["latency_ms"]),
            bytes=2 * int(entry["message_elems"]), gpus=entry["num_gpus"])
    # The kernel that can normalise as well, timed without; before Hopper engines do not fuse.
    fused = lambda e: e["implementation"] == "trtllm" and gpu not in ("a100_sxm", "l40s")
    for entry in chosen(table("custom_allreduce"), lambda e: e["num_gpus"], fused):
        row("all_reduce_fused", "bf16", float(entry["latency_ms"]),
            bytes=2 * int(entry["message_elems"]), gpus=entry["num_gpus"])
    names = {"alltoall": "all_to_all"}
    for entry in rows(table("nccl")):
        width = 2 if entry["nccl_dtype"] == "half" else 1
        row(names.get(entry["op_name"], entry["op_name"]), entry["nccl_dtype"],
            float(entry["latency_ms"]), bytes=width * int(entry["message_elems"]),
            gpus=entry["num_gpus"])


def experts(gpu, path):
    """Mixtures of experts, evenly chosen and not."""
    hopper, blackwell = gpu in ("h100_sxm", "h200_sxm"), gpu in ("b200_sxm", "gb200")

    def usual(entry):
        engine, kernel = entry["backend"], entry["kernel_source"]
        # With one scale a tensor vLLM was timed on Hopper at several times what it takes in 16
        # bits, and what TensorRT-LLM takes: not with the kernels that it serves by.
        if hopper and engine == "vllm" and entry["moe_dtype"] == "fp8":
            return False
        # TensorRT-LLM's newest rows are of few models, and where it divides experts single degrees
        # were timed at several times their neighbours on both sides.
        if engine == "trtllm" and (
                entry["backend_version"] == "1.3.0rc23" or entry["moe_ep_size"] != "1"):
            return False
        # Blackwell multiplies 4-bit floats with inputs in 8 bits, by FlashInfer's kernel, which was
        # timed with gpt-oss' sizes in SGLang. Elsewhere gpt-oss has a kernel of its own, and others
        # run Marlin's.
        if "mxfp4" in entry["moe_dtype"] and blackwell:
            return engine == "sglang" and entry["moe_dtype"] == "w4a8_mxfp4_mxfp8"
        if entry["moe_dtype"] == "w4a16_mxfp4" and engine == "vllm" and "gptoss" not in kernel:
            return False
        # Experts of other functions than SiLU run slower kernels on Blackwell, which their sizes
        # do not tell.
        return not (blackwell and engine == "vllm" and "cutlass" in kernel)

    for entry in chosen(path, lambda e: e["moe_dtype"], usual):
        mixture(entry, hopper)
    # Marlin's kernels, which Hopper's servers of gpt-oss are told to take. In that format they were
    # timed in experts of one size alone; in SGLang 0.5.10 in those of eight models, with integers
    # of as many bits.
    marlin = lambda e: (
        hopper and e["kernel_source"] == "sglang_marlin_moe" and e["backend_version"] == "0.5.10"
        and e["moe_dtype"] == "int4_wo")
    for entry in filter(marlin, rows(path)):
        mixture(dict(entry, moe_dtype="mxfp4"), hopper, "moe_marlin")


def mixture(entry, hopper, operation="moe"):
    """One layer's experts on one GPU."""
    tokens, topk = int(entry["num_tokens"]), int(entry["topk"])
    count, gpus = int(entry["num_experts"]), int(entry["moe_ep_size"])
    hidden, width = int(entry["hidden_size"]), int(entry["inter_size"])
    drawn = {}
    if entry["distribution"].startswith("power_law_"):
        exponent = float(entry["distribution"].split("_")[-1])
        distinct, pairs = busiest(tokens, topk, count, gpus, exponent)
        drawn = dict(distinct=distinct, pairs=pairs)
        # Where every expert has a token, nothing tells these from even loads.
        if hopper and gpus == 1 and distinct == count:
            return
    # Nemotron's experts have no gate.
    gated = topk != 22 and (hidden, width) != (2688, 1856)
    form = "mxfp4" if "mxfp4" in entry["moe_dtype"] else entry["moe_dtype"]
    row(operation, form, float(entry["latency_ms"]), m=tokens,
        n=width // int(entry["moe_tp_size"]), k=hidden, experts=count, topk=topk, gpus=gpus,
        matrices=3 if gated else 2, **drawn)


@functools.cache
def busiest(tokens, topk, count, gpus, exponent):
    """What the GPU with the most pairs of token and expert has: experts with a token, and pairs.

    aiconfigurator draws the experts' popularities from a power law and deals the experts to GPUs
    at random; here they are the law's quantiles, and the mean of a few deals.
    """
    loads = popularity(tokens, topk, count, exponent)
    deal = random.Random(0)
    size = count // gpus
    found = []
    for _ in range(1 if gpus == 1 else 8):
        if gpus > 1:
            deal.shuffle(loads)
        hand = max((loads[i:i + size] for i in range(0, count, size)), key=sum)
        found.append((sum(load > 0 for load in hand), sum(hand)))
    return tuple(round(sum(column) / len(found)) for column in zip(*found))


def popularity(tokens, topk, count, exponent):
    """The tokens of each expert: at most all, and `topk` for each token in sum."""
    low, high = (1, max(0.8 * tokens, 1.0001)) if tokens * topk > count else (0.01, 2)
    power = 1 - exponent
    ends = low**power, high**power
    shares = [
        (ends[0] + (ends[1] - ends[0]) * (i + 0.5) / count) ** (1 / power) for i in range(count)]
    scale = tokens * topk / sum(shares)
    loads = [min(tokens, round(share * scale)) for share in shares]
    missing = tokens * topk - sum(loads)
    step = 1 if missing > 0 else -1
    order = sorted(range(count), key=lambda i: step * (loads[i] - shares[i] * scale))
    while missing != 0:
        for i in order:
            if missing != 0 and 0 <= loads[i] + step <= tokens:
                loads[i] += step
                missing -= step
    return loads


def gemm(entry):
    """A linear layer."""
    row("gemm", entry["gemm_dtype"], float(entry["latency_ms"]), m=entry["m"], n=entry["n"],
        k=entry["k"])


def attention_key(entry):
    """What a table of attention is apart by."""
    return (entry["kv_cache_dtype"], entry["head_dim"])


def attention(operation, entry, **tokens):
    """One layer's attention."""
    window = entry["window_size"] or 0
    row(operation, entry["kv_cache_dtype"], float(entry["latency_ms"]),
        batch=entry["batch_size"], heads=entry["num_heads"],
        kv_heads=entry["num_key_value_heads"], head_size=entry["head_dim"], window=window,
        **tokens)


def latent(operation, entry):
    """One layer's attention over latents."""
    isl, step = int(entry["isl"]), int(entry["step"])
    decode = operation == "mla_decode"
    row(operation, entry["kv_cache_dtype"], float(entry["latency_ms"]),
        batch=entry["batch_size"], query_tokens=1 if decode else isl,
        context_tokens=isl + step if decode else step, heads=entry["num_heads"])


def plain(path):
    """The rows of a CSV."""
    with open(path, newline="") as file:
        yield from csv.DictReader(file)


if __name__ == "__main__":
    out.writerow(HEADER)
    aiconfigurator(*sys.argv[1:])
