#!/usr/bin/env bash
# Fits each GPU's tables to four fifths of its measurements and scores the rest:
# `score.sh SHARED [SERVESIM]`, from the repository's root. Writes held-out.csv and a picture a GPU.
set -euo pipefail
shared=$1
servesim=${2:-.build/release/servesim}
report=Reports/calibration
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

measure() {
  local script=$1
  shift
  python3 "$report/$script.py" "$@" > "$work/measured.csv"
}

score() {
  "$servesim" calibrate "$work/measured.csv" --gpu "$1" --holdout 0.2 \
    --json "$work/score.json" --svg "$report/$1.svg" > "$work/log"
  python3 - "$1" "$work/score.json" <<'PYTHON' >> "$work/held-out.csv"
import json, sys
for row in json.load(open(sys.argv[2]))["operations"]:
    errors = [row["median_error"], row["p90_error"], row["worst_error"], row["bias"]]
    percent = ",".join(f"{100 * error:.2f}" for error in errors)
    print(f'{sys.argv[1]},{row["operation"]},{row["format"]},{row["rows"]},{percent}')
PYTHON
}

echo "gpu,operation,format,rows,median_percent,p90_percent,worst_percent,bias_percent" \
  > "$work/held-out.csv"
for gpu in a100-sxm-80gb:a100_sxm h100-sxm:h100_sxm h200-sxm:h200_sxm b200-sxm:b200_sxm \
  gb200:gb200 l40s:l40s; do
  measure measurements "$shared/profiles/aiconfigurator/${gpu#*:}"
  python3 $report/mixers.py "$shared/profiles/aiconfigurator-more" "${gpu#*:}" \
    >> "$work/measured.csv"
  score "${gpu%:*}"
done
measure vidur "$shared/profiles/vidur" a100 a100_pairwise_nvlink
score a100-pcie-80gb
measure vidur "$shared/profiles/vidur" a40 a40_pairwise_nvlink
score a40
cp "$work/held-out.csv" $report/held-out.csv
