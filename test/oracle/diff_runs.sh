#!/usr/bin/env bash
# diff_runs.sh: intervals and verdicts of `unheap diff` on profiles that Go itself sampled, of a program
# whose allocations are known: how often the 95 % interval holds the true change, and how often
# anything is called significant between two runs of the same.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
exec python3 "$ROOT/test/oracle/diff_runs.py" "$UNHEAP" "$scratch"
