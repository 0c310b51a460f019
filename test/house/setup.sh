#!/usr/bin/env bash
# install-deps.sh installs where it can, explains where it cannot; list-sources.sh mends the lists.
# shellcheck source=test/house/helpers.bash
. "$ROOT/test/house/helpers.bash"

# whole_table FILE: every row of a table of packages has its seven columns.
whole_table() {
    ! awk -F ' [|] ' '!/^#/ && NF && NF != 7 { print FILENAME ":" FNR ": " NF " columns" }' "$1" | grep .
}
passes "the table of packages is whole" whole_table "$ROOT/scripts/packages.txt"
echo 'test | a | b | c | d | fc-list | grep . | x' >"$tree/broken.txt"
refuses "a row with a pipe in its probe" 'broken.txt:1: 8 columns' whole_table "$tree/broken.txt"

# A machine made of little programs: `id`, `dpkg-query`, `apt-get` and `sudo` as the case wants them.
machine() {
    plant
    mkdir -p "$tree/bin"
    ln -s "$(command -v sh)" "$(command -v dirname)" "$(command -v awk)" "$(command -v cut)" \
        "$(command -v grep)" "$(command -v tr)" "$(command -v sed)" "$(command -v env)" \
        "$(command -v touch)" "$(command -v test)" "$(command -v mktemp)" \
        "$(command -v tail)" "$(command -v rm)" "$tree/bin"
    printf 'build test | have-dev | have-f | have-a | have-m | true | x\n' >"$tree/packages.txt"
    printf 'build test | lack-dev | lack-f | - | lack-m | test -f %s/lack-dev | x\n' "$tree" \
        >>"$tree/packages.txt"
    printf 'test | more-dev | more-f | more-a | more-m | test -f %s/more-dev | x\n' "$tree" \
        >>"$tree/packages.txt"
    program dpkg-query 'exit 1'
    program id 'echo 1000'
}
program() {
    printf '#!/bin/sh\n%s\n' "$2" >"$tree/bin/$1"
    chmod +x "$tree/bin/$1"
}
deps() { PATH=$tree/bin PACKAGES=$tree/packages.txt "$ROOT/scripts/install-deps.sh" "$1" </dev/null; }
installs='case "$*" in *install*) for p; do touch '"$tree"'/$p; done;; esac'

machine
refuses "no root, no apt: names what is missing" 'missing packages: lack-dev$' deps build
refuses "and how to get it on Debian" 'apt-get install -y lack-dev$' deps build
refuses "on Fedora" 'dnf install -y lack-f more-f$' deps test
refuses "on Alpine, where one has no package" 'apk add more-a$' deps test
refuses "on macOS" 'brew install lack-m$' deps build
program apt-get "$installs"
refuses "apt without root" 'missing packages: lack-dev$' deps build
program id 'echo 0'
passes "root installs what is missing" deps build
passes "and finds it there the next time" deps build
refuses "a set of its own" 'missing packages: more-dev$' eval 'rm "$tree/bin/apt-get"; deps test'
machine
program apt-get 'exit 100'
program id 'echo 0'
refuses "apt that fails" 'missing packages: lack-dev$' deps build
machine
program sudo '[ "$1" = -n ] && exit 0; exec "$@"'
program apt-get "$installs"
passes "sudo without a password" deps build

plant
sources="$tree/scripts/list-sources.sh"
mkdir -p "$tree/test/fuzz"
refuses "a missing list" 'src/base/meson.build: the list' "$sources" --check
passes "is written" "$sources"
passes "and then in step" "$sources" --check
echo 'extra = 1' >>"$tree/src/base/meson.build"
touch "$tree/src/base/new.c"
refuses "a file that is not listed" 'src/base/meson.build: the list' "$sources" --check
passes "is added, the rest is kept" eval '"$sources" && grep -q new.c "$tree/src/base/meson.build" &&
    grep -q "^extra = 1" "$tree/src/base/meson.build" && "$sources" --check'
finish
