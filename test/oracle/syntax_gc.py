"""Constructs and names of functions beside what gc says of them: syntax_gc.py DUMP PACKAGE...

Compiles the packages with -m=2. Each message "EXPR escapes to heap" or "does not escape" at a place
where EXPR is written has a construct of ours of that kind there. Not every message stands where the
expression is written (see ELSEWHERE; and a conversion that becomes an interface has two messages).
"can inline F" tells names of functions."""
import collections
import re
import subprocess
import sys

KINDS = [
    ("make_map", r"make\(map\["), ("make_slice", r"make\(\[\]"), ("new", r"new\("),
    ("composite", r"&[^ ]*\{.*\}$"), ("to_bytes", r"\(\[\]byte\)\("), ("to_runes", r"\(\[\]rune\)\("),
    ("to_string", r"string\("), ("func", r"func literal"), ("append", r"append$"),
    ("slice_literal", r"\[\].*\{(\.\.\.)?\}$"), ("map_literal", r"map\[.*\{(\.\.\.)?\}$"),
]
MESSAGE = re.compile(r"^(/\S+?\.go):(\d+):(\d+): (.*?) (?:escapes to heap|does not escape)"
                     r"(?: in .*)?:?$")
JUDGED = re.compile(r"^(/\S+?\.go):(\d+):(\d+): (?:can|cannot) inline (.+?)(?: with cost.*|: .*)$")
# What other positions such a message can have: an inlined call's, that of go and defer, of the range
# clause whose body became a function, of a generic function's name.
ELSEWHERE = {"call", "go", "defer"}
OTHER_PLACE = re.compile(rb"for |func ")


def kind_of(expression):
    for kind, pattern in KINDS:
        if re.match(pattern, expression):
            return kind
    return None


def without_arguments(name):
    """Type arguments of any depth as [...]."""
    out, depth = "", 0
    for c in name:
        depth += c == "["
        if depth == 0:
            out += c
        elif c == "[" and depth == 1:
            out += "[...]"
        depth -= c == "]"
    return out


def run(dump, what, files):
    text = subprocess.run([dump, what], input="\n".join(files) + "\n", capture_output=True, text=True,
                          errors="replace", check=True).stdout
    return text.splitlines()


def compare_constructs(lines, dump, files):
    ours, on_line = collections.defaultdict(set), collections.defaultdict(set)
    for line in run(dump, "constructs", files):
        match = re.match(r"^(\S+?):(\d+):(\d+): (\S+) ", line)
        if match:
            ours[match.groups()[:3]].add(match.group(4))
            on_line[match.groups()[:2]].add(match.group(4))
    sources = {name: open(name, "rb").read().split(b"\n") for name in files}
    hits, elsewhere, missed = 0, 0, []
    for line in sorted(set(lines)):
        match = MESSAGE.match(line)
        kind = kind_of(match.group(4)) if match else None
        if kind is None or "go.shape" in line:
            continue
        found = ours[match.groups()[:3]]
        name, number, column = match.group(1), int(match.group(2)), int(match.group(3))
        written = sources[name][number - 1][column - 1:]
        if kind in found:
            hits += 1
        elif (found & ELSEWHERE or OTHER_PLACE.match(written)
              or (kind == "to_string" and kind in on_line[match.groups()[:2]])):
            elsewhere += 1
        else:
            missed.append(line)
    return hits, elsewhere, missed


def compare_names(lines, dump, files):
    ours = {}
    for line in run(dump, "outline", files):
        match = re.match(r"^(\S+?):(\d+):(\d+): func (\S+) ", line)
        if match:
            ours[match.groups()[:3]] = match.group(4)
    right, wrong = 0, []
    for line in sorted(set(lines)):
        match = JUDGED.match(line)
        if not match or "wrap" in match.group(4) or "-range" in match.group(4):
            continue
        place, name = match.groups()[:3], without_arguments(match.group(4))
        # init functions and package-level literals are numbered through the package; copies made by
        # inlining carry their caller's name.
        if place not in ours or re.match(r"init\.", ours[place]) or "no function body" in line:
            continue
        if name == ours[place] or name.endswith("." + ours[place]):
            right += 1
        elif re.search(r"\.func\d.*\.func\d|\.\w+\.func\d|\)\.\w+\..*func|\.\w+\.\d", name):
            continue
        else:
            wrong.append(f"{line[:120]} is {ours[place]} to us")
    return right, wrong


def report(number, name, good, bad, note, least):
    share = 100 * good / max(1, good + len(bad))
    for line in bad[:5]:
        print("#", line[:160])
    print(f"{'ok' if share >= least else 'not ok'} {number} - {name}: {good} of {good + len(bad)} "
          f"agree ({share:.2f} %){note}")


def main():
    dump, packages = sys.argv[1], sys.argv[2:]
    text = subprocess.run(["go", "build", "-gcflags=-m=2", *packages], capture_output=True, text=True,
                          errors="replace", check=True).stderr
    lines = text.splitlines()
    files = sorted({m.group(1) for m in map(re.compile(r"^(/\S+?\.go):").match, lines) if m})
    hits, elsewhere, missed = compare_constructs(lines, dump, files)
    report(1, "constructs", hits, missed, f", {elsewhere} more stand elsewhere", 99)
    right, wrong = compare_names(lines, dump, files)
    report(2, "function names", right, wrong, "", 99.5)


main()
