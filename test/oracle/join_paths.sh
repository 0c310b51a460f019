#!/usr/bin/env bash
# join_paths.sh: the checkout is often not where the binary was built. Builds the module
# test/join/worlds in one folder, analyses its profiles with a checkout in another one, and asks for
# the same causes each time. Prints the agreement.
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
unheap=${UNHEAP:-$root/build/unheap}
export GOFLAGS=-buildvcs=false
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
right=0
asked=0

# build SOURCES COMMAND OUT [GO_FLAGS...]: builds and runs one command; its profile goes to OUT.
build() {
    local sources=$1 command=$2 out=$3
    shift 3
    (cd "$sources/worlds" && go build "$@" -o "$work/program" "./cmd/$command") &&
        "$work/program" "$out"
}

copy_to() {
    mkdir -p "$1" && cp -R test/join/worlds test/join/worlds_dep "$1"
}

# diagnose SOURCES OUT [GO_FLAGS...]
diagnose() {
    local sources=$1 out=$2
    shift 2
    (cd "$sources/worlds" && go build "$@" -gcflags=all=-m=2 -o "$work/bin/" ./... 2>"$out")
}

# hot ARGUMENTS...: in the checkout.
hot() {
    (cd "$work/checkout/worlds" && "$unheap" hot "$@" ./...)
}

# ask NAME WANTED PROFILE [ARGUMENTS...]: the causes are those in the file WANTED.
ask() {
    local name=$1 wanted=$2 profile=$3
    shift 3
    asked=$((asked + 1))
    hot -json -profile "$work/$profile" -diagnostics "$work/text" "$@" 2>"$work/said" |
        python3 test/join/brief.py >"$work/brief" 2>>"$work/said"
    if diff -u --label wanted --label "$name" "$work/$wanted" "$work/brief"; then
        right=$((right + 1))
    else
        cat "$work/said"
    fi
}

# ask_told NAME STATUS TEXT PROFILE: ends with STATUS, and a message has TEXT.
ask_told() {
    asked=$((asked + 1))
    hot -profile "$4" -diagnostics "$work/text" >"$work/said" 2>&1
    local status=$?
    if [ $status = "$2" ] && grep -q "$3" "$work/said"; then
        right=$((right + 1))
    else
        echo "$1: status $status, wanted $2 and \"$3\":"
        head -5 "$work/said"
    fi
}

copy_to "$work/build/ci"
copy_to "$work/checkout"
diagnose "$work/checkout" "$work/text" || exit 1

cat >"$work/server" <<'EOF'
alloc_space: 100.0% explained, adds up; matched 100%
  54% library_call cmd/server/main.go:19 call of keep.(*Ring).Add
  46% stored_in_global internal/store/store.go:16 &store.Order{...} stored in the global orders[o.ID & 255]
EOF
cat >"$work/worker" <<'EOF'
alloc_space: 100.0% explained, adds up; matched 100%
 100% stored_in_global cmd/worker/main.go:18 new(task) stored in the global tasks[id & 63]
EOF

build "$work/checkout" server "$work/here.pb.gz"
ask "built in the checkout" server here.pb.gz

build "$work/build/ci" server "$work/ci.pb.gz"
ask "built in another folder" server ci.pb.gz

build "$work/build/ci" server "$work/trimmed.pb.gz" -trimpath
ask "built with -trimpath" server trimmed.pb.gz

build "$work/build/ci" worker "$work/worker.pb.gz"
ask "the other main package" worker worker.pb.gz

build "$work/build/ci" worker "$work/worker_trimmed.pb.gz" -trimpath
ask "the other main package with -trimpath" worker worker_trimmed.pb.gz

python3 test/join/rewrite.py "$work/ci.pb.gz" "$work/goroot.pb.gz" \
    "$(go env GOROOT)/=/opt/sdk/go1.26/" "$work/build/ci/=/src/"
ask "another GOROOT" server goroot.pb.gz

for command in server worker; do
    build "$work/build/ci" $command "$work/named.pb.gz"
    python3 test/join/rewrite.py "$work/named.pb.gz" "$work/flat_$command.pb.gz" \
        "$work/build/ci/worlds/cmd/$command/=/app/"
    ask "$command in a folder of no name" $command flat_$command.pb.gz
done

sed 's/matched 100%/matched 100% by -map/' "$work/server" >"$work/mapped"
ask "mapped" mapped ci.pb.gz -map "$work/build/ci=$work/checkout"

(cd "$work/build/ci/worlds" && go mod vendor) &&
    build "$work/build/ci" server "$work/vendored.pb.gz" -mod=vendor
ask "built with vendor/" server vendored.pb.gz

mv "$work/text" "$work/text.module"
cp -R "$work/build/ci/worlds/vendor" "$work/checkout/worlds/"
diagnose "$work/checkout" "$work/text" -mod=vendor
ask "built and diagnosed with vendor/" server vendored.pb.gz
ask "only diagnosed with vendor/" server ci.pb.gz
rm -r "$work/checkout/worlds/vendor"
mv "$work/text.module" "$work/text"

ask_told "another program" 1 'join-foreign' \
    "$root/examples/oom-service/captured/before/heap.pb.gz"

# Later commits: the checkout has lines that the program had not.
sed -i '1a //\n//\n//' "$work/checkout/worlds/internal/store/store.go"
diagnose "$work/checkout" "$work/text"
ask_told "lines moved in a file that only stores" 0 'stored in the global orders' "$work/ci.pb.gz"
cp test/join/worlds/internal/store/store.go "$work/checkout/worlds/internal/store/"
sed -i '15i func other() *Order { return \&Order{} }' "$work/checkout/worlds/cmd/server/main.go"
sed -i '15i func another() {\n}' "$work/checkout/worlds/cmd/server/main.go"
sed -i 's/\*Order/*store.Order/; s/&Order/\&store.Order/' "$work/checkout/worlds/cmd/server/main.go"
diagnose "$work/checkout" "$work/text" || cat "$work/text"
ask_told "lines moved in a file that allocates" 1 'different commits' "$work/ci.pb.gz"

echo "join of profiles and checkouts in other places: $right of $asked agree"
[ "$right" = "$asked" ]
