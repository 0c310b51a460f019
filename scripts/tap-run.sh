#!/usr/bin/env bash
# tap-run.sh NAME COMMAND...: runs one test program and leaves its cases in $TAP_DIR/NAME.tap.
#
# Programs that print TAP ("ok 1 - name", "not ok 2 - name", "ok 3 - name # SKIP why") are taken at
# their word, except that a failure status without a failed case becomes one. Others count as one
# case: status 0 passed, 77 skipped (the last line says why), anything else failed. A failing
# program's whole output is shown. $TAP_DIR/NAME.seconds keeps how long it took and how long it computed.
set -u
name=$1
shift
tap=$TAP_DIR/$name.tap
log=$TAP_DIR/$name.log
# Torture starts the program some thousands of times, oracles build real programs: what takes a minute
# here may take ten on a busy machine, and is no fault.
case $name in
torture.* | oracle.*) seconds=${TEST_SECONDS:-1800} ;;
*) seconds=${TEST_SECONDS:-600} ;;
esac

TIMEFORMAT='%R %U %S'
{ time timeout -k 5 "$seconds" "$@" >"$log" 2>"$log.err" </dev/null; } 2>"$TAP_DIR/$name.seconds"
status=$?
read -r took _ <"$TAP_DIR/$name.seconds"
took=${took%.*}
[ $status -ne 124 ] || echo "ran longer than $seconds s" >>"$log.err"
cat "$log.err" >>"$log"
rm -f "$log.err"

# Some releases of cmocka write a skipped case as "not ok 2 # SKIP name".
grep -aE '^(not )?ok\b' "$log" | sed -E 's/^not ok ([0-9]+) # SKIP (.*)/ok \1 - \2 # SKIP/' >"$tap"
if [ ! -s "$tap" ]; then
    case $status in
    0) echo "ok 1 - $name" ;;
    77) echo "ok 1 - $name # SKIP $(tail -n 1 "$log")" ;;
    *) echo "not ok 1 - $name (exit status $status)" ;;
    esac >"$tap"
elif [ $status -ne 0 ] && ! grep -q '^not ok' "$tap"; then
    echo "not ok - $name ended with exit status $status after its cases" >>"$tap"
fi

cases=$(wc -l <"$tap")
if grep -q '^not ok' "$tap"; then
    printf 'FAILED %s after %d s\n%s\n' "$name" "$took" "$(sed 's/^/    /' "$log")"
else
    printf 'ok     %s (%d)%s\n' "$name" "$cases" "$([ "$took" -lt 10 ] || echo " $took s")"
fi
