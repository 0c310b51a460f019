#!/usr/bin/env bash
# The example's unit is one that systemd takes without a word; a mistake in it would be told.
# shellcheck source=test/house/helpers.bash
. "$ROOT/test/house/helpers.bash"
command -v systemd-analyze >/dev/null || { echo "there is no systemd-analyze on the PATH"; exit 77; }

# verify FILE: with the program that was built, for the installed one is not there.
verify() {
    local unit=$tree/unheap-watch.service said
    sed "s|/usr/local/bin/unheap|$UNHEAP|" "$1" >"$unit"
    said=$(systemd-analyze verify "$unit" 2>&1)
    local status=$?
    echo "$said"
    [ "$status" = 0 ] && [ -z "$said" ]
}
example=$ROOT/examples/systemd/unheap-watch.service
passes "systemd takes the unit" verify "$example"
sed 's/DynamicUser/DynamicUsr/' "$example" >"$tree/misspelt"
refuses "a misspelt key" 'DynamicUsr' verify "$tree/misspelt"
finish
