#!/usr/bin/env bash
# "Changed by the compiler" with two real ones: what Go 1.23 put on the heap is the baseline, and the
# installed Go, 1.25 or newer, is asked about the same source, and the other way round. The module
# imports nothing, so that no standard library is compiled. Skipped, and counted, where the older
# toolchain cannot be had.
set -u
unheap=${UNHEAP:?}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GOFLAGS=-mod=mod GOTOOLCHAIN=local
old=go1.23.12 number=0 failed=0
GOTOOLCHAIN=$old go version >"$scratch/version" 2>&1 ||
    { echo "ok 1 - two compilers # SKIP $old cannot be had: $(tail -1 "$scratch/version")"; exit 0; }
new=$(go env GOVERSION)

tell() { # WHAT GOT WANTED
    number=$((number + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $number - $1"
    else
        printf 'not ok %d - %s\n  got    %s\n  wanted %s\n' "$number" "$1" "$2" "$3"
        failed=1
    fi
}

# answer: "exit code: LIST function kind why; ..." of what the gate finds, sorted.
answer() {
    "$unheap" gate -json ./... >"$scratch/report.json" 2>"$scratch/err"
    local code=$?
    python3 - "$scratch/report.json" "$code" <<'PY'
import json, sys
report = json.load(open(sys.argv[1], encoding="utf-8"))
rows = [f"{name} {site['function'].rpartition('.')[2]} {site['kind']} {site.get('cause', '')}".strip()
        for name in ("new", "fixed", "changed") for site in report[name]]
print(f"{sys.argv[2]}: {'; '.join(sorted(rows))} ({report['kept']} kept)")
PY
}

cd "$scratch" && mkdir versions && cd versions || exit 1
printf 'module example.com/versions\n\ngo 1.21\n' >go.mod
cat >versions.go <<'GO'
package versions

type point struct{ x, y int }

var kept [2]*point

// On the stack since Go 1.25, when it is small.
func scratch(n int) int {
	buf := make([]int, n)
	for i := range buf {
		buf[i] = i
	}
	return len(buf) + cap(buf)
}

// Go tells that append allocates since 1.25.
func collect(n int) []int {
	var list []int
	for i := 0; i < n; i++ {
		list = append(list, i)
	}
	return list
}

// A variable may have 128 KiB since Go 1.24; it was 10 MiB.
func large() int {
	var table [300 << 10]byte
	for i := range table {
		table[i] = byte(i)
	}
	return int(table[7])
}

// All agree on this.
func keep(x, y int) {
	kept[0] = &point{x, y}
}
GO

GOTOOLCHAIN=$old "$unheap" gate -update ./... >/dev/null 2>&1 || failed=1
tell "the older compiler agrees with itself" "$(GOTOOLCHAIN=$old answer)" "0:  (2 kept)"
told="changed collect append compiler; changed large variable compiler; fixed scratch make_slice compiler"
tell "$old, then $new: told, not failed" "$(answer)" "0: $told (1 kept)"
tell "both compilers are named" \
    "$("$unheap" gate ./... | grep -c "by another compiler ($new, the baseline's is $old)")" 1
printf '[severity]\ncompiler = "error"\n' >.unheap.toml
tell "unless the policy says so" "$(answer | cut -d: -f1)" 3
rm .unheap.toml

# an edit at the same time is an edit
cp versions.go "$scratch/before.go"
sed -i -e '3s/.*/\n&/' -e 's/kept\[0\] = &point{x, y}/kept[0], kept[1] = \&point{x, y}, \&point{y, x}/' versions.go
tell "an edit at the same time" "$(answer)" "3: $told; new keep composite edit (1 kept)"
cp "$scratch/before.go" versions.go

"$unheap" gate -update ./... >/dev/null 2>&1 || failed=1
tell "-update accepts it" "$(answer)" "0:  (3 kept)"
tell "$new, then $old" "$(GOTOOLCHAIN=$old answer)" \
    "0: changed scratch make_slice compiler; fixed collect append compiler; fixed large variable compiler (1 kept)"
echo "1..$number"
exit $failed
