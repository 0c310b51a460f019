#!/usr/bin/env bash
# run-tests.sh BUILD [GROUP[/PATTERN]...]: runs the tests of a build folder and counts their cases.
#
# Groups, in this order when none is named:
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
build=$(cd "${1:?usage: run-tests.sh BUILD [GROUP[/PATTERN]...]}" && pwd) || exit 1
shift
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

rm -rf "$TAP_DIR"
mkdir -p "$TAP_DIR"
for wanted; do
    group=${wanted%%/*}
    pattern=${wanted#"$group"}
    pattern=${pattern#/}
    # Torture starts the program some thousands of times, oracles build real programs: what takes a
    # minute here may take ten on a busy machine, and is no fault.
    case $group in
    torture | oracle) TEST_SECONDS=1200 ;;
    *) TEST_SECONDS=300 ;;
    esac
    export TEST_SECONDS
    "jobs_$group" | while IFS='	' read -r name command; do
        # shellcheck disable=SC2053 # the right side is a pattern
        [[ $name == ${pattern:-*} ]] && echo "$group.$name $command"
    done | xargs -r -P "${NPROC:-$(nproc)}" -L 1 scripts/tap-run.sh
done
scripts/tap-total.sh "$TAP_DIR"
