#!/usr/bin/env bash
# torture.sh BUILD FILE.cmd: runs a command line again and again, each time with one more call of
# the C library made to fail (test/torture/fault.c), until no failure is left to make.
#
# FILE.cmd is a shell command; `unheap` is on the PATH, $ROOT the project, the current folder an
# empty scratch folder. Wanted of each run: exit status 0 and the very output of the run without
# faults, or 1 and a message on standard error; and no file that the faultless run would not leave
# whole. Not wanted: a signal, a sanitizer's report, a hang, another status, silence.
# Four rounds, one TAP line each: allocations and file calls, failing once and from then on.
set -u
build=$1
script=$(realpath "$2")
name=$(basename "$2" .cmd)
ROOT=${ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
export ROOT
PATH=$build:$PATH
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
run_seconds=20

# run DIR [VARIABLE=VALUE...]: one run; leaves stdout, stderr, exit, faults and the folder `work`.
run() {
    local dir=$1
    shift
    rm -rf "$dir"
    mkdir -p "$dir/work"
    # The shell itself is not to fail: only `unheap`, through this function of its own.
    (
        cd "$dir/work" || exit
        FAULTS="LD_PRELOAD=$build/test/torture/fault.so UNHEAP_FAIL_REPORT=$dir/faults $*"
        export FAULTS
        exec timeout -k 2 $run_seconds bash -c "
            unheap() { env \$FAULTS $build/unheap \"\$@\"; }
            $(cat "$script")"
    ) >"$dir/stdout" 2>"$dir/stderr" </dev/null
    echo $? >"$dir/exit"
}

# verdict DIR: says what is wrong with a run; nothing when it is as wanted.
verdict() {
    local status
    status=$(cat "$1/exit")
    if grep -qE 'Sanitizer|runtime error:' "$1/stderr"; then
        echo "a sanitizer reports"
    elif [ "$status" = 0 ] && ! cmp -s "$1/stdout" "$scratch/whole/stdout"; then
        echo "exit 0 with other output"
    elif [ "$status" = 1 ] && [ ! -s "$1/stderr" ]; then
        echo "exit 1 without a message"
    elif [ "$status" -gt 1 ]; then
        echo "exit status $status"
    else
        left_files "$1" "$status"
    fi
}

# After exit 0 all files are there; after exit 1 each is whole or absent.
left_files() {
    local file
    while read -r file; do
        cmp -s "$1/work/$file" "$scratch/whole/work/$file" || { echo "left a damaged $file"; return; }
    done < <(cd "$1/work" && find . -type f)
    [ "$2" = 1 ] || diff -rq "$scratch/whole/work" "$1/work" >/dev/null || echo "exit 0, files missing"
}

# round KIND HOW: KIND is ALLOC or IO, HOW 0 (once) or 1 (from then on).
round() {
    local kind=$1 how=$2 n=0 fired=0 bad=0 wrong
    while [ $n -lt 20000 ]; do
        n=$((n + 1))
        run "$scratch/try" UNHEAP_FAIL_"$kind"=$n UNHEAP_FAIL_ON="$how"
        grep -q '^fired' "$scratch/try/faults" 2>/dev/null || break
        fired=$((fired + 1))
        wrong=$(verdict "$scratch/try")
        [ -n "$wrong" ] || continue
        bad=$((bad + 1))
        echo "# $(grep -m 1 '^fired' "$scratch/try/faults"): $wrong"
        [ $bad -gt 3 ] || sed 's/^/#     /' "$scratch/try/stderr" | head -n 20
    done
    [ $bad -eq 0 ] && [ $fired -gt 0 ] && printf 'ok' || printf 'not ok'
    echo " - $name: $fired failures of $kind $([ "$how" = 0 ] && echo "one by one" || echo "lasting"), $bad wrong"
}

run "$scratch/whole" UNHEAP_FAIL_ALLOC=0
if [ "$(cat "$scratch/whole/exit")" != 0 ]; then
    cat "$scratch/whole/stderr"
    echo "not ok - $name fails without any fault"
    exit 1
fi
for kind in ALLOC IO; do
    round $kind 0
    round $kind 1
done
