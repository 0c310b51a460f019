#!/usr/bin/env bash
# diff_page.sh: the page of `diff` in a real Chromium. `SCREENSHOTS=folder` keeps the pictures there.
set -u
exec python3 "$ROOT/test/page/test_diff_page.py" "$UNHEAP" "$ROOT" ${SCREENSHOTS:+"$SCREENSHOTS"}
