#!/usr/bin/env python3
"""diff_bench.py UNHEAP PPROF OLD NEW: see diff_bench.sh. PPROF "-": unheap alone."""
import json
import os
import re
import subprocess
import sys
import time


def measure(command):
    """(seconds, peak MB, standard output) of one run."""
    started = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit("failed: " + " ".join(command))
    return time.monotonic() - started, usage.ru_maxrss / 1024, text


def main():
    unheap, pprof, old, new = sys.argv[1:]
    report = json.loads(measure([unheap, "diff", "-json", old, new])[2])
    change = report["new_total"] - report["old_total"]
    ours = min(measure([unheap, "diff", old, new])[:2] for _ in range(3))
    name = "%s, %d sites" % (os.path.basename(new), len(report["sites"]))
    if pprof == "-":
        print("%-28s unheap %7.3f s %6.0f MB" % (name, *ours))
        return
    seconds, peak, text = measure([pprof, "-top", "-symbolize=none", "-unit=B",
                                   "-sample_index=alloc_space", "-diff_base=" + old, new])
    shown = [int(flat) for flat in re.findall(r"^ *(-?\d+)B? +-?[0-9.]+% ", text, re.M)]
    deltas = {row["delta"] for row in report["functions"]}
    missing = [flat for flat in shown if flat and flat not in deltas]
    if not shown or missing:
        sys.exit("%s: changes differ from pprof's: %s" % (name, missing[:3]))
    print("%-28s unheap %7.3f s %6.0f MB   pprof %7.2f s %6.0f MB   %5.0f times faster, "
          "%.2f of the memory; total changed by %d, %d rows alike"
          % (name, *ours, seconds, peak, seconds / ours[0], ours[1] / peak, change, len(shown)))


main()
