#!/usr/bin/env bash
# page.sh: the HTML report in a real Chromium. `SCREENSHOTS=folder` keeps the pictures there.
set -u
program=$(dirname "$UNHEAP")/test/report_test_page
exec python3 "$ROOT/test/page/test_page.py" "$program" ${SCREENSHOTS:+"$SCREENSHOTS"}
