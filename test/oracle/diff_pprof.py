"""diff_pprof.py UNHEAP PPROF (OLD NEW)...: see diff_pprof.sh. Prints TAP and the agreement."""
import collections
import json
import re
import subprocess
import sys

TYPES = ("alloc_space", "alloc_objects", "inuse_space", "inuse_objects")
ROW = re.compile(r"^ *(-?\d+)B? +\S+ +\S+ +-?\d+B? +\S+ +(.*?)(?: \((?:partial-)?inline\))?$")


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True).stdout


def top(pprof, sample_type, *arguments):
    """Flat values that are not zero, by what pprof calls the row."""
    text = run(pprof, "-top", "-symbolize=none", "-unit=B", "-nodecount=100000", "-nodefraction=0",
               "-sample_index=" + sample_type, *arguments)
    rows = collections.Counter()
    for line in text.split("flat%", 1)[1].split("\n")[1:]:
        row = ROW.match(line)
        if row and int(row.group(1)):
            rows[row.group(2)] += int(row.group(1))
    return rows


def compare(unheap, pprof, sample_type, old, new):
    report = json.loads(run(unheap, "diff", "-json", "-sample_index=" + sample_type, old, new))
    functions = collections.Counter()
    for row in report["functions"]:
        if row["delta"]:
            functions[row["function"]] += row["delta"]
    pairs = [(functions, top(pprof, sample_type, "-diff_base=" + old, new))]
    for side, path in (("old", old), ("new", new)):
        lines = collections.Counter()
        for row in report["sites"]:
            line = row.get("old_line", row["line"]) if side == "old" else row["line"]
            if row[side]:
                lines[row["function"], line] += row[side]
        theirs = collections.Counter()
        for name, value in top(pprof, sample_type, "-lines", path).items():
            function, place = name.rsplit(" ", 1)
            theirs[function, int(place.rsplit(":", 1)[1])] += value
        pairs.append((lines, theirs))
    return pairs


def main():
    unheap, pprof, *paths = sys.argv[1:]
    all_rows = number = 0
    for old, new in zip(paths[::2], paths[1::2]):
        for sample_type in TYPES:
            number += 1
            wrong = []
            for ours, theirs in compare(unheap, pprof, sample_type, old, new):
                keys = set(ours) | set(theirs)
                all_rows += len(keys)
                wrong += ["%s: %d, pprof %d" % (key, ours[key], theirs[key])
                          for key in keys if ours[key] != theirs[key]]
            print("%s %d - %s: %s" % ("not ok" if wrong else "ok", number,
                                      "/".join(new.split("/")[-2:]), sample_type))
            for line in wrong[:5]:
                print("#", line)
            all_wrong.extend(wrong)
    print("# %d of %d rows have pprof's value" % (all_rows - len(all_wrong), all_rows))
    return bool(all_wrong)


all_wrong = []
sys.exit(main())
