#!/usr/bin/env bash
# watch_oom.sh: the example service dies for memory, end to end: unheap watch beside it leaves a
# profile, and unheap hot names the cause in it: the global maps and slices that only grow.
set -u
work=$(mktemp -d)
pids=
cleanup() { # shellcheck disable=SC2086 # several
    kill $pids 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
(cd examples/oom-service && go build -o "$work/service" ./cmd/service &&
    go build -o "$work/loadgen" ./cmd/loadgen) || exit 1

"$UNHEAP" watch -listen 127.0.0.1:0 -match "^$work/service" -dir "$work/captures" -limit 64MiB \
    -trigger 'rss>85%' -interval 200ms 2>"$work/watch.log" &
pids=$!
"$work/loadgen" -service "$work/service" -out "$work" -memory-limit 64 >"$work/load.log" 2>&1
sleep 1

profile=$(find "$work/captures" -name '*.pb.gz' | head -1)
number=0
check() { # check WHAT COMMAND...
    local what=$1 verdict='not ok'
    shift
    number=$((number + 1))
    "$@" && verdict=ok
    echo "$verdict $number - $what"
    [ "$verdict" = ok ] || sed 's/^/# /' "$work"/*.log "$work/hot.txt" 2>/dev/null
}
check 'the service was killed under load' grep -qi killed "$work/load.log"
check 'watch left a profile' test -n "$profile"
"$UNHEAP" hot -C examples/oom-service -profile "$profile" -sample_index=inuse_space -n 5 \
    ./... >"$work/hot.txt" 2>&1
named() { grep -E '^ +1 ' "$work/hot.txt" | grep -Eq '(logline|order|session)\.go'; }
check 'the first cause that hot names is one that only grows' named
echo "1..$number"
