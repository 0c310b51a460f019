#!/usr/bin/env bash
# prof_binary.sh: what `unheap prof` takes from the executable, beside `go tool pprof`: names for
# addresses, and -disasm, for amd64 and arm64, for code that was moved, with real and made profiles.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for arch in amd64 arm64; do
    CGO_ENABLED=0 GOARCH=$arch go build -o "$work/program_$arch" test/oracle/profile_make.go
    python3 test/oracle/prof_binary.py "$work/program_$arch" "$work/$arch.pb.gz" 0
    python3 test/oracle/prof_binary.py "$work/program_$arch" "$work/${arch}_moved.pb.gz" 0x7f0000000000
done
mkdir "$work/real" "$work/elsewhere"
go build -o "$work/program" test/oracle/profile_make.go
"$work/program" 8192 "$work/real"
cp "$work/program_amd64" "$work/elsewhere/"
go tool pprof -top "$work/amd64.pb.gz" >/dev/null 2>&1
pprof=$(go tool -n pprof)
good=0 all=0 varied=0

# same WORDS...: both say the same on standard output. Where pprof's own order varies from run to run (it
# walks hash maps) one of its answers is ours, or its lines are.
same() {
    local first=
    all=$((all + 1))
    "$UNHEAP" prof "$@" >"$work/ours" 2>"$work/err" </dev/null || true
    for _ in {1..200}; do
        "$pprof" "$@" >"$work/theirs" 2>>"$work/err" </dev/null || true
        if cmp -s "$work/theirs" "$work/ours"; then
            good=$((good + 1))
            return
        fi
        [ -n "$first" ] || { first=$work/first && cp "$work/theirs" "$first"; }
        if ! cmp -s "$work/theirs" "$first" && cmp -s <(sort "$work/theirs") <(sort "$work/ours"); then
            good=$((good + 1)) varied=$((varied + 1))
            return
        fi
    done
    echo "DIFFERS: $*"
    diff "$work/theirs" "$work/ours" | head -4
}

for profile in amd64 arm64 amd64_moved arm64_moved; do
    for report in -top -traces -raw -tree -peek=runtime -disasm=runtime -disasm=main -disasm=. \
        -disasm=nothing_like_it; do
        same $report "$work/$profile.pb.gz"
    done
    same -disasm=runtime -cum -unit=s -sample_index=0 -focus=main "$work/$profile.pb.gz"
    same -raw -symbolize=none "$work/$profile.pb.gz"
    same -raw -symbolize=remote "$work/$profile.pb.gz"
    same -top -lines -symbolize=fastlocal "$work/$profile.pb.gz"
done
for profile in heap1 cpu allocs1 mutex; do
    for report in -disasm=main -disasm=runtime -disasm=keep; do
        same $report "$work/real/$profile.pb.gz"
        same $report -alloc_space -mean "$work/program" "$work/real/$profile.pb.gz"
    done
    for report in -top -traces -raw -tree; do
        same $report -symbolize=force "$work/real/$profile.pb.gz"
        same $report -symbolize=demangle=full "$work/real/$profile.pb.gz"
        same $report -symbolize=local "$work/program" "$work/real/$profile.pb.gz"
    done
done
rm "$work/program_amd64"
same -raw "$work/amd64.pb.gz"
same -disasm=main "$work/amd64.pb.gz"
PPROF_BINARY_PATH=$work/nowhere:$work/elsewhere same -raw "$work/amd64.pb.gz"
PPROF_BINARY_PATH=$work/nowhere:$work/elsewhere same -disasm=main "$work/amd64.pb.gz"
echo "prof: $good of $all reports from executables identical ($varied of them as lines)"
[ "$good" = "$all" ]
