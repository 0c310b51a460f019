#!/usr/bin/env bash
# The runners see failures: of programs, of command line tests, of the machine's calls.
# shellcheck source=test/house/helpers.bash
. "$ROOT/test/house/helpers.bash"
scripts=$ROOT/scripts
export TAP_DIR=$tree/tap
unset CI

# total COMMAND [SECONDS]: runs one program through tap-run, for SECONDS at most, and adds up.
total() {
    rm -rf "$TAP_DIR" && mkdir -p "$TAP_DIR"
    TEST_SECONDS=${2:-60} "$scripts/tap-run.sh" one bash -c "$1"
    "$scripts/tap-total.sh" "$TAP_DIR"
}
plant
passes "two cases" total 'echo "ok 1 - a"; echo "ok 2 - b"'
refuses "a failed case" '^1 passed, 1 failed, 0 skipped$' total 'echo "ok 1 - a"; echo "not ok 2 - b"'
refuses "a crash after a case" '^1 passed, 1 failed' total 'echo "ok 1 - a"; kill -SEGV $$'
refuses "a status without cases" '^0 passed, 1 failed' total 'exit 3'
refuses "a hang" '^0 passed, 1 failed' total 'sleep 1000' 2
refuses "nothing but a skipped case" '^0 passed, 0 failed, 1 skipped$' total 'echo no go here; exit 77'
passes "a skipped case besides others" total 'echo "ok 1 - a"; echo "ok 2 - b # SKIP why"'
passes "a skipped case as cmocka writes it" total 'echo "ok 1 - a"; echo "not ok 2 # SKIP b"'
CI=true refuses "skipping where all is there" 'skipping is a failure' \
    total 'echo "ok 1 - a"; echo "ok 2 - b # SKIP why"'
refuses "no tests at all" '^0 passed, 0 failed, 0 skipped$' "$scripts/tap-total.sh" "$tree/src"

# suite PASSED [-again BUILD]: a project of three tests, of which the second takes longest, and the last is
# not repeated.
suite() {
    local wanted=$1 name
    shift
    mkdir -p "$tree/test/house" "$tree/build"
    for name in first second third; do echo true >"$tree/test/house/$name.sh"; done
    echo 'house.second' >"$tree/test/longest.txt"
    printf '# why\nhouse.thi* it says nothing new\n' >"$tree/test/once.txt"
    JOBS=1 "$tree/scripts/run-tests.sh" "$tree/build" "$@" house >"$tree/said" 2>&1
    sed 's/ (1)$//' "$tree/said"
    [ "$(tail -n 1 "$tree/said")" = "$wanted passed, 0 failed, 0 skipped" ]
}
passes "a suite, the longest first" eval 'suite 3 && [ "$(head -n 1 "$tree/said")" = "ok     house.second (1)" ]'
passes "a suite again, less what says nothing new" eval \
    'suite 2 -again "$tree/build" && grep -q "^1 tests are not repeated here" "$tree/said"'

# cli TEXT [WANTED]: one command line test.
cli() {
    mkdir -p "$tree/case"
    printf '%s\n' "$1" >"$tree/case/cmd"
    [ $# -lt 2 ] || printf '%s\n' "$2" >"$tree/case/want-stdout"
    ROOT=$ROOT "$scripts/cli-case.sh" "$tree/case"
    local status=$?
    rm -rf "$tree/case"
    return $status
}
passes "wanted output" cli 'echo yes' yes
refuses "other output" '^\+no' cli 'echo no' yes
refuses "output where none is wanted" '^\+no' cli 'echo no'
refuses "an unwanted message" '^\+oh' cli 'echo yes; echo oh >&2' yes
refuses "an unwanted exit status" '^\+4' cli 'echo yes; exit 4' yes
updated() {
    mkdir -p "$tree/case"
    echo 'echo a; echo b >&2; exit 3' >"$tree/case/cmd"
    "$scripts/cli-case.sh" --update "$tree/case" && "$scripts/cli-case.sh" "$tree/case" &&
        [ "$(cat "$tree/case/want-stdout" "$tree/case/want-stderr" "$tree/case/want-exit")" = $'a\nb\n3' ]
}
passes "--update writes what is wanted" updated

# victim BODY: a program under torture; `p` is what an allocation gave it.
victim() {
    mkdir -p "$tree/build/test/torture"
    cp "$(dirname "$UNHEAP")/test/torture/fault.so" "$tree/build/test/torture"
    printf '#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n
        static int say(const char *s) { return write(2, s, strlen(s)) < 0 ? 2 : 1; }
        int main(void) { char *p = malloc(100); char b[9] = ""; FILE *f;\n%s }\n' "$1" >"$tree/victim.c"
    gcc -w -O0 -o "$tree/build/unheap" "$tree/victim.c" && echo unheap >"$tree/victim.cmd" &&
        ROOT=$ROOT "$scripts/torture.sh" "$tree/build" "$tree/victim.cmd" | tee "$tree/log"
    ! grep -q '^not ok' "$tree/log"
}
output_and_check='puts("out"); return fflush(stdout) ? say("full") : 0;'
passes "a program that checks its calls" victim "if (!p) return say(\"memory\"); $output_and_check"
refuses "a crash without memory" 'fired alloc malloc 1: exit status 139' \
    victim "p[0] = 1; $output_and_check"
refuses "other output without memory" 'exit 0 with other output' victim "if (p) $output_and_check return 0;"
refuses "silence" 'exit 1 without a message' victim "if (!p) return 1; $output_and_check"
refuses "a write that is not checked" 'fired io fflush 1: exit 0 with other output' \
    victim 'if (!p) return say("memory"); puts("out"); fflush(stdout); _exit(0);'
refuses "a half-written file" 'left a damaged file' victim 'if (!p) return say("memory");
    f = fopen("file", "w"); if (!f) return say("open"); fputs("first", f);
    if (fflush(f)) return say("flush"); fputs("second", f);
    if (fflush(f)) return say("flush"); return 0;'
finish
