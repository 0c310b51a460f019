#!/usr/bin/env bash
# run-tests.sh BUILD [-again FIRST] [GROUP[/PATTERN]...]: runs the tests of a build folder and counts their
# cases. With -again they have all passed with the build folder FIRST, and what would see nothing new is
# left out (test/once.txt).
#
# Groups, all when none is named:
#   unit     test/<room>/test_*.c   cmocka programs
#   cli      test/cli/<name>/       command lines with wanted output (see cli-case.sh)
#   fuzz     test/fuzz/seeds/<what> each seed once through its fuzz target
#   page     test/page/*.sh         the HTML report in a real Chromium, the JSON against its contract
#   house    test/house/*.sh        the checks and scripts of this project can fail
#   oracle   test/oracle/*.sh       agreement with the Go toolchain; skipped where there is no go
#   torture  test/torture/*.cmd     every allocation and file call fails once (see torture.sh)
# The environment of all: $ROOT the project, $BUILD the build folder, $UNHEAP the program, $TMPDIR a
# scratch folder. The current folder is the project's. A pattern picks by name, as in
# `run-tests.sh build unit/base_*`. The last line counts the cases.
set -u
cd "$(dirname "$0")/.." || exit 1
ROOT=$PWD
build=$(cd "${1:?usage: run-tests.sh BUILD [-again FIRST] [GROUP[/PATTERN]...]}" && pwd) || exit 1
shift
export AGAIN=
if [ "${1:-}" = -again ]; then
    AGAIN=$(realpath -m "$2")
    shift 2
fi
[ $# -gt 0 ] || set -- unit cli fuzz page house oracle torture

export ROOT
export BUILD=$build UNHEAP=$build/unheap
export TAP_DIR=$build/tap
export LC_ALL=C TZ=UTC
export ASAN_OPTIONS=${ASAN_OPTIONS:-exitcode=99:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1:exitcode=99}
export CMOCKA_MESSAGE_OUTPUT=TAP
TMPDIR=$(mktemp -d)
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT

# Each jobs_GROUP prints lines "name<TAB>command" for xargs: words without blanks or quotes.
jobs_unit() {
    local source room
    for source in test/*/test_*.c; do
        [ -f "$source" ] || continue
        room=$(basename "$(dirname "$source")")
        echo "${room}_$(basename "$source" .c)	$build/test/${room}_$(basename "$source" .c)"
    done
}
jobs_cli() {
    local dir
    for dir in test/cli/*/; do
        [ ! -f "$dir/cmd" ] || echo "$(basename "$dir")	scripts/cli-case.sh ${dir%/}"
    done
}
jobs_fuzz() {
    local source name
    for source in test/fuzz/fuzz_*.c; do
        name=$(basename "$source" .c)
        [ ! -f "$source" ] || echo "$name	scripts/replay.sh $build $name"
    done
}
jobs_page() { scripts_in page sh; }
jobs_house() { scripts_in house sh; }
jobs_oracle() { scripts_in oracle sh scripts/oracle.sh; }
jobs_torture() { scripts_in torture cmd "scripts/torture.sh $build"; }

# scripts_in GROUP EXTENSION [COMMAND]: one job for each file, run by COMMAND (bash by default).
scripts_in() {
    local file
    for file in test/"$1"/*."$2"; do
        [ ! -f "$file" ] || echo "$(basename "$file" ".$2")	${3:-bash} $file"
    done
}

# left_out: the lines of standard input but those of tests that are not repeated; how many is told.
left_out() {
    if [ -z "$AGAIN" ]; then
        cat
        return
    fi
    local name rest pattern times=0
    while read -r name rest; do
        while read -r pattern _; do
            # shellcheck disable=SC2053 # the right side is a pattern
            [[ $pattern != '#'* && $name == $pattern ]] && times=$((times + 1)) && continue 2
        done <test/once.txt
        echo "$name $rest"
    done
    echo "$times tests are not repeated here: test/once.txt says why" >&2
}

# list WANTED...: what is wanted, the longest first (test/longest.txt), so that none is left for the end.
list() {
    local wanted group pattern
    for wanted; do
        group=${wanted%%/*}
        pattern=${wanted#"$group"}
        pattern=${pattern#/}
        "jobs_$group" | while IFS='	' read -r name command; do
            # shellcheck disable=SC2053 # the right side is a pattern
            [[ $name == ${pattern:-*} ]] && echo "$group.$name $command"
        done
    done | left_out | awk '
        NR == FNR { if ($1 !~ /^#/) first[$1] = FNR; next }
        { print ($1 in first ? first[$1] : 1000) "\t" $0 }' test/longest.txt - |
        sort -s -n -k 1,1 | cut -f 2-
}

rm -rf "$TAP_DIR"
mkdir -p "$TAP_DIR"
start=$SECONDS
# One more than there are processors: some tests wait most of their time.
list "$@" | xargs -r -P "${JOBS:-$(($(nproc) + 1))}" -L 1 scripts/tap-run.sh
find "$TAP_DIR" -name '*.seconds' -exec awk '
    { name = FILENAME; sub(/.*\//, "", name); sub(/\.seconds$/, "", name); print $1, $2 + $3, name }' {} + |
    sort -rn |
    awk -v took=$((SECONDS - start)) '
        { all += $2; if (NR <= 8) longest = longest sprintf(", %s %d", $3, $1) }
        END { printf "took %d s, computed for %d s; the longest: %s\n", took, all, substr(longest, 3) }'
scripts/tap-total.sh "$TAP_DIR"
