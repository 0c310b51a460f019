#!/usr/bin/env bash
# diff_pprof.sh: the sums of `unheap diff` against `go tool pprof`: each function's change against
# -diff_base, each line's old and new value against -lines of either side, for all sample types.
set -u
command -v go >/dev/null || { echo "ok 1 - diff against pprof # SKIP there is no go"; exit 0; }
go tool pprof -h >/dev/null 2>&1 || true # builds it where it was not used before
captured=$ROOT/examples/oom-service/captured
frozen=$ROOT/test/join/frozen
exec python3 "$ROOT/test/oracle/diff_pprof.py" "$UNHEAP" "$(go tool -n pprof)" \
    "$captured/before/allocs.pb.gz" "$captured/after/allocs.pb.gz" \
    "$frozen/two_stores.pb.gz" "$frozen/container.pb.gz" \
    "$frozen/constructor.pb.gz" "$frozen/constructor_noinline.pb.gz"
