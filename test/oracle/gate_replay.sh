#!/usr/bin/env bash
# The gate over released versions of public modules, against a second method (gate_replay.go): a
# full alignment of tokens, with sites from the compiler's logs. PAIRS says which: "module old new"
# a line; REPLAY=all takes the whole list below (some 15 minutes), else a few of it.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a
export GIT_COMMITTER_EMAIL=a@b GOFLAGS=-mod=mod

chain() { # MODULE VERSION...: consecutive pairs
    local module=$1
    shift
    for (( ; $# >= 2; )); do
        echo "$module $1 $2"
        shift
    done
}

few() {
    chain github.com/google/uuid v1.2.0 v1.3.0 v1.3.1
    chain github.com/gorilla/mux v1.7.3 v1.7.4 v1.8.0
    chain github.com/sirupsen/logrus v1.4.2 v1.5.0
    chain github.com/BurntSushi/toml v1.5.0 v1.6.0
}

all() {
    chain github.com/google/uuid v1.1.5 v1.2.0 v1.3.0 v1.3.1 v1.4.0 v1.5.0 v1.6.0
    chain github.com/go-chi/chi/v5 v5.0.0 v5.0.2 v5.0.7 v5.0.8 v5.0.10 v5.0.11 v5.0.12 v5.1.0 \
        v5.2.0 v5.2.1 v5.2.2 v5.2.3 v5.2.4 v5.2.5 v5.3.0
    chain github.com/sirupsen/logrus v1.4.2 v1.5.0 v1.6.0 v1.7.0 v1.8.1 v1.9.0 v1.9.3 v1.9.4 \
        v1.10.0 v1.10.1
    chain github.com/BurntSushi/toml v0.4.1 v1.0.0 v1.1.0 v1.2.0 v1.2.1 v1.3.0 v1.3.2 v1.4.0 v1.5.0 \
        v1.6.0
    chain github.com/gorilla/mux v1.6.2 v1.7.0 v1.7.1 v1.7.2 v1.7.3 v1.7.4 v1.8.0 v1.8.1
    chain github.com/spf13/cobra v1.4.0 v1.5.0 v1.6.0 v1.6.1 v1.7.0 v1.8.0 v1.8.1 v1.9.1 v1.10.0 \
        v1.10.1
    chain go.uber.org/zap v1.19.0 v1.19.1 v1.20.0 v1.21.0 v1.22.0 v1.23.0 v1.24.0 v1.25.0 v1.26.0 \
        v1.27.0 v1.28.0
}

# fetch MODULE@VERSION NAME: a copy of it, that can be written to.
fetch() {
    local dir
    dir=$(cd "$scratch" && go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p')
    [ -d "${dir:-/none}" ] || { echo "# $1 cannot be had"; return 1; }
    cp -R "$dir" "$scratch/$2" && chmod -R u+w "$scratch/$2" && rm -rf "${scratch:?}/$2/.git"
    (cd "$scratch/$2" && { [ -f go.mod ] || go mod init "${1%@*}"; } && go build ./...) \
        >"$scratch/err" 2>&1 || { echo "# $1 does not build"; head -3 "$scratch/err"; return 1; }
}

commit() { # NAME
    find . -mindepth 1 -maxdepth 1 ! -name .git -exec rm -rf {} +
    cp -R "../$1/." . && echo 'generated = true' >.unheap.toml
    git add -A -f . && git commit -qm "$1"
}

pair() { # MODULE OLD NEW
    rm -rf "$scratch/old" "$scratch/new" "$scratch/repo"
    fetch "$1@$2" old && fetch "$1@$3" new || return 1
    mkdir "$scratch/repo" && cd "$scratch/repo" && git init -q . || return 1
    commit old && commit new || return 1
    "$UNHEAP" gate -json -base-rev HEAD~1 ./... >"$scratch/gate.json" 2>"$scratch/err"
    local code=$?
    [ $code = 0 ] || [ $code = 3 ] || { echo "# the gate's exit is $code"; head -3 "$scratch/err"; return 1; }
    "$scratch/replay" ../old ../new "$scratch/gate.json" | sed "s|^|$1 $2 $3 |;s|^[^#]*#|#|"
}

go build -o "$scratch/replay" "$ROOT/test/oracle/gate_replay.go" || exit 1
if [ -n "${PAIRS:-}" ]; then list=$PAIRS; elif [ "${REPLAY:-}" = all ]; then list=$(all); else list=$(few); fi
wanted=$(wc -l <<<"$list") done=0
while read -r module old new; do
    (pair "$module" "$old" "$new") >"$scratch/told" || { cat "$scratch/told"; continue; }
    done=$((done + 1))
    tee -a "$scratch/all" <"$scratch/told"
done <<<"$list"
sum() { grep -o " $1=[0-9]*" "$scratch/all" | awk -F= '{ n += $2 } END { print n + 0 }'; }
unchanged=$(sum unchanged) recognised=$(sum recognised) sites=$(sum sites) gate=$(sum gate_sites)
echo "# $done pairs, $sites sites: $unchanged unchanged ($(sum moved_lines) on other lines)," \
    "$recognised recognised; $(sum edited) in edited statements; $(sum new) new to both," \
    "$(sum hidden) to the alignment only; $(sum fixed) gone for both, $(sum untold) for it only"
failed=0
tell() { if [ "$2" = 1 ]; then echo "ok $1 - $3"; else echo "not ok $1 - $3"; failed=1; fi; }
tell 1 $((done == wanted)) "all $wanted pairs could be compared"
tell 2 $((recognised * 100 >= unchanged * 99 && unchanged > 0)) \
    "at least 99 % of unchanged escapes are recognised: $recognised of $unchanged"
tell 3 $((gate * 100 >= sites * 99 && gate * 99 <= sites * 100)) \
    "gc's text and gc's logs give the same sites: $gate and $sites"
tell 4 $(($(sum hidden) * 100 <= sites)) "what is new does not hide behind what is gone"
echo "1..4"
exit $failed
