#!/usr/bin/env python3
"""load_model.py UNHEAP SERVICE LOADGEN: what `unheap ledger` says of the collector under load, beside what
happens: the example service at several concurrencies. While it answers, two ledgers of one second each
say cycles a second and the processors' share; the runtime's own counters, between two looks around it in
the middle of the run, say what they were."""
import json
import os
import subprocess
import sys
import tempfile
import time


def ledger(unheap, pid, seconds):
    done = subprocess.run([unheap, "ledger", "-json", "-seconds", str(seconds), str(pid)],
                          stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def find_child(parent):
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                fields = open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                return int(name)
    return 0


def run(unheap, service, loadgen, concurrency, rate):
    with tempfile.TemporaryDirectory() as folder:
        load = subprocess.Popen([loadgen, "-service", service, "-out", folder, "-memory-limit", "0",
                                 "-concurrency", str(concurrency), "-rate", str(rate),
                                 "-requests", str(rate * 9)], stdout=subprocess.DEVNULL)
        time.sleep(2)
        pid = find_child(load.pid)
        before, first = ledger(unheap, pid, 1), time.time()
        said = ledger(unheap, pid, 1)
        time.sleep(1)
        after, last = ledger(unheap, pid, 1), time.time()
        load.wait()
    measured = (after["runtime"]["cycles"] - before["runtime"]["cycles"]) / (last - first)
    now = said["load"][0]
    busy = [one["runtime"]["cpu_gc"] - one["runtime"]["cpu_idle_mark"] for one in (before, after)]
    share = (busy[1] - busy[0]) / (after["runtime"]["cpu_total"] - before["runtime"]["cpu_total"])
    print(f"{concurrency:4} at once, {rate:5}/s: {now['allocation_rate'] / 2**20:7.1f} MB/s; cycles a second: "
          f"said {now['cycles_per_second']:6.2f}, measured {measured:6.2f}; GC CPU said "
          f"{100 * now['cpu_share']:5.2f}%, measured {100 * share:5.2f}%; heap peak {now['heap_peak'] / 2**20:.1f} MB", flush=True)
    return now


def main():
    unheap, service, loadgen, *other = sys.argv[1:]
    for concurrency, rate in ((4, 500), (16, 1500), (64, 3000)):
        run(unheap, service, loadgen, concurrency, rate)
        for one in other:
            run(unheap, one, loadgen, concurrency, rate)


main()
