#!/usr/bin/env bash
# binary_real.sh [all]: `unheap bin` beside go tool objdump and DWARF on real programs: the Go compiler
# and the go command as they come with Go, the compilers of two older releases, and a linter built from
# the module proxy as usual, stripped, position-independent and for arm64. With "all" (half an hour and
# 3 GB) also a web server, an editor's server, the compiler and the go command built here, each release
# from 1.18 on, the race detector, cgo, shared objects, compressed DWARF, Windows and macOS.
set -u
cd "$(dirname "$0")/../.." || exit 1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset GOBIN
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOTOOLCHAIN=local
UNHEAP=$(realpath "${UNHEAP:-build/unheap}")
export UNHEAP
failed=0
check() { python3 test/oracle/binary_compare.py "$@" || failed=1; }
bad() { echo "not ok - $*" && failed=1; }

# build NAME PACKAGE[@VERSION] FLAGS...: in a module of its own, so that it can be cross-built.
build() {
    local name=$1 package=$2 folder=$scratch/module
    shift 2
    if [[ $package == *@* ]]; then
        folder=$scratch/${package//\//_}
        module "$folder" "$package"
    fi
    mkdir -p "$folder"
    (cd "$folder" && go build -o "$scratch/$name" "$@" "${package%@*}") >"$scratch/log" 2>&1 &&
        return
    tail -3 "$scratch/log"
    bad "$name cannot be built"
    return 1
}
module() {
    [ ! -d "$1" ] || return
    mkdir "$1"
    (cd "$1" && go mod init example.com/real && go get "$2") >"$scratch/log" 2>&1 ||
        tail -3 "$scratch/log"
}
# dwarf NAME: types of the unstripped program.
go build -o "$scratch/dwarf" test/oracle/binary_dwarf.go || exit 1
dwarf() { "$scratch/dwarf" "$scratch/$1" >"$scratch/sizes" && check dwarf "$scratch/$1" "$scratch/sizes"; }
# older VERSION: that release's own compiler.
older() {
    local folder
    folder=$(GOTOOLCHAIN=go$1 go env GOTOOLDIR 2>"$scratch/log")
    if [ -e "$folder/compile" ]; then
        ln -sf "$folder/compile" "$scratch/compile-go$1"
        check calls "$scratch/compile-go$1"
    else
        tail -3 "$scratch/log"
        bad "go$1 cannot be had"
    fi
}

linter=honnef.co/go/tools/cmd/staticcheck@v0.7.0
{
    check calls "$(go env GOTOOLDIR)/compile"
    check calls "$(go env GOROOT)/bin/go"
    exit "$failed"
} >"$scratch/side" 2>&1 &
side=$!
build staticcheck $linter && check calls "$scratch/staticcheck" && dwarf staticcheck
build stripped $linter -ldflags='-s -w' && check twin "$scratch/staticcheck" "$scratch/stripped"
GOARCH=arm64 build arm64 $linter && check calls "$scratch/arm64"
older 1.18.10
older 1.22.12
wait "$side" || failed=1
cat "$scratch/side"
[ "${1:-}" = all ] || exit "$failed"

build pie $linter -buildmode=pie -ldflags='-s -w' && check twin "$scratch/staticcheck" "$scratch/pie"
server=github.com/caddyserver/caddy/v2/cmd/caddy@v2.10.2
editor=golang.org/x/tools/gopls@v0.21.0
database=github.com/mattn/go-sqlite3/_example/simple@v1.14.32
build caddy $server && check calls "$scratch/caddy" && dwarf caddy
build caddy-stripped $server -trimpath -ldflags='-s -w' && check calls "$scratch/caddy-stripped"
build caddy-compressed $server -ldflags=-compressdwarf=true &&
    check twin "$scratch/caddy" "$scratch/caddy-compressed"
build gopls $editor && check calls "$scratch/gopls" && dwarf gopls
GOARCH=arm64 build gopls-arm64 $editor && check calls "$scratch/gopls-arm64" && dwarf gopls-arm64
build compile cmd/compile && check calls "$scratch/compile" && dwarf compile
build go cmd/go && check calls "$scratch/go" && dwarf go
for system in windows darwin; do
    for machine in amd64 arm64; do
        GOOS=$system GOARCH=$machine build "$system-$machine" $linter &&
            check calls "$scratch/$system-$machine"
    done
done
export CGO_ENABLED=1
build cgo $database && check calls "$scratch/cgo" && dwarf cgo
build cgo-stripped $database -ldflags='-s -w' && check twin "$scratch/cgo" "$scratch/cgo-stripped"
build race $linter -race && check calls "$scratch/race"
build external $linter -ldflags=-linkmode=external && check calls "$scratch/external"
for version in 1.19.13 1.20.14 1.21.13 1.23.12 1.24.11 1.25.5; do
    older "$version"
done
exit "$failed"
