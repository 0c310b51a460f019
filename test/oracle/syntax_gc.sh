#!/usr/bin/env bash
# syntax_gc.sh [PACKAGE...]: see syntax_gc.py.
set -eu
cd "${ROOT:-$(dirname "$0")/../..}"
[ $# -gt 0 ] || set -- net/http encoding/json encoding/xml go/types text/template fmt bytes strings
exec python3 test/oracle/syntax_gc.py "$(dirname "${UNHEAP:-build/unheap}")/test/oracle_syntax_dump" "$@"
