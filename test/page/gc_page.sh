#!/usr/bin/env bash
# gc_page.sh: the page of `gc` in a real Chromium. `SCREENSHOTS=folder` keeps the pictures there.
set -u
exec python3 "$ROOT/test/page/test_gc_page.py" "$UNHEAP" ${SCREENSHOTS:+"$SCREENSHOTS"}
