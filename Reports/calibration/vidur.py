#!/usr/bin/env python3
"""Rewrites Vidur's profiles (MIT), medians of kernels of whole models of 2024, as the CSV that
`servesim calibrate` reads.

    vidur.py FOLDER a100 a100_pairwise_nvlink > a100-pcie-80gb.csv
"""

import glob
import os
import sys

from measurements import HEADER, out, plain, row


def vidur(folder, gpu, network=None, only="all"):
    """The profiles of a GPU; with `only` elements, no more than the work on single elements."""
    models = glob.glob(f"{folder}/data/profiling/compute/{gpu}/*/*/mlp.csv")
    models += glob.glob(f"{folder}/pr56/data/profiling/compute/{gpu}/*/*/mlp.csv")
    for path in sorted(models):
        for entry in plain(path):
            layer(entry, only)
    attention_profile = f"{folder}/history/data/profiling/{gpu}/attention.csv"
    if only == "all" and os.path.exists(attention_profile):
        for entry in plain(attention_profile):
            profiled_attention(entry)
    for path in network_profiles(folder, network):
        for entry in plain(path):
            collective = entry["collective"]
            gpus, together = int(entry["num_workers"]), int(entry["devices_per_node"])
            # Groups that span nodes are left out: their network is not the built-in one.
            if gpus == together:
                row(collective, "bf16", float(entry[f"time_stats.{collective}.median"]),
                    bytes=entry["size"], gpus=gpus)


def network_profiles(folder, network):
    """The newest profile of each collective on a kind of node."""
    if not network:
        return
    for collective in ["all_reduce", "send_recv"]:
        for part in ["pr56/data/profiling/network", "data/profiling/network"]:
            path = f"{folder}/{part}/{network}/{collective}.csv"
            if os.path.exists(path):
                yield path
                break
        else:
            path = f"{folder}/history/data/profiling/{network.split('_')[0]}/{collective}.csv"
            if os.path.exists(path):
                yield path


def layer(entry, only):
    """A layer's products and its work on single elements, of one tensor-parallel GPU."""
    m, split = int(entry["num_tokens"]), int(entry["num_tensor_parallel_workers"])
    heads, pairs = int(entry["n_head"]), int(entry["n_kv_head"])
    width, mlp = int(entry["n_embd"]), int(entry["n_expanded_embd"])
    size = width // heads
    gates = 2 if entry["use_gated_mlp"] == "True" else 1
    own, shared = heads // split, max(1, pairs // split)
    time = lambda name: float(entry[f"time_stats.{name}.median"] or "nan")
    if only == "all":
        for name, n, k in [
            ("attn_pre_proj", (own + 2 * shared) * size, width),
            ("attn_post_proj", width, own * size),
            ("mlp_up_proj", gates * mlp // split, width),
            ("mlp_down_proj", width, mlp // split),
        ]:
            if time(name) > 0:
                row("gemm", "bf16", time(name), m=m, n=n, k=k)
    # Vidur times normalisation and addition apart; it counts one addition for two of them.
    norm = time("input_layernorm")
    if norm > 0 and time("add") > 0:
        row("normalization", "bf16", norm + time("add") / 2, m=m, n=width)
    if gates == 2 and time("mlp_act") > 0:
        row("activation", "bf16", time("mlp_act"), m=m, n=mlp // split)
    if time("attn_rope") > 0:
        row("rotary", "bf16", time("attn_rope"), m=m, n=(own + shared) * size)


def profiled_attention(entry):
    """A decode batch of equal contexts, or a chunk of one prompt after a prefix."""
    split = int(entry["num_tensor_parallel_workers"])
    heads, pairs = int(entry["n_q_head"]) // split, int(entry["n_kv_head"]) // split
    size = int(entry["n_embd"]) // int(entry["n_q_head"])
    cached, chunk = int(entry["kv_cache_size"]), int(entry["prefill_chunk_size"])
    shape = dict(batch=entry["batch_size"], heads=heads, kv_heads=pairs, head_size=size)
    if chunk > 0:
        row("attention_prefill", "bf16", float(entry["time_stats.attn_prefill.median"]),
            query_tokens=chunk, context_tokens=cached, **shape)
    else:
        row("attention_decode", "bf16", float(entry["time_stats.attn_decode.median"]),
            query_tokens=1, context_tokens=cached + 1, **shape)


if __name__ == "__main__":
    out.writerow(HEADER)
    vidur(*sys.argv[1:])
