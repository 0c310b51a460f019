#!/usr/bin/env bash
# calls_page.sh: `prof -flame` in a real Chromium. `SCREENSHOTS=folder` keeps the pictures there.
set -u
exec python3 "$ROOT/test/page/test_calls_page.py" "$UNHEAP" "$ROOT/examples/oom-service/captured" \
    ${SCREENSHOTS:+"$SCREENSHOTS"}
