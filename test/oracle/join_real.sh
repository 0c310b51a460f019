#!/usr/bin/env bash
# join_real.sh [DIR]: how much of real profiles the join explains. Fails below 99.5 % (or whatever
# $LEAST says).
#
# DIR holds profiles and INDEX.txt with a line for each: its file, the module's folder, packages (or
# "./..."), with tabs between. Without DIR a few are made from benchmarks of the standard library. With
# $DIAGNOSTICS, a folder, a module's compiler text is read from FOLDER_NAME.txt there.
set -u
cd "$(dirname "$0")/../.." || exit 1
unheap=${UNHEAP:-$PWD/build/unheap}
least=${LEAST:-99.5}
export GOFLAGS=-buildvcs=false
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# make_profile PACKAGE BENCHMARKS
make_profile() {
    local name=${1//\//_}
    (cd "$work" && go test -run='^$' -bench="$2" -benchtime=5x -memprofile="$name.pb.gz" \
        -memprofilerate=512 -o "$name.test" "$1") >"$work/$name.log" 2>&1 || tail -3 "$work/$name.log"
    printf '%s\t%s\t%s\n' "$name.pb.gz" "$(go env GOROOT)/src" "$1" >>"$work/INDEX.txt"
}

if [ $# -gt 0 ]; then
    dir=$(cd "$1" && pwd) || exit 1
else
    dir=$work
    make_profile encoding/json 'Encoder|Marshal|Unmarshal|Decode'
    make_profile go/parser .
    make_profile net/http 'ClientServer$|Server$|Header|Cookie'
fi

failed=0
while IFS='	' read -r profile module packages _; do
    case $profile in '' | '#'*) continue ;; esac
    [ -e "$dir/$profile" ] || { echo "there is no $dir/$profile"; failed=1; continue; }
    text=${DIAGNOSTICS:+-diagnostics=$DIAGNOSTICS/$(basename "$module").txt}
    [ -z "$text" ] || packages=./...
    # shellcheck disable=SC2086 # no text, no argument; packages are words
    (cd "$module" && "$unheap" hot -json -profile "$dir/$profile" $text $packages) \
        >"$work/report.json" 2>"$work/said"
    python3 test/oracle/join_shares.py "$profile" "$least" "$work/report.json" ||
        { failed=1; head -5 "$work/said"; }
done <"$dir/INDEX.txt"
exit $failed
