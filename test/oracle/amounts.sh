#!/usr/bin/env bash
# amounts.sh: report_amount against `go tool pprof -top`, digit for digit.
set -u
exec python3 "$ROOT/test/oracle/amounts.py" "$(dirname "$UNHEAP")/test/report_test_amount"
