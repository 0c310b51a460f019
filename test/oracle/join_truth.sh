#!/usr/bin/env bash
# join_truth.sh: programs that say in comments what puts their bytes on the heap (test/join/run.py)
# against what `unheap hot` finds. Prints the agreement by category.
set -u
cd "$(dirname "$0")/../.." || exit 1
export GOFLAGS=-buildvcs=false
exec python3 test/join/run.py --unheap "${UNHEAP:-$PWD/build/unheap}"
