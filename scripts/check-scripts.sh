#!/usr/bin/env bash
# check-scripts.sh: shellcheck over all shell scripts of the project.
set -u
cd "${ROOT:-$(dirname "$0")/..}" || exit 1
mapfile -t scripts < <(find scripts test .ci -name '*.sh' -o -path .ci/run | LC_ALL=C sort)
shellcheck --external-sources --severity=warning "${scripts[@]}" && echo "scripts: ${#scripts[@]}, no findings"
