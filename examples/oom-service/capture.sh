#!/usr/bin/env bash
# capture.sh DIR: makes the files in captured/ anew. The programs are built into DIR and run from
# there, for a profile names the program's path: take a DIR that says nothing about the machine,
# such as /opt/oom-service. What DIR holds afterwards may be removed.
set -eu
cd "$(dirname "$0")"
[ $# -eq 1 ] || {
    echo "usage: capture.sh DIR" >&2
    exit 2
}
dir=$1
mkdir -p "$dir"
export CGO_ENABLED=0 GOWORK=off

go build -trimpath -buildvcs=false -pgo=off -o "$dir/before" ./cmd/service
go build -trimpath -buildvcs=false -pgo=off -o "$dir/after" ./fixed/cmd/service
go build -trimpath -buildvcs=false -pgo=off -o "$dir/loadgen" ./cmd/loadgen

for variant in before after; do
    mkdir -p "captured/$variant"
    "$dir/loadgen" -service "$dir/$variant" -name "$variant" -out "captured/$variant"
done

# With several main packages go build writes no program, only the compiler's words.
go build -trimpath -buildvcs=false -pgo=off -gcflags=all=-m=2 ./cmd/service ./fixed/cmd/service \
    2>"$dir/diagnostics.txt"
zstd -19 -q -f "$dir/diagnostics.txt" -o captured/diagnostics.txt.zst

# Nothing in the fixtures may name a place of this machine.
for file in captured/*/*.gz captured/*.zst; do
    case $file in
    *.gz) gzip -dc "$file" ;;
    *.zst) zstd -dcq "$file" ;;
    esac | LC_ALL=C grep -aoE "($HOME|$PWD|$(go env GOROOT)|${TMPDIR:-/tmp})/[^ :]*" | sort -u |
        sed "s|^|$file names |"
done
du -ch captured | tail -n 1
