#!/usr/bin/env bash
# prof_demangle.sh: names of C++ and Rust beside `go tool pprof` (prof_demangle.py): those of the C++
# library of this machine, of copies that compilers make, and the seeds of the fuzz target.
set -eu
library=$(gcc -print-file-name=libstdc++.so.6 2>/dev/null || true)
for seed in test/fuzz/seeds/demangle/name*; do
    cat "$seed"
    echo
done >"$TMPDIR/names"
if [ -e "$library" ]; then
    nm -D --defined-only "$library" | awk '$3 ~ /^_Z/ { sub(/@.*/, "", $3); print $3 }' | sort -u |
        awk 'NR % 2 { print } NR % 50 == 0 { print $0 ".cold" }' >>"$TMPDIR/names"
fi
go tool pprof -h >/dev/null 2>&1 || true
exec python3 test/oracle/prof_demangle.py "$UNHEAP" "$(go tool -n pprof)" "$TMPDIR/names.pb.gz" \
    "$TMPDIR/names"
