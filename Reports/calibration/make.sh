#!/usr/bin/env bash
# Makes the built-in GPUs' tables from published measurements: `make.sh SHARED [SERVESIM]`, from the
# repository's root. SHARED is the folder with profiles/aiconfigurator and profiles/vidur.
set -euo pipefail
shared=$1
servesim=${2:-.build/release/servesim}
data=Sources/Costs/Data/GPUs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

nvidia="aiconfigurator-core 0.12.0 (NVIDIA, Apache-2.0)"
vidur="Vidur's profiles (Microsoft, MIT)"

# measure SCRIPT ARGUMENTS...: a table of measurements as CSV.
measure() { local script=$1; shift; python3 "Reports/calibration/$script.py" "$@"; }

# begin GPU: its data sheet without tables.
begin() { python3 -c 'import json, sys
gpu = json.load(open(sys.argv[1])); gpu["tables"] = []; print(json.dumps(gpu))' \
  "$data/$1.json" > "$work/$1.json"; }

# add GPU OPTIONS...: fits or lends tables.
add() {
  local gpu=$1
  shift
  "$servesim" calibrate --gpu "$work/$gpu.json" --output "$work/next.json" "$@"
  mv "$work/next.json" "$work/$gpu.json"
}

for gpu in a100-sxm-80gb:a100_sxm h100-sxm:h100_sxm h200-sxm:h200_sxm b200-sxm:b200_sxm \
  gb200:gb200 l40s:l40s; do
  name=${gpu%:*}
  measure measurements "$shared/profiles/aiconfigurator/${gpu#*:}" > "$work/$name.csv"
  python3 Reports/calibration/mixers.py "$shared/profiles/aiconfigurator-more" "${gpu#*:}" \
    >> "$work/$name.csv"
  begin "$name"
  add "$name" "$work/$name.csv" --source "$nvidia"
done

# Work on single elements, which aiconfigurator does not have but for normalisation.
for gpu in a100-sxm-80gb:a100 h100-sxm:h100; do
  name=${gpu%:*}
  measure vidur "$shared/profiles/vidur" "${gpu#*:}" "" elements > "$work/elements.csv"
  if [ "$name" = h100-sxm ]; then sed -i /^normalization/d "$work/elements.csv"; fi
  add "$name" "$work/elements.csv" --source "$vidur"
done

for gpu in a100-pcie-80gb:a100:a100_pairwise_nvlink a40:a40:a40_pairwise_nvlink; do
  name=${gpu%%:*}
  profile=${gpu#*:}
  measure vidur "$shared/profiles/vidur" "${profile%:*}" "${profile#*:}" > "$work/$name.csv"
  begin "$name"
  add "$name" "$work/$name.csv" --source "$vidur"
done

# What nobody measured is lent by the nearest GPU.
add a100-sxm-80gb --like "$work/h100-sxm.json"
add a100-pcie-80gb --like "$work/a100-sxm-80gb.json"
begin a100-sxm-40gb
add a100-sxm-40gb --like "$work/a100-sxm-80gb.json"
add a40 --like "$work/a100-sxm-80gb.json"
begin a6000
add a6000 --like "$work/a40.json"
add h200-sxm --like "$work/h100-sxm.json"
add b200-sxm --like "$work/h100-sxm.json"
add gb200 --like "$work/b200-sxm.json"
add l40s --like "$work/a40.json"
add h100-sxm --like "$work/a100-sxm-80gb.json"

for file in "$data"/*.json; do cp "$work/$(basename "$file")" "$file"; done
