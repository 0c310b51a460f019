#!/usr/bin/env bash
# compiler_agree.sh: `unheap why -format=gc` beside `go build -gcflags=-m` and -m=2, line for line
# (compiler_compare.py): the example service, the standard library, and a package whose text comes from
# test variants. The first run compiles all that and takes minutes; then the build cache has it.
set -u
cd "$(dirname "$0")/../.." || exit 1
project=$PWD
unheap=${UNHEAP:-$BUILD/unheap}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GOFLAGS=-buildvcs=false
failed=0

# agree NAME DIR LEVEL PATTERN...
agree() {
    local name=$1 dir=$2 level=$3
    shift 3
    (cd "$dir" && go list -export -pgo=off -gcflags=-m="$level" "$@") \
        >/dev/null 2>"$scratch/oracle" || { echo "not ok - $name: go build failed"; failed=1; }
    (cd "$dir" && "$unheap" why -format=gc -level="$level" "$@") \
        >"$scratch/ours" || { echo "not ok - $name: unheap failed"; failed=1; }
    python3 "$project/test/oracle/compiler_compare.py" "$name" "$scratch/oracle" "$scratch/ours" ||
        failed=1
}

# build: the same with go build, which is what people run.
build() {
    (cd "$1" && go build -o /dev/null -pgo=off -gcflags=-m=2 ./... 2>"$scratch/oracle" &&
        "$unheap" why -format=gc -level=2 ./... >"$scratch/ours") || failed=1
    python3 "$project/test/oracle/compiler_compare.py" "$2" "$scratch/oracle" "$scratch/ours" ||
        failed=1
}

build examples/oom-service 'go build'
# tests: with test variants of packages, "# p [p.test]".
tests() {
    (cd test/compiler/golden/forms && go list -export -test -pgo=off -gcflags=-m=2 "$@") \
        >/dev/null 2>"$scratch/oracle" || failed=1
    (cd test/compiler/golden/forms && "$unheap" why -tests -format=gc -level=2 "$@") \
        >"$scratch/ours" || failed=1
    python3 "$project/test/oracle/compiler_compare.py" tests "$scratch/oracle" "$scratch/ours" ||
        failed=1
}

agree 'example -m' examples/oom-service 1 ./...
agree 'example -m=2' examples/oom-service 2 ./...
agree 'std -m=2' test/compiler/golden/forms 2 std
agree 'part of std -m' test/compiler/golden/forms 1 bytes strings fmt encoding/json net/http go/types
tests container/list sort
exit $failed
