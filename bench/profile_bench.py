#!/usr/bin/env python3
"""Runs unheap's reading and adding up of a heap profile beside `go tool pprof -top` on the same file.

    profile_bench.py TOP_PROGRAM PPROF FILE...

Alternating runs (RUNS of them, 1 for files whose first pprof run takes over 20 s), median of the wall
times, largest peak of resident memory, as wait4 tells it. The total and the sums of every function
that pprof shows must be the same on both sides, or nothing is reported. (It shows those over half a
percent; of a text profile, *.txt, it reads no names.)
"""
import os
import re
import statistics
import subprocess
import sys
import time

RUNS = int(os.environ.get("RUNS", "5"))
TYPE = "inuse_space"
ROWS = "40"


def measure(command):
    """(seconds, peak MB, standard output) of one run."""
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit("failed: " + " ".join(command))
    return time.monotonic() - started, usage.ru_maxrss / 1024, text


def our_rows(text):
    rows = (line.split(" ", 2) for line in text.split("\n") if line and not line.startswith("total"))
    return {(int(flat), int(cum), name) for flat, cum, name in rows}


def pprof_rows(text):
    rows = set()
    for line in text.split("flat%", 1)[1].split("\n")[1:]:
        row = re.match(r"^ *(\d+)B? +\S+ +\S+ +(\d+)B? +\S+ +(.*?)(?: \((?:partial-)?inline\))?$", line)
        if row:
            rows.add((int(row.group(1)), int(row.group(2)), row.group(3)))
    return rows


def total(text):
    found = re.search(r"(?:^total (\d+)| of (\d+)B? total)", text, re.M)
    return found.group(1) or found.group(2)


def same_sums(path, ours, theirs):
    named = not path.endswith(".txt")
    return total(ours) == total(theirs) and (not named or pprof_rows(theirs) <= our_rows(ours))


def bench(program, pprof, path):
    ours, theirs = [], []
    top = [program, "-sample_index=" + TYPE, "-n=" + ROWS, path]
    other = [pprof, "-top", "-symbolize=none", "-unit=B", "-nodecount=" + ROWS,
             "-sample_index=" + TYPE, path]
    # All rows, to compare with; this also brings the file into the page cache.
    all_rows = measure(top[:2] + ["-n=1000000000", path])[2]
    while len(ours) < RUNS:
        ours.append(measure(top))
        theirs.append(measure(other))
        if theirs[0][0] > 20:
            break
    if not same_sums(path, all_rows, theirs[0][2]):
        sys.exit("%s: the sums differ from pprof's" % path)
    our_time = statistics.median(run[0] for run in ours)
    time_ = statistics.median(run[0] for run in theirs)
    our_peak, peak = max(run[1] for run in ours), max(run[1] for run in theirs)
    print("%-14s unheap %7.3f s %6.0f MB   pprof -top %7.2f s %6.0f MB   "
          "%5.0f times faster, %.2f of the memory (%d runs)"
          % (os.path.basename(path), our_time, our_peak, time_, peak, time_ / our_time,
             our_peak / peak, len(ours)))


def main():
    for path in sys.argv[3:]:
        bench(sys.argv[1], sys.argv[2], path)


main()
