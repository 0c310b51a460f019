#!/usr/bin/env bash
# oracle.sh FILE: runs a comparison with the Go toolchain; skipped (77) where there is none.
set -u
command -v go >/dev/null || { echo "there is no go on the PATH"; exit 77; }
exec bash "$1"
