#!/usr/bin/env bash
# tap-total.sh DIR...: adds up the cases of all .tap files in the folders. Names the failed and the
# skipped ones; the last line is always "N passed, N failed, N skipped". Fails when a case failed,
# when there are no cases at all, and, with CI=true, when one was skipped.
set -u
find "$@" -name '*.tap' -exec awk '
    /^not ok/ { print "failed: " file() ": " $0 }
    /^ok.*# SKIP/ { print "skipped: " file() ": " $0 }
    function file(  name) { name = FILENAME; sub(/.*\//, "", name); sub(/\.tap$/, "", name); return name }
' {} +
find "$@" -name '*.tap' -exec cat {} + | CI=${CI:-} awk '
    /^not ok/ { failed++; next }
    /# SKIP/ { skipped++; next }
    /^ok/ { passed++ }
    END {
        if (skipped && ENVIRON["CI"] == "true")
            print "skipping is a failure here (CI=true)"
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed || passed == 0 || (skipped && ENVIRON["CI"] == "true")
    }'
