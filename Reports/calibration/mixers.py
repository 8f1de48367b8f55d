#!/usr/bin/env python3
"""Rewrites more of aiconfigurator's tables as the CSV that `servesim calibrate` reads, without its
header: those of recurrent mixers, sparse attention, encoders, the quantising of inputs,
normalisation, dispatch and combine of experts' tokens, and experts that were sent theirs.

    mixers.py FOLDER/aiconfigurator-more h100_sxm >> h100-sxm.csv
"""

import os
import sys

from measurements import busiest, chosen, plain, row, rows, version


def mixers(folder, gpu):
    """Recurrent mixers, encoders and the quantising of inputs, of the same package."""
    path = lambda name: os.path.join(folder, name + ".csv.gz")
    here = lambda entry: entry["gpu"] == gpu
    # The convolution, and the recurrence in whichever kernel an engine has for it; the one that
    # takes several tokens a sequence to verify drafts is another.
    def part(entry):
        name = "convolution" if "conv1d" in entry["kernel_source"] else "recurrent"
        return name, entry["phase"]

    usual = lambda e: here(e) and e["kernel_source"] != "fused_recurrent_gated_delta_rule"
    for entry in chosen(path("gdn"), part, usual):
        name, phase = part(entry)
        decode = phase == "generation"
        keys, heads = int(entry["num_k_heads"]), int(entry["num_v_heads"])
        tokens = {} if decode else dict(query_tokens=entry["seq_len"])
        if name == "convolution":
            sizes = dict(n=128 * (2 * keys + heads), k=4)
        else:
            sizes = dict(heads=heads, kv_heads=keys, head_size=128, k=128)
        row(f"{name}_{'decode' if decode else 'prefill'}", "bf16", float(entry["latency_ms"]),
            batch=entry["batch_size"], **tokens, **sizes)
    # Kimi's recurrence; kernels that verify drafts, or convolve as well, are others.
    rule = lambda e: (
        here(e) and e["phase"] != "verify" and "conv1d" not in e["kernel_source"]
        and e["kernel_source"] not in ("fused_kda_decode", "kda_fused_decode"))
    for entry in chosen(path("kda"), lambda e: e["phase"], rule):
        decode = entry["phase"] == "generation"
        tokens = {} if decode else dict(query_tokens=entry["seq_len"])
        row(f"kda_{'decode' if decode else 'prefill'}", "bf16", float(entry["latency_ms"]),
            batch=entry["batch_size"], heads=entry["num_v_heads"], kv_heads=entry["num_k_heads"],
            head_size=128, k=128, **tokens)
    for entry in chosen(path("encoder_attention"), lambda e: e["head_dim"], here):
        row("encoder_attention", "bf16", float(entry["latency_ms"]), batch=entry["batch_size"],
            query_tokens=entry["isl"], heads=entry["num_heads"], head_size=entry["head_dim"])
    for entry in rows(path("sparse_attn")):
        if here(entry):
            row("sparse_attention", "bf16", float(entry["latency_ms"]),
                batch=entry["batch_size"], query_tokens=entry["isl"], heads=64, topk=2048)
    for entry in plain(os.path.join(folder, "sparse_mqa_logits.csv")):
        if here(entry):
            row("indexer", "fp8", float(entry["latency_ms"]), batch=entry["batch_size"],
                query_tokens=entry["isl"], context_tokens=entry["step"], heads=64, head_size=128)
    for entry in plain(os.path.join(folder, "quantize_matrix.csv")):
        if here(entry) and float(entry["latency_ms"]) > 1e-4:
            row("quantize", "bf16", float(entry["latency_ms"]), m=entry["m"], n=entry["k"])
    normalizations(folder, here)
    exchanges(folder, here)
    received(folder, gpu)


def received(folder, gpu):
    """Experts of DeepSeek-V3 on a GPU that was sent their tokens by DeepEP, SGLang's newest."""
    speed = {"h100_sxm": 3.35e12, "h200_sxm": 4.8e12, "b200_sxm": 8e12}.get(gpu)
    for name, operation in [("context", "moe_contiguous"), ("generation", "moe_masked")]:
        entries = [e for e in plain(os.path.join(folder, f"wideep_moe_{name}.csv"))
                   if e["gpu"] == gpu]
        newest = max((version(e["backend_version"]) for e in entries), default=None)
        for entry in entries:
            if version(entry["backend_version"]) != newest:
                continue
            tokens, gpus = int(entry["num_tokens"]), int(entry["moe_ep_size"])
            drawn, distinct = {}, min(256, 8 * tokens) / gpus
            if entry["distribution"].startswith("power_law_"):
                exponent = float(entry["distribution"].split("_")[-1])
                distinct, pairs = busiest(tokens, 8, 256, gpus, exponent)
                drawn = dict(distinct=distinct, pairs=pairs)
            # Some of few tokens, evenly spread, take less than reading these experts would.
            if float(entry["latency_ms"]) / 1000 < distinct * 3 * 7168 * 2048 / speed:
                continue
            row(operation, "fp8_block", float(entry["latency_ms"]), m=tokens, n=2048, k=7168,
                experts=256, topk=8, gpus=gpus, **drawn)


def exchanges(folder, here):
    """DeepEP's dispatch and combine, of the newest version for each number of nodes."""
    plainly = lambda name: plain(os.path.join(folder, name + ".csv"))
    for name, entries in [("low_latency", plainly("deepep_low_latency")),
                          ("high_throughput", rows(os.path.join(folder, "deepep_normal.csv.gz")))]:
        entries = list(filter(here, entries))
        newest = {}
        for entry in entries:
            nodes = entry["node_num"]
            newest[nodes] = max(newest.get(nodes, []), version(entry["backend_version"]))
        for entry in entries:
            if version(entry["backend_version"]) != newest[entry["node_num"]]:
                continue
            for part in ["dispatch", "combine"]:
                if name == "low_latency":
                    time, sizes = float(entry[part + "_avg_t_us"]), {}
                else:
                    time = float(entry[part + "_transmit_us"]) + float(entry[part + "_notify_us"])
                    sizes = dict(sms=entry[part + "_sms"])
                row(f"{part}_{name}", "bf16", time / 1000, m=entry["num_token"],
                    k=entry["hidden_size"], experts=entry["num_experts"], topk=entry["num_topk"],
                    gpus=8 * int(entry["node_num"]), **sizes)


def normalizations(folder, here):
    """Normalisation with the addition before it, by vLLM's quantising of each token: a kernel of
    the same form, one row a block, reduced and written, which takes as long for the same bytes.

    It reads two bytes a number and writes one, where normalisation reads and writes two twice.
    """
    times = {}
    for name in ["quantize_matrix", "quantize_scale"]:
        for entry in filter(here, plain(os.path.join(folder, name + ".csv"))):
            times.setdefault((entry["m"], entry["k"]), []).append(float(entry["latency_ms"]))
    for (m, k), parts in times.items():
        # The second table is what the maximum of each token adds.
        if len(parts) == 2 and min(parts) > 0:
            row("normalization", "bf16", sum(parts), m=m, n=int(k) * 3 // 8)


if __name__ == "__main__":
    mixers(*sys.argv[1:])
