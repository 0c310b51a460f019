#!/usr/bin/env python3
"""One report of `unheap prof` beside `go tool pprof` with the same flags on the same files, merged.

    prof_bench.py MEASURED UNHEAP PPROF NAME REPORT FILE...

Both must write the same bytes. RUNS runs of ours (3), one of pprof; with PPROF=no it is not asked.
It is stopped after GUARD_SECONDS (900) and gets GUARD_MB of memory (12000). Processor seconds (user
and system), wall seconds, peak of resident memory; the text goes through a pipe and is only hashed.
"""
import hashlib
import os
import resource
import signal
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
    """What one run took, what it wrote, and in `failed` why it did not end well."""

    def __init__(self, measured, command, guarded):
        figures_out, figures_in = os.pipe()
        started = time.monotonic()
        child = subprocess.Popen(
            ["bash", "-c", 'exec "$@" 3>&%d' % figures_in, "bash", measured] + command,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=[figures_in],
            start_new_session=True, preexec_fn=guard if guarded else None)
        os.close(figures_in)
        timer = threading.Timer(GUARD_SECONDS, os.killpg, [child.pid, signal.SIGKILL])
        timer.start()
        said = []
        reader = threading.Thread(target=lambda: said.append(child.stderr.read()))
        reader.start()
        digest = hashlib.md5()
        while piece := child.stdout.read(1 << 20):
            digest.update(piece)
        reader.join()
        status = child.wait()
        self.wall = time.monotonic() - started
        late = not timer.is_alive()
        timer.cancel()
        figures = os.fdopen(figures_out).read().split() or ["nan", "nan", "1"]
        self.cpu, self.peak = float(figures[0]), float(figures[1])
        self.digest = digest.hexdigest()
        self.failed = None
        if status:
            lines = said[0].decode(errors="replace").strip().splitlines() or ["status %d" % status]
            self.failed = "stopped after %d s" % GUARD_SECONDS if late else lines[0][:80]

    def __str__(self):
        return "%7.2f s (wall %7.2f) %5.0f MB" % (self.cpu, self.wall, self.peak)


def main():
    measured, unheap, pprof, name, report = sys.argv[1:6]
    files = sys.argv[6:]
    ours = [Run(measured, [unheap, "prof", report] + files, False) for _ in range(RUNS)]
    if ours[0].failed:
        sys.exit("%s %s: %s" % (name, report, ours[0].failed))
    own = sorted(ours, key=lambda run: run.cpu)[RUNS // 2]
    own.peak = max(run.peak for run in ours)
    line = "%-10s %-20s unheap %s" % (name, report, own)
    if os.environ.get("PPROF") == "no":
        print(line)
        return
    other = Run(measured, [pprof, report] + files, True)
    if other.failed:
        print("%s   pprof %s: %s" % (line, other, other.failed))
        return
    # Of a text profile pprof does not read the names.
    if other.digest != own.digest and not files[0].endswith(".txt"):
        sys.exit("%s %s: pprof writes something else" % (name, report))
    print("%s   pprof %s   %.0f times less work, %.0f times faster, %.3f of the memory"
          % (line, other, other.cpu / own.cpu,
             other.wall / statistics.median(run.wall for run in ours), own.peak / other.peak))


main()
