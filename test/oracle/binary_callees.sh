#!/usr/bin/env bash
# binary_callees.sh: src/binary/callees.h against the runtime's own sources here. What the compiler may
# call (typecheck/_builtin/runtime.go) and what ends in mallocgc, newobject or the like must be in the
# list; and what the list names for this release must exist. GO_VERSIONS="1.18.10 1.23.12" asks other
# releases, where the go command can get them.
set -u
cd "$(dirname "$0")/../.." || exit 1
failed=0
for version in ${GO_VERSIONS:-}; do
    GOTOOLCHAIN=go$version GO_VERSIONS='' bash "$0" || failed=1
done
python3 - "$(go env GOROOT)/src" "$(go env GOVERSION)" <<'PYTHON' || failed=1
import glob
import os
import re
import sys

source, version = sys.argv[1], int(re.match(r'go1\.(\d+)', sys.argv[2])[1])
rows = []
for row in re.findall(r'X\("([^"]+)", (\d+), (\d+)', open('src/binary/callees.h').read()):
    if int(row[1]) <= version <= int(row[2]):
        rows.append(row[0])


def listed(symbol):
    return any(symbol == row or (row[-1] == '*' and symbol.startswith(row[:-1])) for row in rows)


# Functions of the runtime with the calls in their bodies; a linkname gives one its other name.
calls, names, folders = {}, {}, ('runtime', 'internal/runtime/maps')
for folder in folders:
    for path in glob.glob(os.path.join(source, folder, '*.go')):
        if path.endswith('_test.go'):
            continue
        text = open(path).read()
        for local, other in re.findall(r'^//go:linkname (\w+) (\S+)$', text, re.M):
            names[local] = other
        for name, body in re.findall(r'^func (\w+)\([^\n]*\{\n(.*?)^\}', text, re.M | re.S):
            calls.setdefault(name, set()).update(re.findall(r'(?<![.\w])(\w+)\(', body))
        for name, body in re.findall(r'^func (\w+)\([^\n]*\{ (.*) \}$', text, re.M):
            calls.setdefault(name, set()).update(re.findall(r'(?<![.\w])(\w+)\(', body))

# A program that fails may allocate on its way out.
for name in list(calls):
    if re.match(r'throw|fatal|panic|goPanic|gopanic|print|badmorestack|asan|msan|race', name):
        del calls[name]
allocating = {'mallocgc', 'newobject', 'newarray'}
while True:
    more = {name for name, called in calls.items() if called & allocating} - allocating
    if not more:
        break
    allocating |= more

paths = [os.path.join(source, 'cmd/compile/internal/typecheck', folder, 'runtime.go')
         for folder in ('_builtin', 'builtin')]  # until 1.20 without the bar
builtin = open([path for path in paths if os.path.exists(path)][0]).read()
callable_ = set(re.findall(r'^func (\w+)\(', builtin, re.M))
# What may allocate as a side matter, and is no call for an allocation: caches of type switches, the
# machinery of panics and channels, profiling and printing.
aside = {'typeAssert', 'interfaceSwitch', 'gopanic', 'chanrecv1', 'chanrecv2', 'chansend1', 'closechan',
         'selectgo', 'selectnbsend', 'selectnbrecv', 'block', 'mapdelete', 'mapclear', 'assertE2I',
         'assertE2I2', 'assertI2I', 'assertI2I2', 'convI2I', 'mapIterStart', 'mapIterNext',
         'gorecover', 'goschedguarded', 'addCovMeta'}
missing = sorted(name for name in callable_ & allocating
                 if not listed('runtime.' + name) and name not in aside and
                 not re.match(r'panic|goPanic|throw|print|race|msan|asan|checkptr|map(access|delete)|'
                              r'unsafes|libfuzzer', name))
known = {'runtime.' + name for name in set(calls) | callable_}
known |= {names.get(name, '') for name in names}
for path in ('reflect', 'internal/reflectlite', 'internal/bytealg', 'internal/runtime/maps'):
    for file in glob.glob(os.path.join(source, path, '*.go')):
        known |= {path + '.' + name for name in re.findall(r'^func (\w+)\(', open(file).read(), re.M)}
absent = [row for row in rows if not any(
    name == row or (row[-1] == '*' and name.startswith(row[:-1])) for name in known)]
for name in missing:
    print('# allocates, and is not in the list: runtime.' + name)
for row in absent:
    print('# in the list, and not in this runtime: ' + row)
good = not missing and not absent and len(callable_ & allocating) > 20
print('%s - %s: %d functions that the compiler calls allocate, %d missing in the list; %d entries, %d '
      'of nothing' % ('ok' if good else 'not ok', sys.argv[2], len(callable_ & allocating),
                      len(missing), len(rows), len(absent)))
sys.exit(not good)
PYTHON
exit "$failed"
