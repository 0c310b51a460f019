#!/usr/bin/env bash
# watch_access.sh: who may read what `unheap watch` serves, by certificates of openssl's.
set -u
command -v openssl >/dev/null || { echo "there is no openssl on the PATH"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 test/oracle/watch_access.py "$UNHEAP" "$work"
