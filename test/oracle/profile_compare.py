#!/usr/bin/env python3
"""Compares what unheap reads from profiles with what `go tool pprof` reads.

    profile_compare.py DUMP_PROGRAM FOLDER...

FOLDER holds profiles of profile_make.go, or any profiles (*.gz, *.pb, *.txt). For each one, and for
pairs of them merged and subtracted, these are compared as multisets:

  samples   values, object size, labels and frames (function, file, line, start, inlined) of `-raw`
  lines     flat and cumulative sums by function, file and line of `-top -lines`, each sample type
  text      a text profile with the protobuf of the same moment (pprof reads no names from text)

One TAP line each; the last line counts the cells that agree.
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(" ".join(command) + ": " + done.stderr.strip())
    return done.stdout


def pprof(*args):
    return run("go", "tool", "pprof", "-symbolize=none", *args)


# A profile here is (types, samples): samples is a list of (values, bytes, labels, stack), a stack a
# tuple of locations, a location a tuple of frames (function, file, line, start).


# ---- go tool pprof -raw ----

FRAME = re.compile(r"^(?:(.*) )?(\S+|/.*|):(-?\d+):(-?\d+) s=(-?\d+)(?:\(.*\))?$")


def raw_frame(text):
    name, file, line, _, start = FRAME.match(text).groups()
    return name or "", file, int(line), int(start)


def raw_locations(lines):
    locations, frames = {}, None
    for line in lines:
        head = re.match(r"^ *(\d+): 0x[0-9a-f]+ (?:M=\d+ )?(?:F )?(.*)$", line)
        text = head.group(2) if head else line
        if head:
            frames = locations[int(head.group(1))] = []
        if text.strip():
            frames.append(raw_frame(text.strip()))
    return {number: tuple(frames) for number, frames in locations.items()}


def raw_labels(text):
    """{key: [values]} of "key:[a b] other:[c]"; texts in quotes."""
    return re.findall(r"(\S+):\[([^\]]*)\]", text)


def read_raw(args):
    lines = pprof("-raw", *args).split("\n")
    at = lines.index("Samples:")
    types = re.sub(r"\[dflt\]", "", lines[at + 1]).split()
    end = lines.index("Locations", at)
    mappings = lines.index("Mappings", end)
    locations = raw_locations(lines[end + 1:mappings])
    samples = []
    for line in lines[at + 2:end]:
        head = re.match(r"^((?: *-?\d+)+): ?([\d ]*)$", line)
        if head:
            values = tuple(int(v) for v in head.group(1).split())
            stack = tuple(locations[int(n)] for n in head.group(2).split())
            samples.append([values, 0, [], stack])
            continue
        for key, value in raw_labels(line.strip()):
            if key == "bytes":
                samples[-1][1] = int(value)
            else:
                samples[-1][2].append((key, value))
    return types, [(v, b, tuple(sorted(l)), s) for v, b, l, s in samples]


# ---- our dump ----

QUOTED = r'"((?:[^"\\]|\\.)*)"'


def unquote(text):
    return re.sub(r"\\(x..|.)", lambda m: chr(int(m.group(1)[1:], 16)) if m.group(1)[0] == "x"
                  and len(m.group(1)) == 3 else m.group(1), text)


def dump_frame(text):
    name, file, line, start = re.match(
        QUOTED + " " + QUOTED + r":(-?\d+)(?::\d+)?(?: start (-?\d+))?$", text).groups()
    return unquote(name), unquote(file), int(line), int(start or 0)


def dump_stack(lines):
    stack, location = [], []
    for text in lines:
        if text == "(no symbol)":
            stack.append(())
            continue
        inlined = text.startswith("(inlined) ")
        location.append(dump_frame(text[10:] if inlined else text))
        if not inlined:
            stack.append(tuple(location))
            location = []
    return tuple(stack)


def dump_sample(head, frames):
    numbers = re.match(r"^sample((?: -?\d+)*)(?: bytes=(-?\d+))?(.*)$", head)
    labels = []
    for key, text, number in re.findall(QUOTED + r"=(?:" + QUOTED + r"|(-?\d+\S*))",
                                        numbers.group(3)):
        labels.append((unquote(key), unquote(text) if not number else number))
    return (tuple(int(v) for v in numbers.group(1).split()), int(numbers.group(2) or 0),
            tuple(sorted(labels)), dump_stack(frames))


def read_dump(program, args):
    types, samples, head, frames = [], [], None, []
    for line in run(program, *args).split("\n"):
        if line.startswith("type "):
            types.append(line[5:])
        elif line.startswith("  "):
            frames.append(line[2:])
        else:
            if head:
                samples.append(dump_sample(head, frames))
            head, frames = (line if line.startswith("sample") else None), []
    return types, samples


# ---- comparing ----

def add(sums, key, values):
    old = sums.get(key)
    sums[key] = tuple(a + b for a, b in zip(old, values)) if old else tuple(values)


def merged(samples):
    """Samples that are one (P3) added up; zeros are left out, as pprof leaves some and not others."""
    sums = {}
    for values, size, labels, stack in samples:
        add(sums, (size, labels, stack), values)
    return {key: values for key, values in sums.items() if any(values)}


def line_text(frame):
    return "%s %s:%d" % frame[:3] if frame[0] else "<unknown>"


def line_sums(samples, types):
    """{(line text, type): (flat, cum)}, as -top -lines has it."""
    sums = {}
    for values, _, _, stack in samples:
        frames = [line_text(frame) for location in stack for frame in location]
        for index, kind in enumerate(types):
            for frame in set(frames):
                flat = values[index] if frame == frames[0] else 0
                add(sums, (frame, kind), (flat, values[index]))
    return {key: sums[key] for key in sums if any(sums[key])}


def top_number(text):
    return int(re.sub(r"[A-Za-z]+$", "", text))


def top_sums(args, types):
    def top(kind):
        name, unit = kind.split("/")
        unit = {"bytes": "B", "nanoseconds": "ns"}.get(unit, "count")
        return pprof("-top", "-lines", "-nodecount=1000000", "-nodefraction=0", "-edgefraction=0",
                     "-unit=" + unit, "-sample_index=" + name, *args)

    sums = {}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        texts = list(pool.map(top, types))
    for kind, text in zip(types, texts):
        for line in text.split("flat%", 1)[1].split("\n")[1:]:
            row = re.match(r"^ *(\S+) +\S+ +\S+ +(\S+) +\S+ +(.*?)(?: \((?:partial-)?inline\))?$",
                           line)
            if row:
                add(sums, (row.group(3), kind), (top_number(row.group(1)), top_number(row.group(2))))
    return {key: sums[key] for key in sums if any(sums[key])}


class Report:
    def __init__(self):
        self.cases = self.cells = self.agreeing = self.bad = 0

    def compare(self, name, ours, theirs):
        keys = ours.keys() | theirs.keys()
        cells = sum(len(theirs.get(key) or ours[key]) for key in keys)
        differing = [key for key in keys if ours.get(key) != theirs.get(key)]
        agreeing = cells - sum(len(theirs.get(key) or ours[key]) for key in differing)
        self.cases += 1
        self.cells += cells
        self.agreeing += agreeing
        good = not differing and cells > 0
        self.bad += not good
        print("%s %d - %s: %d of %d cells" % ("ok" if good else "not ok", self.cases, name,
                                              agreeing, cells))
        for key in differing[:3]:
            print("#   ours %s, pprof %s: %s" % (ours.get(key), theirs.get(key), str(key)[:300]))


def totals(types, samples):
    sums = {}
    for values, size, _, _ in samples:
        add(sums, size, values)
        for kind, value in zip(types, values):
            add(sums, kind, (value,))
    return {key: values for key, values in sums.items() if any(values)}


def check(report, program, name, args):
    types, samples = read_dump(program, args)
    raw_types, raw = read_raw(args)
    report.compare(name + " types", dict.fromkeys(types, (1,)), dict.fromkeys(raw_types, (1,)))
    if any(a.endswith(".txt") for a in args):
        # pprof has no names for text profiles: totals, by object size too, are what can be compared
        report.compare(name + " totals", totals(types, samples), totals(raw_types, raw))
        return
    report.compare(name + " samples", merged(samples), merged(raw))
    report.compare(name + " lines", line_sums(samples, types), top_sums(args, raw_types))


def without_starts(samples):
    """What a text profile knows: no first lines of functions, and no type arguments."""
    def known(frame):
        return re.sub(r"\[.*\]", "[...]", frame[0]), frame[1], frame[2], 0
    return [(values, size, labels, tuple(tuple(known(frame) for frame in location)
                                         for location in stack))
            for values, size, labels, stack in samples if not is_writer(stack)]


def is_writer(stack):
    """Of the text writer's own allocations the two forms show other frames: the leaf is a function of
    the runtime inlined into printStackRecord, and protomem.go asks FuncForPC with the address after
    the call, which still names the inlined one, so that it hides printStackRecord too."""
    return any(frame[0] == "runtime/pprof.writeHeapInternal" for at in stack for frame in at)


def check_text(report, program, folder, number):
    text = os.path.join(folder, "heap%d.txt" % number)
    binary = os.path.join(folder, "heap%d.pb.gz" % number)
    ours = merged(without_starts(read_dump(program, [text])[1]))
    theirs = merged(without_starts(read_raw([binary])[1]))
    report.compare("%s/heap%d.txt with the protobuf" % (os.path.basename(folder), number), ours,
                   theirs)


def check_old_forms(report, program, folder, scratch):
    """The same buckets under headers of other writers and rates."""
    with open(os.path.join(folder, "heap1.txt")) as file:
        text = file.read()
    for word in ("heap/2", "heap/200000", "heap/1048576", "heap_v2/524288", "heapz_v2/4096",
                 "heapprofile", "heap_v2"):
        path = os.path.join(scratch, re.sub(r"\W", "_", word) + ".txt")
        with open(path, "w") as file:
            file.write(re.sub(r"@ heap/\d+", "@ " + word, text, count=1))
        check(report, program, os.path.basename(folder) + " as " + word, [path])


def is_profile(path):
    with open(path, "rb") as file:
        return not path.endswith(".txt") or file.read(13) == b"heap profile:"


def check_folder(report, program, folder):
    base = os.path.basename(os.path.normpath(folder))
    profiles = sorted(path for end in ("gz", "pb", "txt")
                      for path in glob.glob(os.path.join(folder, "*." + end)) if is_profile(path))
    for path in profiles:
        check(report, program, base + "/" + os.path.basename(path), [path])
    if not os.path.exists(os.path.join(folder, "heap2.txt")):
        return
    one, two = (os.path.join(folder, "heap%d.pb.gz" % n) for n in (1, 2))
    check(report, program, base + " merged", [one, two, one])
    check(report, program, base + " subtracted", ["-base", one, two])
    check(report, program, base + " subtracted from less", ["-base", two, one])
    check_text(report, program, folder, 1)
    check_text(report, program, folder, 2)
    check_old_forms(report, program, folder, os.environ.get("TMPDIR", "/tmp"))


def main():
    report = Report()
    for folder in sys.argv[2:]:
        check_folder(report, sys.argv[1], folder)
    print("profiles: %d of %d cells agree with go tool pprof, in %d comparisons" %
          (report.agreeing, report.cells, report.cases))
    sys.exit(report.bad > 0 or report.cases == 0)


main()
