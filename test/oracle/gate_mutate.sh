#!/usr/bin/env bash
# Edits that change no allocation, made automatically to packages of the standard library (copied
# into a module of their own), must give no finding; allocations added automatically must all be
# found, at their line and with their category. SEEDS (default 1) says how often each is made.
set -u
command -v go >/dev/null || { echo "1..0 # SKIP there is no go"; exit 0; }
packages=${PACKAGES:-encoding/csv text/tabwriter container/list}
seeds=${SEEDS:-1}
EVERY=${EVERY:-$([ -n "${AGAIN:-}" ] && echo 8 || echo 2)} # one planted allocation of so many is made
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
go build -o "$scratch/mutate" "$ROOT/test/oracle/gate_mutate.go" || exit 1
base=$scratch/base
mkdir -p "$base"
printf 'module example.com/mutated\n\ngo 1.26\n' >"$base/go.mod"
for package in $packages; do
    mkdir -p "$base/$package"
    for file in "$(go env GOROOT)/src/$package"/*.go; do
        case $file in *_test.go) ;; *) cp "$file" "$base/$package/" ;; esac
    done
done
(cd "$base" && "$UNHEAP" gate -update ./... 2>"$scratch/init") || { cat "$scratch/init"; exit 1; }

edits=0 false_new=0 sites=0 planted=0 found=0 right=0 kept_least=100
declare -A category=([return]=returned_pointer [global]=stored_in_global
    [capture]=stored_in_global [interface]=stored_in_global [slice]=stored_in_global
    [channel]=sent_on_channel [map]=stored_in_global [fmt]=converted_to_interface
    [parameter]=parameter_leaks [unknown]=interface_or_unknown_call [large]=too_large
    [goroutine]=captured_by_closure [method]=stored_in_global [append]=stored_in_global
    [element]=stored_in_global)

fresh() {
    rm -rf "$scratch/case" && cp -R "$base" "$scratch/case"
}

for ((seed = 1; seed <= seeds; seed++)); do
    for edit in lines rename functions reorder newfile reformat; do
        fresh
        for package in $packages; do
            "$scratch/mutate" $edit "$scratch/case/$package" $seed || exit 1
        done
        (cd "$scratch/case" && "$UNHEAP" gate -json ./... >"$scratch/out.json" 2>"$scratch/err")
        code=$?
        [ $code = 0 ] || [ $code = 3 ] || { echo "# $edit: exit $code"; head -5 "$scratch/err"; }
        read -r new fixed kept < <(python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
print(len(d["new"]), len(d["fixed"]), d["kept"] + d["moved"])
for s in d["new"][:5]:
    print("# new:", sys.argv[2], s["file"], s["line"], s["function"], s["text"], file=sys.stderr)
' "$scratch/out.json" $edit)
        edits=$((edits + 1)) false_new=$((false_new + ${new:-1000}))
        sites=$((sites + ${kept:-0} + ${fixed:-0}))
        [ "${fixed:-1}" = 0 ] || kept_least=0
    done
    number=0
    for kind in return global capture interface slice channel map fmt parameter unknown large \
        goroutine method append element; do
        for package in $packages; do
            number=$((number + 1))
            [ $((number % EVERY)) = 0 ] || continue
            fresh
            place=$("$scratch/mutate" seed-$kind "$scratch/case/$package" $((seed * 100 + number))) ||
                exit 1
            (cd "$scratch/case" && "$UNHEAP" gate -json ./... >"$scratch/out.json" 2>"$scratch/err")
            code=$?
            planted=$((planted + 1))
            read -r at_line with_category < <(python3 -c '
import json, sys
d = json.load(open(sys.argv[1]))
at = [s for s in d["new"] if "%s:%d" % (s["file"].split("/")[-1], s["line"]) == sys.argv[2]]
right = [s for s in at if s["category"] == sys.argv[3]]
if not right:
    print("#", sys.argv[2:], [(s["file"], s["line"], s["text"], s["category"]) for s in d["new"]],
          file=sys.stderr)
print(len(at), len(right))' "$scratch/out.json" "$place" "${category[$kind]}")
            [ $code = 3 ] && [ "${at_line:-0}" -ge 1 ] && found=$((found + 1))
            [ "${with_category:-0}" -ge 1 ] && right=$((right + 1))
        done
    done
done
echo "# $edits edits of $packages: $sites sites looked for, $false_new false new"
echo "# $planted planted allocations (one of $EVERY): $found found at their line, $right with their category"
failed=0
tell() {
    if [ "$2" = "$3" ]; then echo "ok $1 - $4"; else echo "not ok $1 - $4: $2, not $3"; failed=1; fi
}
tell 1 $false_new 0 "edits that allocate nothing are nothing new"
tell 2 $kept_least 100 "nor do they make anything gone"
tell 3 $found $planted "planted allocations are found at their line"
tell 4 $right $planted "and with their category"
echo "1..4"
exit $failed
