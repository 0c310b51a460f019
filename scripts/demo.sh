#!/usr/bin/env bash
# demo.sh [BUILD_DIR [captured|live]]: the main job on real input, with nothing to set up.
#
# A Go service (examples/oom-service) is killed for memory. `unheap hot` says why, then the figures
# of the service and of its repaired twin stand side by side. With Go on the machine all of it
# happens here and now; without, it is read from profiles, diagnostics and results that were
# recorded the same way and are part of the repository.
set -u
cd "$(dirname "$0")/.." || exit 1
root=$PWD
build=${1:-build}
mode=${2:-auto}
case $build in
/*) unheap=$build/unheap ;;
*) unheap=$root/$build/unheap ;;
esac
example=examples/oom-service
captured=$root/$example/captured
causes=6

# What is started here ends here, whatever ends the demo: each program runs in a process group of
# its own, so that what it started goes with it.
dir=$(mktemp -d) || exit 1
child=
clean_up() {
    [ -z "$child" ] || kill -- "-$child" 2>/dev/null
    wait
    rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "demo: $*" >&2
    exit 1
}

# Runs a command that ends with the demo. Bash would let a plain one finish before it runs a trap.
supervised() {
    set -m
    "$@" &
    child=$!
    set +m
    wait "$child"
    local status=$?
    child=
    return "$status"
}

heading() {
    printf '\n== %s\n\n' "$1"
}

# --- the live part -------------------------------------------------------------------------------

# Prints the minor version of the Go on this machine (26 of go1.26.1), or nothing.
go_minor() {
    GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p'
}

# The module asks for Go 1.26. It has nothing that 1.21 does not know, so an older Go gets a copy
# that asks for less.
prepare_module() {
    module=$example
    [ "$1" -ge 26 ] && return 0
    module=$dir/oom-service
    mkdir "$module" && cp -R "$example"/{cmd,internal,fixed,go.mod} "$module" || return 1
    sed "s/^go 1\..*/go 1.$1/" "$example/go.mod" >"$module/go.mod"
}

# The compiler is asked for its reasons while it builds: they stay in Go's build cache, where
# `unheap hot` finds them without a second compilation.
build_programs() {
    (
        cd "$module" || exit 1
        status=0
        for program in before:./cmd/service after:./fixed/cmd/service loadgen:./cmd/loadgen; do
            go build -pgo=off -gcflags=all=-m=2 -o "$dir/${program%%:*}" "${program#*:}" \
                >>"$dir/build.txt" 2>&1 || status=1
        done
        exit $status
    )
}

go_live() {
    local minor
    minor=$(go_minor)
    [ -n "$minor" ] || return 1
    if [ "$minor" -lt 21 ]; then
        echo "Go 1.$minor is too old for the example (1.21 will do)."
        return 1
    fi
    export GOTOOLCHAIN=local GOWORK=off CGO_ENABLED=0
    prepare_module "$minor" || return 1
    echo "Building both variants with $(go env GOVERSION). The first time, Go compiles its"
    echo "standard library too: that takes half a minute or so."
    if ! supervised build_programs; then
        echo "Go could not build the example:"
        tail -n 5 "$dir/build.txt"
        return 1
    fi
    echo "Sending the same load to both, first without a memory limit, then with one."
    for variant in before after; do
        mkdir "$dir/$variant.d"
        supervised "$dir/loadgen" -service "$dir/$variant" -name "$variant" \
            -out "$dir/$variant.d" 2>"$dir/said.txt"
        sed 's/^/  /' "$dir/said.txt"
        [ -s "$dir/$variant.d/results.json" ] || return 1
    done
}

# --- the report ----------------------------------------------------------------------------------

