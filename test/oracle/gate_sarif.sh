#!/usr/bin/env bash
# The gate's SARIF against the OASIS schema of SARIF 2.1.0, which a Go module carries as a text
# (owenrumney/go-sarif), with a validator of JSON schemas (xeipuuv/gojsonschema).
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
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

# ---- the validator ----
mkdir "$scratch/validator" && cd "$scratch/validator" || exit 1
cat >main.go <<'GO'
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"

	_ "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/xeipuuv/gojsonschema"
)

// The text of the constant "schema".
func schemaOf(file string) (text string) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		panic(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && spec.Names[0].Name == "schema" {
			text = strings.Trim(spec.Values[0].(*ast.BasicLit).Value, "`")
		}
		return true
	})
	return
}

func main() {
	schema := gojsonschema.NewStringLoader(schemaOf(os.Args[1]))
	for _, file := range os.Args[2:] {
		bytes, err := os.ReadFile(file)
		if err != nil {
			panic(err)
		}
		result, err := gojsonschema.Validate(schema, gojsonschema.NewBytesLoader(bytes))
		if err != nil {
			fmt.Println("unreadable", err)
			continue
		}
		for _, mistake := range result.Errors() {
			fmt.Fprintln(os.Stderr, "#", file, mistake)
		}
		fmt.Println(result.Valid())
	}
}
GO
go mod init example.com/validator 2>/dev/null
if ! { go get github.com/owenrumney/go-sarif/v3@v3.3.1 github.com/xeipuuv/gojsonschema@v1.2.0 &&
    go build -o "$scratch/validate" .; } >"$scratch/err" 2>&1; then
    echo "not ok 1 - the validator can be built: $(tail -1 "$scratch/err")"
    exit 1
fi
schema=$(go list -f '{{.Dir}}' github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif)/schema.go
valid() { "$scratch/validate" "$schema" "$1"; }

# ---- a module with something of everything ----
mkdir -p "$scratch/repo/in side/m" && cd "$scratch/repo" && git init -q . && cd "in side/m" || exit 1
printf 'module example.com/m\n\ngo 1.21\n' >go.mod
printf 'package m\n' >m.go
"$UNHEAP" gate -update ./... 2>/dev/null
"$UNHEAP" gate -format=sarif ./... >"$scratch/none.sarif"
tell "nothing new is valid" "$(valid "$scratch/none.sarif")" true
cat >m.go <<'GO'
package m

import "fmt"

type T struct{ a int }

var kept []*T

//unheap:noescape
func None() *T { return &T{1} }

func Many(ch chan *T, n int) func() int {
	ä, s := 1, "𝄞"; kept = append(kept, &T{ä})
	ch <- &T{n}
	fmt.Println(s, make([]int, n))
	return func() int { n++; return n }
}
GO
printf '[budgets]\n"./..." = 1\n[severity]\nsent_on_channel = "warning"\ncaptured_by_closure = "note"\n' >.unheap.toml
"$UNHEAP" gate -format=sarif ./... >"$scratch/many.sarif" 2>"$scratch/err"
tell "something new is exit 3" "$?" 3
tell "and valid" "$(valid "$scratch/many.sarif")" true
sed 's/"level":"error"/"level":"bad"/' "$scratch/many.sarif" >"$scratch/bad.sarif"
tell "the validator refuses what is not" "$(valid "$scratch/bad.sarif" 2>/dev/null)" false
python3 - "$scratch/many.sarif" m.go >"$scratch/facts" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))["runs"][0]
lines = open(sys.argv[2], encoding="utf-8").read().split("\n")
rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
assert all(rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])
results = run["results"]
assert results and all(result["ruleId"] in rules for result in results)
def at(location):
    region = location["physicalLocation"]["region"]
    units = lines[region["startLine"] - 1].encode("utf-16-le")
    return units[2 * (region["startColumn"] - 1):].decode("utf-16-le")
uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results}
print("uris", uris == {"in%20side/m/m.go"})
print("levels", sorted({r["level"] for r in results}) == ["error", "note", "warning"])
wide = [at(r["locations"][0]) for r in results if r["message"]["text"].startswith("new on the heap: &T{...}")]
print("columns", any(text.startswith("&T{ä})") for text in wide))
wide = [at(r["locations"][0]) for r in results if "append escapes" in r["message"]["text"]]
print("calls", bool(wide) and all(text.startswith("(kept, &T{ä})") for text in wide))
flows = [r["codeFlows"][0]["threadFlows"][0]["locations"] for r in results if "codeFlows" in r]
print("flows", len(flows) > 0 and all(step["location"]["message"]["text"] for f in flows for step in f))
prints = [(r["ruleId"], r["partialFingerprints"]["unheapSite/v1"]) for r in results]
print("prints", len(prints) == len(set(prints)))
PY
while read -r what good; do tell "$what" "$good" True; done <"$scratch/facts"
tell "all facts were told" "$(wc -l <"$scratch/facts")" 6

prints() { grep -o '"unheapSite/v1":"[0-9a-f]*"' "$1" | sort; }
sed 's/^import/\n\n\n&/' m.go >m.new && mv m.new m.go
"$UNHEAP" gate -format=sarif ./... >"$scratch/moved.sarif" 2>/dev/null
tell "fingerprints stay when lines move" "$(prints "$scratch/moved.sarif" | cksum)" \
    "$(prints "$scratch/many.sarif" | cksum)"

# ---- the limits, by their names in limits.h ----
limit() { sed -n "s/^#define $1 \([0-9]*\).*/\1/p" "$ROOT/src/base/limits.h"; }
rm .unheap.toml
most=$(limit LIMIT_SARIF_RESULTS)
{
    echo "package m"
    echo "var kept [$((most / 100 + 1))][]*int"
    for ((i = 0; i <= most / 100; i++)); do
        echo "func F$i() { kept[$i] = []*int{"
        for ((k = 0; k < 100; k++)); do echo "new(int),"; done
        echo "}}"
    done
} >m.go
"$UNHEAP" gate -format=sarif ./... >"$scratch/most.sarif" 2>"$scratch/err"
tell "LIMIT_SARIF_RESULTS results at most" "$(grep -o '"ruleId"' "$scratch/most.sarif" | wc -l)" "$most"
"$UNHEAP" gate -format=github ./... >"$scratch/github" 2>/dev/null
tell "LIMIT_ANNOTATIONS annotations of a kind at most" "$(grep -c '^::error' "$scratch/github")" \
    "$(limit LIMIT_ANNOTATIONS)"
tell "and how many are left out is told" "$(grep -c 'more are not annotated' "$scratch/github")" 1
for ((i = 0; i <= $(limit LIMIT_POLICY_ENTRIES); i++)); do
    printf '[[allow]]\nfunction = "F"\n'
done >.unheap.toml
"$UNHEAP" gate ./... >"$scratch/out" 2>"$scratch/err"
tell "LIMIT_POLICY_ENTRIES entries at most" "$? $(grep -c LIMIT_POLICY_ENTRIES "$scratch/err")" "1 1"
echo "1..$number"
exit $failed
