#!/usr/bin/env bash
# hot_bench.sh: the whole of `unheap hot` with the compiler's text at hand, on the Go standard library
# (150 MB of -m=2 text) with profiles of its benchmarks in which every allocation was sampled. Prints
# the wall time and the peak memory of a run, the median of $RUNS. Text and profiles are made with go
# once and kept in the build folder; TEXT names another text.
set -eu
cd "$(dirname "$0")/.."
runs=${RUNS:-7}
build=${BUILD:-build}
unheap=${UNHEAP:-$build/unheap}
text=${TEXT:-$build/std_m2.txt}
profiles=$build/hot_bench
export GOFLAGS=-buildvcs=false

if ! command -v go >/dev/null; then
    echo "there is no go on the PATH to make the text and the profiles with"
    exit 0
fi
if [ ! -s "$text" ]; then
    echo "making $text (this takes a minute)"
    (cd test/compiler/golden/forms && go build -pgo=off -gcflags=all=-m=2 std) 2>"$text.part"
    mv "$text.part" "$text"
fi

# make_profile NAME PACKAGE BENCHMARKS
make_profile() {
    [ ! -s "$profiles/$1.pb.gz" ] || return 0
    echo "making $profiles/$1.pb.gz"
    (cd "$profiles" && go test -run='^$' -bench="$3" -benchtime=5x -memprofile="$1.part" \
        -memprofilerate=1 -o "$1.test" "$2") >/dev/null 2>&1
    mv "$profiles/$1.part" "$profiles/$1.pb.gz"
    rm -f "$profiles/$1.test"
}
mkdir -p "$profiles"
make_profile json encoding/json 'Encoder|Marshal|Unmarshal|Decode'
make_profile parser go/parser .
make_profile http net/http 'ClientServer$|Server$|Header|Cookie'
make_profile template html/template 'Escape|Template'
arguments=()
for profile in "$profiles"/*.pb.gz; do
    arguments+=(-profile "$(realpath "$profile")")
done

# One run: "seconds kilobytes".
measure() {
    python3 - "$@" <<'PY'
import os, subprocess, sys, time
start = time.perf_counter()
with open(os.devnull, "wb") as nothing:
    child = subprocess.Popen(sys.argv[1:], stdout=nothing, stderr=nothing)
    _, status, usage = os.wait4(child.pid, 0)
print(f"{time.perf_counter() - start:.3f} {usage.ru_maxrss}")
sys.exit(os.waitstatus_to_exitcode(status))
PY
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

figures=$(mktemp)
trap 'rm -f "$figures"' EXIT
command=("$(realpath "$unheap")" hot -C "$(go env GOROOT)/src" -diagnostics "$(realpath "$text")"
    "${arguments[@]}" std)
"${command[@]}" >/dev/null 2>&1
for _ in $(seq "$runs"); do
    measure "${command[@]}" >>"$figures"
done
printf '| %-44s | %8s | %9s |\n' "unheap hot, whole" "wall s" "peak MB"
printf '| %-44s | %8s | %9s |\n' \
    "std, $(du -m "$(realpath "$text")" | cut -f1) MB of text, ${#arguments[@]} arguments of profiles" \
    "$(cut -d' ' -f1 "$figures" | median)" \
    "$(cut -d' ' -f2 "$figures" | median | awk '{ printf "%.0f", $1 / 1024 }')"
