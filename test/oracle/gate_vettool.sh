#!/usr/bin/env bash
# `go vet -vettool=unheap` must find what `unheap gate` finds, package by package: in a module with
# cgo, assembly, embedded files, generic code, test files and build tags, and in real ones. And it
# must be cached as vet is: asked again, only what changed is asked about.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GOFLAGS=-mod=mod
modules=${MODULES:-github.com/gorilla/mux@v1.8.1 github.com/go-chi/chi/v5@v5.1.0}
empty='{"schema":"unheap.gate-baseline/1",
"go_version":"go1.26",
"sites":[
null],
"modules":[
null],
"functions":[
null]}'
number=0 failed=0

tell() { # WHAT GOT WANTED
    number=$((number + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1: $2, not $3"
        failed=1
    fi
}

# agree NAME [FLAGS]: both answers about the module in the current folder, against nothing.
agree() {
    local name=$1
    shift
    mkdir -p .unheap
    printf '%s\n' "$empty" >.unheap/baseline.json
    "$UNHEAP" gate -json "$@" ./... >"$scratch/gate.json" 2>"$scratch/gate.err"
    go vet -json "$@" -vettool="$UNHEAP" ./... >"$scratch/vet.json" 2>"$scratch/vet.err" ||
        { echo "# go vet failed"; head -5 "$scratch/vet.err"; }
    local figures
    figures=$(python3 - "$scratch/gate.json" "$scratch/vet.json" <<'PY'
import collections, json, os, sys
here = os.path.realpath(".")
gate = collections.Counter()
for site in json.load(open(sys.argv[1]))["new"]:
    gate[(os.path.join(here, site["file"]), site["line"], site["column"], site["text"])] += 1
vet, text, at = collections.Counter(), open(sys.argv[2]).read(), 0
while at < len(text):
    tree, at = json.JSONDecoder().raw_decode(text, at)
    at += len(text[at:]) - len(text[at:].lstrip())
    for unit in tree.values():
        for found in unit["unheap"]:
            file, line, column = found["posn"].rsplit(":", 2)
            words = found["message"].split(": ", 1)[1].rsplit(" (", 1)[0]
            vet[(file, int(line), int(column), found["message"])] += 1
both = 0
for (file, line, column, words), times in gate.items():
    hit = [key for key in vet if key[:3] == (file, line, column) and
           key[3].startswith("new on the heap: " + words + " (")]
    both += min(times, vet[hit[0]]) if hit else 0
    if not hit:
        print("# only the gate:", file, line, column, words, file=sys.stderr)
for key in vet:
    if not any(key[:3] == other[:3] for other in gate):
        print("# only vet:", key, file=sys.stderr)
print(both, sum(gate.values()), sum(vet.values()))
PY
    )
    read -r both gate vet <<<"$figures"
    echo "# $name: $gate sites of the gate, $vet of go vet, $both of both"
    tell "$name: both find the same" "$both $both" "$gate $vet"
}

# ---- a module with everything ----
mkdir -p "$scratch/all/cmd/tool" "$scratch/all/lib" "$scratch/all/native" && cd "$scratch/all" || exit 1
printf 'module example.com/all\n\ngo 1.22.1\n' >go.mod
cat >lib/lib.go <<'GO'
package lib

import (
	"embed"
	_ "embed"
	"fmt"
)

//go:embed "a b.txt" notes/*.txt
var files embed.FS

//go:embed notes/n.txt
var note string

type List[T any] struct{ items []*T }

func (l *List[T]) Add(item T) { l.items = append(l.items, &item) }

func sum(a, b int) int

func New(n int) *List[int] {
	l := &List[int]{}
	l.Add(sum(n, len(note)))
	fmt.Println(n, files)
	return l
}
GO
mkdir lib/notes && echo x | tee lib/notes/n.txt >"lib/a b.txt"
cat >lib/sum_amd64.s <<'S'
TEXT ·sum(SB),4,$0-24
	MOVQ a+0(FP), AX
	ADDQ b+8(FP), AX
	MOVQ AX, ret+16(FP)
	RET
S
cat >lib/tagged.go <<'GO'
//go:build special

package lib

func Special() *int { x := 1; return &x }
GO
cat >lib/lib_test.go <<'GO'
package lib

import "testing"

var kept *int

func TestNew(t *testing.T) { x := 5; kept = &x; New(1) }
GO
printf 'package lib_test\n\nimport "testing"\n\nvar kept *int\n\nfunc TestX(t *testing.T) { x := 5; kept = &x }\n' >lib/x_test.go
cat >cmd/tool/main.go <<'GO'
package main

import (
	"os"

	"example.com/all/lib"
)

var out []*lib.List[int]

func main() {
	for i := range os.Args {
		out = append(out, lib.New(i))
		defer func() { out[i] = nil }()
	}
}
GO
if command -v cc >/dev/null && [ "$(go env GOARCH)" = amd64 ]; then
    cat >native/native.go <<'GO'
package native

// static int twice(int *n) { return 2 * *n; }
import "C"

func Twice(n int) *int {
	c := C.int(n)
	r := int(C.twice(&c))
	return &r
}
GO
fi
[ "$(go env GOARCH)" = amd64 ] || { sed -i 's/^func sum.*/& { return a + b }/' lib/lib.go; rm lib/*.s; }
agree "everything"
agree "with a build tag" -tags=special
echo 'tests = true' >.unheap.toml
agree "test files too"
rm .unheap.toml

# ---- what a user sees ----
"$UNHEAP" gate -update ./... 2>/dev/null
go vet -vettool="$UNHEAP" ./... >"$scratch/out" 2>&1
tell "nothing new passes" "$? $(cat "$scratch/out")" "0 "
printf '\nfunc Leak() *int { x := 3; return &x }\n' >>lib/lib.go
(cd lib && go vet -vettool="$UNHEAP" . >"$scratch/out" 2>&1)
tell "something new fails" "$?" 1
line=$(wc -l <lib/lib.go)
tell "at its place" "$(grep -c "lib.go:$line:20: new on the heap: moved to heap: x (returned pointer)" "$scratch/out")" 1
"$UNHEAP" gate -update ./... 2>/dev/null
go vet -vettool="$UNHEAP" ./... >"$scratch/out" 2>&1
tell "what was accepted passes" "$? $(cat "$scratch/out")" "0 "
sed -i 's/^func Leak() .*/func Leak() int { return 3 }/' lib/lib.go
sed -i '/"expression":"x".*lib.Leak/d;/lib.Leak/d' .unheap/baseline.json
printf '\nfunc Leak2() *int { y := 3; return &y }\n' >>lib/lib.go
printf '[severity]\ndefault = "warning"\n' >.unheap.toml
go vet -vettool="$UNHEAP" ./... >"$scratch/out" 2>&1
tell "a warning does not fail" "$? $(grep -c 'warning: new on the heap: moved to heap: y' "$scratch/out")" "0 1"
printf '[severity]\ndefault = "error"\n' >.unheap.toml
go vet -vettool="$UNHEAP" ./... >"$scratch/out" 2>&1
tell "a changed policy is asked anew, though the package is cached" "$?" 1
echo '<<<<<<< HEAD' >>.unheap/baseline.json
go vet -vettool="$UNHEAP" ./lib >"$scratch/out" 2>&1
tell "a baseline in conflict is refused" "$? $(grep -c 'merge conflict markers' "$scratch/out")" "1 1"
printf '%s\n' "$empty" >.unheap/baseline.json
go vet -vettool="$UNHEAP" ./cmd/... >"$scratch/out" 2>&1
tell "a program's function has its symbol's name" "$(go vet -json -vettool="$UNHEAP" ./cmd/... 2>/dev/null | grep -c '"posn"' | sed 's/^[1-9].*/some/')" some

# ---- cached as vet is ----
"$UNHEAP" gate -update ./... 2>/dev/null
go vet -vettool="$UNHEAP" ./... 2>/dev/null
asked() { go vet -x -vettool="$UNHEAP" ./... 2>&1 | grep -c 'vet.cfg$'; }
tell "nothing changed: nobody is asked" "$(asked)" 0
echo '// a comment' >>lib/lib.go
tell "a package and what imports it are asked again" "$(asked | sed 's/^[123]$/few/')" few

# ---- real modules ----
for module in $modules; do
    cd "$scratch" || exit 1
    dir=$(go mod download -json "$module" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
    [ -f "$dir/go.mod" ] || { tell "$module can be had" no yes; continue; }
    name=real$number
    cp -R "$dir" "$name" && chmod -R u+w "$name" && cd "$name" || exit 1
    agree "$module"
done

# ---- what is no description of a package ----
cd "$scratch" || exit 1
echo '{}' >bad.cfg
"$UNHEAP" bad.cfg 2>"$scratch/out"
tell "another cfg is refused" "$? $(grep -c 'compiler-unit' "$scratch/out")" "1 1"
echo "1..$number"
exit $failed
