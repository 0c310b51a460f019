#!/usr/bin/env bash
# json.sh: documents of schema unheap.hot/1 as a strict reader sees them.
set -u
exec python3 "$ROOT/test/page/check_json.py" "$(dirname "$UNHEAP")/test/report_test_page"
