#!/usr/bin/env bash
# join_binary.sh: `unheap hot -binary` on a program that says what it allocates, built in the ways
# that move addresses: types, ambiguous lines and elided verdicts against its comments.
set -u
cd "$(dirname "$0")/../.." || exit 1
unheap=$(realpath "${UNHEAP:-build/unheap}")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
failed=0
# hot NAME HOW [FLAGS...]: the profile of build NAME
hot() {
    local name=$1 how=$2 report=$work/report.json
    shift 2
    (cd test/oracle/join_binary && "$unheap" hot -json -sample_index=alloc_objects \
        -profile "$work/$name.pb.gz" "$@" ./...) >"$report" 2>"$work/said" ||
        { failed=1; head -5 "$work/said"; }
    python3 test/oracle/join_binary.py "$name $how" "$how" "$report" || failed=1
}
# build NAME FLAGS...
build() {
    local name=$1
    shift
    (cd test/oracle/join_binary && go build -o "$work/$name" "$@" .) &&
        "$work/$name" -o "$work/$name.pb.gz" || failed=1
}
build plain && hot plain without && hot plain same -binary "$work/plain"
build pie -buildmode=pie && hot pie same -binary "$work/pie"
build stripped -trimpath -ldflags='-s -w' && hot stripped same -binary "$work/stripped"
hot plain other -binary "$work/pie"
grep -q 'join-other-build' "$work/said" || { echo "not ok - another build is not told"; failed=1; }
exit "$failed"
