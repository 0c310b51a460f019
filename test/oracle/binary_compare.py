#!/usr/bin/env python3
"""What `unheap bin -json` lists beside the Go tools.

    binary_compare.py calls EXECUTABLE        counts by (function, callee), and the line of each call,
                                              beside `go tool objdump`
    binary_compare.py types EXECUTABLE TEXT   types by (function, offset) beside gc's own listing (-S)
    binary_compare.py twin A B                the sites of two builds that differ in nothing but tables
    binary_compare.py dwarf EXECUTABLE SIZES  names and sizes of types beside DWARF (binary_dwarf.go)
"""
import collections
import json
import os
import re
import subprocess
import sys

CALLEES = re.compile(
    r'^(?:runtime\.(?:newobject|newarray|mallocgc\w*|makeslice\w*|growslice\w*|moveSlice\w*|makemap\w*|'
    r'mapassign\w*|makechan\w*|convT\w*|concatstring\w*|concatbyte\w*|intstring|slicebytetostring|'
    r'slicerunetostring|stringtoslicebyte|stringtoslicerune|newproc|deferproc\w*|deferrangefunc)|'
    r'reflect\.(?:unsafe_New|unsafe_NewArray|makemap|makechan|mapassign\w*|growslice)|'
    r'internal/reflectlite\.unsafe_New|internal/bytealg\.MakeNoZero|'
    r'internal/runtime/maps\.(?:newobject|newarray))(?:\.abi0)?$')
MAIN = re.compile(r'^runtime\.(newobject|makeslice|growslice)')


# Go functions since 1.21, that call those whose names end in 0.
NEWER = {'reflect.mapassign', 'reflect.mapassign_faststr'}


def report_of(executable):
    text = subprocess.run([os.environ.get('UNHEAP', 'build/unheap'), 'bin', '-json', executable],
                          capture_output=True, check=True).stdout
    return json.loads(text)


def sites_of(executable):
    return report_of(executable)['sites']


def type_name(text):
    """Without what a type descriptor does not tell: the number of a type declared in a function (also
    of an embedded one, which then has its field's name before it), and the compiler's mark of types
    without equality. The dots of a path's end are escaped in symbols."""
    text = re.sub(r'(?:[\w./%-]+\.)?(\w+) = (\*?(?:[\w./%-]+\.)?\1·\d+)', r'\2', text)
    return re.sub(r'·\d+', '', text).replace('noalg.', '').replace('%2e', '.')


def plain(symbol):
    return symbol.removesuffix('.abi0').removeprefix('local.')


def objdump(executable):
    """(function, callee) -> list of "file:line". A plugin's functions have a second name, for calls
    that stay within it, and are listed under each."""
    calls, functions = collections.defaultdict(list), set()
    process = subprocess.Popen(['go', 'tool', 'objdump', executable], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True, errors='replace')
    function = None
    for line in process.stdout:
        if line.startswith('TEXT '):
            function = line[5:].rsplit('(SB)', 1)[0]
            functions.add(function)
            continue
        found = re.search(r'\t(CALL|JMP) (\S.*)\(SB\)\s*$', line)
        if found and CALLEES.match(plain(found[2])) and not (
                found[1] == 'JMP' and plain(found[2]) == plain(function)):
            calls[function, plain(found[2])].append(line.split()[0])
    process.wait()
    result = collections.defaultdict(list)
    for (function, callee), places in calls.items():
        if not (function.startswith('local.') and plain(function) in functions):
            result[plain(function), callee] += places
    return result


def verdict(good, text):
    print(('ok - ' if good else 'not ok - ') + text, flush=True)
    return 0 if good else 1


def rate(sites):
    counts = collections.Counter(s['status'] for s in sites if MAIN.match(s['callee']))
    total = sum(counts.values())
    return 100 * counts['resolved'] / total if total else 100.0, total


def shortened(calls):
    """The linker of Go 1.19 writes type arguments in pclntab as "[...]"."""
    result = collections.defaultdict(list)
    for (function, callee), places in calls.items():
        result[re.sub(r'\[.*\]', '[...]', function), callee] += places
    return result


