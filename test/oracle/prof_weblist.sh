#!/usr/bin/env bash
# prof_weblist.sh: the page of `unheap prof -weblist` beside that of `go tool pprof` (prof_weblist.py):
# with executables for two machines, moved and not, and without.
set -eu
for arch in amd64 arm64; do
    CGO_ENABLED=0 GOARCH=$arch go build -o "$TMPDIR/program_$arch" test/oracle/profile_make.go
    python3 test/oracle/prof_binary.py "$TMPDIR/program_$arch" "$TMPDIR/$arch.pb.gz" 0
done
python3 test/oracle/prof_binary.py "$TMPDIR/program_amd64" "$TMPDIR/moved.pb.gz" 0x7f0000000000
python3 test/oracle/prof_foreign.py "$TMPDIR"
go tool pprof -top "$TMPDIR/amd64.pb.gz" >/dev/null 2>&1
captured=examples/oom-service/captured/before/heap.pb.gz
exec python3 test/oracle/prof_weblist.py "$UNHEAP" "$(go tool -n pprof)" "$TMPDIR" \
    '-weblist=^main\.' "$TMPDIR/amd64.pb.gz" -- source '-weblist=^main\.' "$TMPDIR/arm64.pb.gz" -- \
    '-weblist=^main\.' "$TMPDIR/moved.pb.gz" -- \
    -weblist=printValue -sample_index=0 "$TMPDIR/amd64.pb.gz" -- \
    '-weblist=handle|run' "$TMPDIR/cpp.pb.gz" -- '-weblist=app\.cc' "$TMPDIR/cpp.pb.gz" -- \
    '-weblist=.' -mean "$TMPDIR/labels.pb.gz" -- '-weblist=cart' -mean "$TMPDIR/cpp_heap.pb.gz" -- \
    '-weblist=.' "$TMPDIR/negative.pb.gz" -- '-weblist=/opt/drops' "$TMPDIR/drops.pb.gz" -- \
    '-weblist=mallocgc$' -focus=cart -noinlines $captured -- '-weblist=nothing_like_it' $captured
