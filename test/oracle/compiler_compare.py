#!/usr/bin/env python3
"""How far do two texts of gc's diagnostics agree, line for line?

usage: compiler_compare.py NAME ORACLE OURS

Lines are compared as multisets per package: order is ignored, repeats count; explanations count too.
Prints a TAP line for each kind of message and exits with 1 when one of them differs.
"""
import collections
import re
import sys

KINDS = [  # the first that fits
    ("explanation", re.compile(r":   +(flow|from|warning)")),
    ("story", re.compile(r" (escapes to heap|leaks to) ?.*:$")),
    ("cost", re.compile(r": can inline .* with cost ")),
    ("can-inline", re.compile(r": can inline ")),
    ("cannot-inline", re.compile(r": cannot inline ")),
    ("call", re.compile(r": inlining call to ")),
    ("devirtualize", re.compile(r"devirtualizing ")),
    ("moved", re.compile(r"moved to heap: ")),
    ("escapes", re.compile(r" escapes to heap$")),
    ("stays", re.compile(r" does not escape$")),
    ("leak", re.compile(r": leaking param")),
    ("capture", re.compile(r" capturing by (value|ref): ")),
    ("zero-copy", re.compile(r": zero-copy ")),
    ("other", re.compile(r"")),
]


def read(path):
    kinds, package = collections.defaultdict(collections.Counter), "?"
    with open(path, encoding="utf-8", errors="surrogateescape") as lines:
        for line in lines:
            line = line.rstrip("\n")
            if line.startswith("# "):
                package = line
                continue
            kind = next(name for name, pattern in KINDS if pattern.search(line))
            kinds[kind][package, line] += 1
    return kinds


def main():
    name, oracle, ours = sys.argv[1], read(sys.argv[2]), read(sys.argv[3])
    failed = not oracle
    if not oracle:
        print("not ok - %s: the oracle says nothing" % name)
    for kind, _ in KINDS:
        left, right = oracle[kind], ours[kind]
        total = sum(left.values()) + sum(right.values())
        if total == 0:
            continue
        common = sum((left & right).values())
        same = 2 * common == total
        print("%s - %s: %s %d lines, agreement %.4f %%" % (
            "ok" if same else "not ok", name, kind, sum(left.values()), 200.0 * common / total))
        for (package, line), n in sorted(((left - right) + (right - left)).items())[:5]:
            print("# %d times only on one side: %s %s" % (n, package, line[:160]))
        failed |= not same
    return 1 if failed else 0


sys.exit(main())