def compare_calls(executable):
    theirs = objdump(executable)
    ours = collections.defaultdict(list)
    report = report_of(executable)
    sites = report['sites']
    if int(re.match(r'go1\.(\d+)', report['go_version'])[1]) > 20:
        theirs = {key: places for key, places in theirs.items() if key[1] not in NEWER}
    if any('[...]' in site['function'] for site in sites):
        theirs = shortened(theirs)
    for site in sites:
        ours[site['function'], site['callee']].append(
            '%s:%d' % (site['file'].rsplit('/', 1)[-1], site['line']))
    different = [key for key in theirs.keys() | ours.keys()
                 if len(theirs.get(key, ())) != len(ours.get(key, ()))]
    lines = sum((collections.Counter(ours[key]) - collections.Counter(theirs.get(key, ()))).total()
                for key in ours)
    for key in different[:5]:
        print('#', key, len(theirs.get(key, ())), 'by objdump,', len(ours.get(key, ())), 'by us')
    share, total = rate(sites)
    return verdict(
        not different and lines == 0 and share >= 99,
        '%s: %d calls, %d pairs of function and callee, %d pairs differ, %d lines differ; %.2f %% of '
        '%d newobject, makeslice, growslice resolved' % (
            os.path.basename(executable), len(sites), len(theirs), len(different), lines, share,
            total))


def compare_types(executable, text):
    """gc prints each instruction with its offset: the last type loaded before a call is its type."""
    wanted = {}
    function = last = None
    for line in open(text, errors='replace'):
        head = re.match(r'^(\S.*?) STEXT ', line)
        if head:
            function, last = head[1], None
            continue
        part = re.match(r'^\t0x[0-9a-f]+ (\d+) \(.*?\)\t(\S+)\t(.*)$', line)
        if not part:
            continue
        load = re.search(r'type:(.*)\(SB\)', part[3])
        if load:
            last = type_name(load[1])
        call = re.match(r'runtime\.(newobject|makeslice|growslice)\w*\(SB\)', part[3])
        if part[2] == 'CALL' and call and last:
            wanted[function, int(part[1])] = last
        if part[2] in ('CALL', 'RET', 'JMP'):
            last = None
    ours = {(s['function'], s['offset']): s['type'] for s in sites_of(executable)
            if s['status'] == 'resolved'}
    both = [key for key in wanted if key in ours]
    wrong = [key for key in both if wanted[key] != ours[key]]
    for key in wrong[:5]:
        print('#', key, 'gc:', wanted[key], 'ours:', ours[key])
    return verdict(not wrong and both, '%s: %d calls with their type in gc\'s listing, %d wrong' % (
        os.path.basename(executable), len(both), len(wrong)))


def compare_twin(one, other):
    def key(site):
        return (site['function'], site['callee'], site['type'], site['size'], site['count'],
                site['line'], len(site['inlined']), site['status'])
    first, second = (collections.Counter(map(key, sites_of(path))) for path in (one, other))
    different = (first - second).total() + (second - first).total()
    return verdict(different == 0, '%s and %s: %d sites, %d differ' % (
        os.path.basename(one), os.path.basename(other), first.total(), different))


def compare_dwarf(executable, sizes):
    known = collections.defaultdict(set)
    for line in open(sizes):
        size, name = line.rstrip('\n').split(' ', 1)
        known[type_name(name)].add(int(size))
    checked, made, absent, wrong = 0, 0, [], []
    for name, size in {(s['type'], s['size']) for s in sites_of(executable)
                       if s['type'] and MAIN.match(s['callee'])}:
        if name not in known:
            # What the compiler makes for closures and literals, and no variable has, is not in DWARF.
            if re.match(r'struct { F uintptr|\[\d+\]', name):
                made += 1
            else:
                absent.append(name)
            continue
        checked += 1
        if size not in known[name]:
            wrong.append(name)
    for name in wrong[:5]:
        print('# wrong size:', name, known[name])
    for name in absent[:5]:
        print('# not in DWARF:', name)
    # A type that is only allocated and converted to an interface may have been dropped from DWARF.
    return verdict(not wrong and checked > made and len(absent) * 1000 <= checked,
                   '%s: %d types have the name and size DWARF has, %d another size, %d names are not '
                   'in DWARF, and %d of closures and literals' % (
                       os.path.basename(executable), checked - len(wrong), len(wrong), len(absent),
                       made))


COMMANDS = {'calls': compare_calls, 'types': compare_types, 'twin': compare_twin,
            'dwarf': compare_dwarf}
sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
