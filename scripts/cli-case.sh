#!/usr/bin/env bash
# cli-case.sh [--update] DIR...: runs command line tests. A test is a folder with
#
#   cmd           a shell script; `unheap` is on the PATH, $ROOT the project, the current folder a
#                 scratch copy of the test's folder
#   want-stdout   what it must print (nothing, when absent)
#   want-stderr   what it must say on standard error (nothing, when absent)
#   want-exit     its exit status (0, when absent)
#   filter.sed    applied to both outputs first, for what differs from run to run
#   needs         names of programs; without one of them the test is skipped
#
# --update writes what came out as what is wanted. Look at the difference before you commit it.
set -u
update=
[ "$1" != --update ] || { update=yes; shift; }
ROOT=${ROOT:-$(cd "$(dirname "$0")/.." && pwd)}
export ROOT
PATH=$(dirname "${UNHEAP:-$ROOT/build/unheap}"):$PATH
export LC_ALL=C TZ=UTC
failures=0

missing_program() {
    local program
    [ -f "$1/needs" ] || return 1
    for program in $(cat "$1/needs"); do
        command -v "$program" >/dev/null || { echo "$program"; return 0; }
    done
    return 1
}

# run DIR SCRATCH: leaves stdout, stderr and exit beside the scratch copy.
run() {
    cp -R "$1" "$2/case" && rm -f "$2"/case/want-*
    (cd "$2/case" && exec sh ./cmd) >"$2/stdout" 2>"$2/stderr" </dev/null
    echo $? >"$2/exit"
    [ ! -f "$1/filter.sed" ] || sed -i -f "$1/filter.sed" "$2/stdout" "$2/stderr"
}

# The wanted text of one part: an absent file means nothing, or for the exit status 0.
wanted() {
    if [ -f "$1/want-$2" ]; then
        cat "$1/want-$2"
    elif [ "$2" = exit ]; then
        echo 0
    fi
}

update_part() {
    if [ "$2" = exit ] && [ "$(cat "$3/exit")" = 0 ] || [ ! -s "$3/$2" ]; then
        rm -f "$1/want-$2"
    else
        cp "$3/$2" "$1/want-$2"
    fi
}

for dir; do
    dir=${dir%/}
    name=$(basename "$dir")
    if program=$(missing_program "$dir"); then
        echo "ok - $name # SKIP there is no $program"
        continue
    fi
    scratch=$(mktemp -d)
    run "$(realpath "$dir")" "$scratch"
    verdict=ok
    for part in stdout stderr exit; do
        [ -z "$update" ] || update_part "$dir" $part "$scratch"
        diff -u --label "wanted $part" --label "$part" <(wanted "$dir" $part) "$scratch/$part" ||
            verdict='not ok'
    done
    echo "$verdict - $name"
    [ "$verdict" = ok ] || failures=1
    rm -rf "$scratch"
done
exit $failures
