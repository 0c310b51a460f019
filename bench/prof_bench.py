#!/usr/bin/env python3
"""Runs reports of `unheap prof` beside `go tool pprof` with the same flags on the same files.

    prof_bench.py UNHEAP PPROF NAME REPORT FILE...

One report of the files merged; what comes out must be the same bytes, or nothing is reported. RUNS
runs of ours (3), one of pprof, which is not asked with PPROF=no and is stopped after GUARD_SECONDS
(900) or beyond GUARD_MB of memory (12000). Processor seconds (user and system), wall seconds, peak of
resident memory. Text goes through a pipe and is only hashed.
"""
import hashlib
import os
import resource
import statistics
import subprocess
import sys
import threading
import time

RUNS = int(os.environ.get("RUNS", "3"))
GUARD_SECONDS = int(os.environ.get("GUARD_SECONDS", "900"))
GUARD_MB = int(os.environ.get("GUARD_MB", "12000"))


def guard():
    resource.setrlimit(resource.RLIMIT_AS, (GUARD_MB << 20, GUARD_MB << 20))


class Run:
    """One run: cpu, wall, peak (MB), digest, and how it ended."""

    def __init__(self, command, guarded):
        started = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 preexec_fn=guard if guarded else None)
        timer = threading.Timer(GUARD_SECONDS, child.kill)
        timer.start()
        said = []
        reader = threading.Thread(target=lambda: said.append(child.stderr.read()))
        reader.start()
        digest, self.bytes = hashlib.md5(), 0
        while piece := child.stdout.read(1 << 20):
            digest.update(piece)
            self.bytes += len(piece)
        reader.join()
        _, status, usage = os.wait4(child.pid, 0)
        late = not timer.is_alive()
        timer.cancel()
        self.wall = time.monotonic() - started
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss / 1024
        self.digest = digest.hexdigest()
        self.failed = None
        if status:
            lines = said[0].decode(errors="replace").strip().splitlines() or ["status %d" % status]
            self.failed = "stopped after %d s" % GUARD_SECONDS if late else lines[0][:80]

    def __str__(self):
        return "%8.3f s cpu %8.3f s wall %6.0f MB" % (self.cpu, self.wall, self.peak)


def middle(runs):
    return sorted(runs, key=lambda run: run.cpu)[len(runs) // 2]


def main():
    unheap, pprof, name, report = sys.argv[1:5]
    files = sys.argv[5:]
    ours = [Run([unheap, "prof", report] + files, False) for _ in range(RUNS)]
    if ours[0].failed:
        sys.exit("%s %s: %s" % (name, report, ours[0].failed))
    own = middle(ours)
    own.peak = max(run.peak for run in ours)
    line = "%-12s %-14s unheap %s" % (name, report, own)
    if os.environ.get("PPROF") == "no":
        print(line)
        return
    other = Run([pprof, report] + files, True)
    if other.failed:
        print("%s   pprof %s: %s" % (line, other, other.failed))
        return
    if other.digest != own.digest:
        sys.exit("%s %s: pprof's output is another" % (name, report))
    print("%s   pprof %s   %.0f times less work, %.0f times faster, %.3f of the memory"
          % (line, other, other.cpu / own.cpu,
             other.wall / statistics.median(run.wall for run in ours), own.peak / other.peak))


main()
