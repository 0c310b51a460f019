#!/bin/sh
# install-deps.sh SET: makes sure that the packages of one set of packages.txt are there.
#
# On Debian and its kin it installs what is missing, as root or through sudo. Everywhere else, and
# without root, it names what is missing and the commands that install it, and fails, so that no
# build starts that cannot end.
set -u
set_name=${1:?usage: install-deps.sh build|demo|test}
table=${PACKAGES:-$(dirname "$0")/packages.txt}

# Rows of the wanted set, one a line: Debian, Fedora, Alpine, macOS, probe; tabs between them.
wanted_rows() {
    awk -F ' [|] ' -v OFS='\t' -v wanted="$set_name" '
        /^#/ || NF != 7 { next }
        (" " $1 " ") ~ (" " wanted " ") { print $2, $3, $4, $5, $6 }' "$table"
}

dpkg_has() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing_rows() {
    wanted_rows | while IFS='	' read -r debian fedora alpine macos probe; do
        sh -c "$probe" >/dev/null 2>&1 || dpkg_has "$debian" ||
            printf '%s\t%s\t%s\t%s\n' "$debian" "$fedora" "$alpine" "$macos"
    done
}

# The names of one column of the missing rows, on one line.
column() {
    printf '%s\n' "$missing" | cut -f "$1" | grep -v '^-$' | tr '\n' ' ' | sed 's/ $//'
}

# How to become root without being asked in the middle of a script; prints nothing for "not at all".
root_command() {
    if [ "$(id -u)" = 0 ]; then
        echo env
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
        echo sudo
    fi
}

explain() {
    {
        echo "unheap: missing packages: $(column 1)"
        echo "Install them, then run the same command again:"
        echo "  Debian, Ubuntu:  apt-get update && apt-get install -y $(column 1)"
        echo "  Fedora:          dnf install -y $(column 2)"
        echo "  Alpine:          apk add $(column 3)"
        echo "  macOS:           brew install $(column 4)"
    } >&2
    exit 1
}

install() {
    as_root=$(root_command)
    command -v apt-get >/dev/null && [ -n "$as_root" ] || explain
    echo "unheap: installing $(column 1)" >&2
    log=$(mktemp)
    # shellcheck disable=SC2046 # the names are meant to be split
    {
        $as_root apt-get -o DPkg::Lock::Timeout=300 update ||
            echo "no fresh package lists; using the old ones"
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
            install -y --no-install-recommends $(column 1)
    } >"$log" 2>&1
    missing=$(missing_rows)
    [ -z "$missing" ] || tail -n 20 "$log" >&2
    rm -f "$log"
    [ -z "$missing" ] || explain
}

missing=$(missing_rows)
[ -z "$missing" ] || install
