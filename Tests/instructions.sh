#!/usr/bin/env bash
# Counts the instructions of one small run, which repeat to a part in a thousand where times do not,
# and fails where they are a tenth more or fewer than Tests/instructions.txt says.
#
#     swift build -c release && Tests/instructions.sh [BINARY]
#
# UPDATE_GOLDEN=1 writes the count anew, and fails. Without valgrind it is skipped, and says so.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
binary=${1:-.build/release/servesim}
kept=Tests/instructions.txt

if ! command -v valgrind >/dev/null; then
  echo "instructions: skipped, for there is no valgrind here"
  exit 0
fi

said=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$binary" \
  replay Traces/chat.csv --scheduler sarathi 2>&1 >/dev/null)
count=$(sed -n 's/.*Collected : //p' <<<"$said")
if [ -z "$count" ]; then
  echo "$said" >&2
  echo "instructions: $binary was not counted" >&2
  exit 1
fi
if [ "${UPDATE_GOLDEN:-}" = 1 ]; then
  echo "$count" >"$kept"
  echo "instructions: $count is written to $kept; run again without UPDATE_GOLDEN" >&2
  exit 1
fi
expected=$(cat "$kept")
permille=$((count * 1000 / expected - 1000))
echo "instructions: $count, $permille per mille more than $expected"
if [ "$permille" -ge 100 ] || [ "$permille" -le -100 ]; then
  echo "instructions: not within a tenth; UPDATE_GOLDEN=1 writes the count anew" >&2
  exit 1
fi
