#!/usr/bin/env bash
# binary_calls.sh [EXECUTABLE...]: `unheap bin` beside go tool objdump, gc's own listing and DWARF, on
# programs built here in all the ways that matter, and on the executables that are named.
# GO_VERSIONS="1.18.10 1.23.12" adds other releases, where the go command can get them.
set -u
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
UNHEAP=$(realpath "${UNHEAP:-build/unheap}")
export UNHEAP
compare="python3 test/oracle/binary_compare.py"
failed=0
check() { $compare "$@" || failed=1; }
# build NAME ARGUMENTS...: the probe, in one more way.
build() {
    local name=$1
    shift
    (cd test/oracle/binary_probe && go build -o "$scratch/$name" "$@" . 2>"$scratch/$name.text") &&
        return
    head -3 "$scratch/$name.text"
    echo "not ok - $name cannot be built"
    failed=1
    return 1
}

build plain && check calls "$scratch/plain"
build pie -buildmode=pie && check calls "$scratch/pie"
build trimmed -trimpath -ldflags='-s -w' && check twin "$scratch/plain" "$scratch/trimmed"
build pie_stripped -buildmode=pie -ldflags='-s -w' &&
    check twin "$scratch/pie" "$scratch/pie_stripped"
build compressed -ldflags=-compressdwarf=true && check twin "$scratch/plain" "$scratch/compressed"
GOARCH=arm64 build arm64 && check calls "$scratch/arm64"
GOARCH=arm64 build arm64_pie -buildmode=pie && check twin "$scratch/arm64" "$scratch/arm64_pie"
GOOS=windows build windows.exe && check calls "$scratch/windows.exe"
GOOS=windows build stripped.exe -trimpath -ldflags='-s -w' &&
    check twin "$scratch/windows.exe" "$scratch/stripped.exe"
GOOS=darwin GOARCH=arm64 build darwin && check calls "$scratch/darwin"
GOOS=darwin GOARCH=arm64 build darwin_stripped -ldflags='-s -w' &&
    check twin "$scratch/darwin" "$scratch/darwin_stripped"
if command -v gcc >/dev/null; then
    CGO_ENABLED=1 build external -ldflags=-linkmode=external && check calls "$scratch/external"
    CGO_ENABLED=1 build shared.so -buildmode=c-shared && check calls "$scratch/shared.so"
    CGO_ENABLED=1 build plugin.so -buildmode=plugin && check calls "$scratch/plugin.so"
    CGO_ENABLED=1 build race -race && check calls "$scratch/race"
fi
build listed -a -gcflags=all=-S && check types "$scratch/listed" "$scratch/listed.text"
go build -o "$scratch/dwarf" test/oracle/binary_dwarf.go && "$scratch/dwarf" "$scratch/plain" \
    >"$scratch/sizes" && check dwarf "$scratch/plain" "$scratch/sizes"
for version in ${GO_VERSIONS:-}; do
    GOTOOLCHAIN=go$version build "go$version" && check calls "$scratch/go$version"
done
check calls "$(go env GOTOOLDIR)/asm"
for executable; do
    check calls "$executable"
done
exit "$failed"
