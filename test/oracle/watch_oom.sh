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

"$UNHEAP" watch -listen 127.0.0.1:0 -match "^$work/service" -dir "$work/captures" -limit 100MiB \
    -trigger 'rss>85%' -interval 200ms 2>"$work/watch.log" &
pids=$!
"$work/loadgen" -service "$work/service" -out "$work" -memory-limit 100 -requests 40000 \
    -concurrency 2 >"$work/load.log" 2>&1
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
"$UNHEAP" hot -C examples/oom-service -profile "$profile" -sample_index=inuse_space -json ./... \
    >"$work/hot.json" 2>/dev/null

# A profile at the limit has some 150 sampled objects, a good part of them garbage since the last
# collection, so which line is the very first is a matter of chance.
grows() {
    python3 - "$work/hot.json" <<'EOF'
import json, os, sys

with open(sys.argv[1], encoding="utf-8") as file:
    causes = json.load(file)["causes"][:5]
package = lambda cause: os.path.basename(os.path.dirname(cause["file"]))
print("#", *["%s:%d %.0f%%" % (os.path.basename(cause["file"]), cause["line"], 100 * cause["share"])
             for cause in causes])
assert any(package(cause) in ("logline", "order", "session") for cause in causes)
EOF
}
check 'what only grows is among the first five causes that hot names' grows
echo "1..$number"