# hot_on PROFILE [FLAG...]: the main job.
hot_on() {
    local profile=$1
    shift
    if [ "$mode" = live ]; then
        printf '$ unheap hot -n %s%s\n    -profile heap.pb.gz ./...\n\n' "$causes" "${*:+ $*}"
        supervised "$unheap" hot -C "$module" -n "$causes" "$@" -profile "$profile" ./...
    else
        printf '$ unheap hot -n %s%s\n' "$causes" "${*:+ $*}"
        printf '    -profile heap.pb.gz -diagnostics diagnostics.txt.zst ./...\n\n'
        supervised "$unheap" hot -C "$example" -n "$causes" "$@" -profile "$profile" \
            -diagnostics "$captured/diagnostics.txt.zst" ./...
    fi || fail "unheap hot failed"
}

# compare BEFORE AFTER: two results.json side by side. They hold one field on each line.
compare() {
    awk -F '"' '
        function amount(n) {
            if (n >= 1e9) return sprintf("%.2f G", n / 1e9)
            if (n >= 1e6) return sprintf("%.1f M", n / 1e6)
            return sprintf("%.0f ", n)
        }
        function mib(n) { return sprintf("%.1f MiB", n / 1048576) }
        function ms(s) { return sprintf("%.2f ms", s * 1000) }
        function row(name, old, new, a, b,    change) {
            if (a > 0 && b > 0) {
                if (a >= b) change = sprintf("   %.1f times less", a / b)
                else change = sprintf("   %.1f times more", b / a)
            }
            printf "  %-26s %14s %14s%s\n", name, old, new, change
        }
        function fate(file) {
            return field[file, "limit_killed"] == "true" ? "KILLED" : "survived"
        }
        function show(name, key, how,    a, b) {
            a = field[1, key] + 0; b = field[2, key] + 0
            if (how == "B") row(name, amount(a) "B", amount(b) "B", a, b)
            else if (how == "MiB") row(name, mib(a), mib(b), a, b)
            else if (how == "ms") row(name, ms(a), ms(b), a, b)
            else row(name, amount(a), amount(b), a, b)
        }
        FNR == 1 { file++ }
        NF >= 3 {
            value = NF > 3 ? $4 : $3
            if (NF == 3) gsub(/[:, ]/, "", value)
            field[file, $2] = value
        }
        END {
            printf "  %s requests at %s a second, %s on %s/%s, %s processors\n\n", \
                field[1, "requests"], field[1, "requests_per_second"], field[1, "go_version"], \
                field[1, "goos"], field[1, "goarch"], field[1, "cpus"]
            row("", "before", "after")
            show("bytes allocated", "total_alloc_bytes", "B")
            show("objects allocated", "mallocs")
            show("GC cycles", "gc_cycles")
            show("GC pause, total", "gc_pause_total_seconds", "ms")
            show("GC pause, P99", "gc_pause_p99_seconds", "ms")
            show("GC processor time", "gc_cpu_seconds", "ms")
            show("peak RSS", "peak_rss_bytes", "MiB")
            show("latency P99", "latency_p99_seconds", "ms")
            row("under a limit of " field[1, "limit_bytes"] / 1048576 " MiB", fate(1), fate(2))
            row("  requests answered", field[1, "limit_answered"], field[2, "limit_answered"])
            printf "\n  %s\n", field[1, "answers_digest"] == field[2, "answers_digest"] \
                ? "Both gave the same answers, byte for byte." : "THEIR ANSWERS DIFFER."
        }' "$1" "$2"
}

[ -x "$unheap" ] || fail "$unheap does not exist: run make first"

heading "1. A Go service that is killed for memory ($example)"
if [ "$mode" != captured ] && go_live; then
    mode=live
    before=$dir/before.d
    after=$dir/after.d
elif [ "$mode" = live ]; then
    fail "the live part did not work"
else
    mode=captured
    before=$captured/before
    after=$captured/after
    echo "No live run here: what follows was recorded earlier, in the same way"
    echo "($example/capture.sh)."
fi

heading "2. What to change first: most bytes allocated (what the collector works for)"
hot_on "$before/heap.pb.gz"
heading "3. And what fills the limit: bytes in use"
causes=3
hot_on "$before/heap.pb.gz" -sample_index=inuse_space

heading "4. The same service, repaired ($example/fixed)"
compare "$before/results.json" "$after/results.json"
echo
echo "  What was wrong where, and how it was mended: $example/README.md"
