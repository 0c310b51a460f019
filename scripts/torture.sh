#!/usr/bin/env bash
# torture.sh BUILD FILE.cmd: runs a command line again and again, each time with one more call of
# the C library made to fail (test/torture/fault.c), until no failure is left to make.
#
# FILE.cmd is a shell command; `unheap` is on the PATH, $ROOT the project, the current folder an
# empty scratch folder. Wanted of each run: exit status 0 and the very output of the run without
# faults (or other output and a message on standard error that says so), or 1 and a message; and
# each file it leaves is as the faultless run leaves it. Not wanted: a signal, a sanitizer's report,
# a hang, another status, silence.
#
# Four rounds, one TAP line each: allocations and file calls, one by one and lasting (from the n-th
# on). A lasting failure is tried at about 100 places, not at all; one by one at each, or, where FILE
# begins with "# every N allocations, M file calls", at every N-th and M-th (at each all the same with
# EVERY=1 in the environment). Under ASan only file calls fail: its own runtime does not live without
# memory.
set -u
build=$1
script=$(cat "$2")
name=$(basename "$2" .cmd)
ROOT=${ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
export ROOT
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
run_seconds=100 # a hang; a run takes a tenth of one, and ten times that where the machine is busy
every_alloc=1 every_io=1
thin='^# every ([0-9]+) allocations, ([0-9]+) file calls'
if [ -z "${EVERY:-}" ] && [[ $script =~ $thin ]]; then
    every_alloc=${BASH_REMATCH[1]} every_io=${BASH_REMATCH[2]}
fi
shopt -s nullglob dotglob

# ASan's library has to be there too, after ours.
preload=$build/test/torture/fault.so
asan=$(ldd "$build/unheap" | awk '/libasan/ { print $3 }')
if [ -n "$asan" ]; then
    preload=$preload:$asan
    export ASAN_OPTIONS=${ASAN_OPTIONS:-exitcode=99}:verify_asan_link_order=0
fi

# run DIR [VARIABLE=VALUE...]: one run; sets `status`, leaves stdout, stderr, faults and `place`. Only
# unheap itself is to fail, so it is started by a function of its own.
run() {
    local dir=$1 files
    shift
    [ -d "$dir/place" ] || mkdir -p "$dir/place"
    files=("$dir/faults" "$dir"/place/*)
    rm -rf "${files[@]}"
    (
        cd "$dir/place" || exit
        unheap() {
            timeout -k 2 $run_seconds env LD_PRELOAD="$preload" UNHEAP_FAIL_REPORT="$dir/faults" "${faults[@]}" \
                "$build/unheap" "$@"
        }
        faults=("$@")
        eval "$script"
    ) >"$dir/stdout" 2>"$dir/stderr" </dev/null
    status=$?
}

# verdict DIR STATUS: says what is wrong with a run; nothing when it is as wanted.
verdict() {
    local said
    said=$(<"$1/stderr")
    if [[ $said == *Sanitizer* || $said == *'runtime error:'* ]]; then
        echo "a sanitizer reports"
    elif [ "$2" -gt 1 ]; then
        echo "exit status $2"
    elif [ "$2" = 1 ] && [ ! -s "$1/stderr" ]; then
        echo "exit 1 without a message"
    elif [ "$2" = 0 ] && [ ! -s "$1/stderr" ] && ! cmp -s "$1/stdout" "$scratch/whole/stdout"; then
        echo "exit 0 with other output and no message"
    else
        left_files "$1" "$2"
    fi
}

# Each file is whole; after exit 0 none is missing. With a message it may say less, to its end.
left_files() {
    local file whole
    for file in "$1"/place/*; do
        whole=$scratch/whole/place/${file##*/}
        cmp -s "$file" "$whole" && continue
        [ -s "$1/stderr" ] &&
            [ "$(tail -c 8 "$file")" = "$(tail -c 8 "$whole")" ] && continue
        echo "left a damaged ${file##*/}"
    done
    [ "$2" = 1 ] && return
    for file in "$scratch"/whole/place/*; do
        [ -e "$1/place/${file##*/}" ] || echo "exit 0 without writing ${file##*/}"
    done
}

# round KIND HOW STEP: KIND is ALLOC or IO, HOW 0 (once) or 1 (from then on).
round() {
    local kind=$1 how=$2 step=$3 n=1 fired=0 bad=0 fault wrong
    while [ $n -lt 100000 ]; do
        run "$scratch/try" UNHEAP_FAIL_"$kind"=$n UNHEAP_FAIL_ON="$how"
        fault=
        read -r fault <"$scratch/try/faults"
        [[ $fault == fired* ]] || break
        n=$((n + step))
        fired=$((fired + 1))
        wrong=$(verdict "$scratch/try" $status)
        [ -n "$wrong" ] || continue
        bad=$((bad + 1))
        echo "# $fault: $wrong"
        [ $bad -gt 3 ] || sed 's/^/#     /' "$scratch/try/stderr" | head -n 20
    done
    how=$([ "$how" = 0 ] && echo "one by one" || echo "lasting")
    [ $bad -eq 0 ] && [ $fired -gt 0 ] && printf 'ok' || printf 'not ok'
    echo " - $name: $fired failures of $kind, $how: $bad wrong"
}

run "$scratch/whole"
if [ $status != 0 ]; then
    cat "$scratch/whole/stderr"
    echo "not ok - $name fails without any fault"
    exit 1
fi
read -r _ _ allocs _ ios <"$scratch/whole/faults"
if [ -z "$asan" ]; then
    round ALLOC 0 "$every_alloc"
    round ALLOC 1 $((allocs / 100 + 1))
fi
round IO 0 "$every_io"
round IO 1 $((ios / 100 + 1))
