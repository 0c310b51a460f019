#!/usr/bin/env python3
"""load_model.py UNHEAP [RUNS]: what `unheap ledger -hot` says that a cause is worth under load, beside what
happens when the cause is really gone: the example service is built as it is and with one cause after the
other taken out, and each answers the same requests at several concurrencies.

In the middle of a run of the service as it is, a ledger says how it does and what each cause is worth.
Around it the runtime's own counters are read, and GODEBUG=gctrace=1 says how large the heap was when
collections ended; likewise in the same seconds of the runs without the causes.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

EXAMPLE = os.path.join(os.path.dirname(__file__), "..", "examples", "oom-service")
LOADS = ((4, 500), (16, 1500), (64, 3000))
SECONDS, WATCHED = 10, 4

# What is taken out: name, where hot finds the cause, and the text that goes and comes.
BODY = ("a body's buffer", "call.go:61", {
    "internal/api/call.go": [
        ("// body reads what", "var bufs = sync.Pool{New: func() any { b := make([]byte, readSize); return &b }}\n\n// body reads what"),
        ("\tbuf := make([]byte, readSize)\n", "\tpooled := bufs.Get().(*[]byte)\n\tdefer bufs.Put(pooled)\n\tbuf := *pooled\n")]})
REPORT = ("a report's rows", "render.go:41", {
    "internal/render/render.go": [
        ('"order,customer,region,placed,items,dearest,net,tax,total\\n"\n\tsum', '[]byte("order,customer,region,placed,items,dearest,net,tax,total\\n")\n\tout = append(make([]byte, 0, 128*(len(orders)+2)), out...)\n\tsum'),
        ("out += row(o)", "out = append(out, row(o)...)"),
        ('out += "sum," + Money(sum) + "\\n"\n\treturn out', 'out = append(out, "sum,"+Money(sum)+"\\n"...)\n\treturn unsafe.String(&out[0], len(out))'),
        ('import (', 'import (\n\t"unsafe"\n')]})
QUOTE = ("a quote", "quote.go:24", {
    "internal/order/quote.go": [
        ("\tq := &quote{}\n", "\tq := &quote{}\n\tq.fill(items, region)\n\treturn q\n}\n\nfunc (q *quote) fill(items []*Item, region string) {\n"),
        ("\tq.total = q.net + q.tax + q.shipping\n\treturn q\n", "\tq.total = q.net + q.tax + q.shipping\n")]})
FIELDS = ("a line's map, kept", "logline.go:86", {
    "internal/logline/logline.go": [
        ("Fields  map[string]string", "ms      string"), ('line.Fields["ms"]', "line.ms"),
        (", Fields: map[string]string{}}", "}"),
        ("\t\t\tline.Fields[key] = value\n", '\t\t\tif key == "ms" {\n\t\t\t\tline.ms = value\n\t\t\t}\n')]})
ALL = ("these four", None, {path: edits for one in (BODY, REPORT, QUOTE, FIELDS) for path, edits in one[2].items()})
CHANGES = (BODY, REPORT, QUOTE, FIELDS, ALL)


def build(folder, name, changes):
    """The service with texts exchanged, at FOLDER/NAME."""
    source = os.path.join(folder, "source-" + name)
    shutil.copytree(EXAMPLE, source)
    for path, edits in changes.items():
        with open(os.path.join(source, path)) as file:
            text = file.read()
        for old, new in edits:
            assert old in text, (path, old)
            text = text.replace(old, new, 1)
        with open(os.path.join(source, path), "w") as file:
            file.write(text)
    subprocess.run(["go", "build", "-buildvcs=false", "-o", os.path.join(folder, name), "./cmd/service"],
                   cwd=source, check=True, env={**os.environ, "CGO_ENABLED": "0", "GOWORK": "off"})
    return source


def ledger(unheap, pid, *words):
    done = subprocess.run([unheap, "ledger", "-json", *words, str(pid)], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def find_child(parent, program):
    """The child that runs the program, once there is one."""
    while True:
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{name}/stat") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
                if int(fields[1]) == parent and os.readlink(f"/proc/{name}/exe") == program:
                    return int(name)
            except OSError:
                continue
        time.sleep(0.05)


def heap_end(trace, last):
    """Heap at the end of the cycle after the last one that was counted, by gctrace, in MiB."""
    with open(trace, errors="replace") as file:
        found = re.findall(r"^gc (\d+) @.*, \d+->(\d+)->\d+ MB", file.read(), re.M)
    return max(int(end) for number, end in found if int(number) <= last + 1)


def run(unheap, folder, name, load, words):
    """Runs one build; returns what was measured, and what the ledger said meanwhile."""
    trace, script = os.path.join(folder, "trace"), os.path.join(folder, "start.sh")
    with open(script, "w") as file:
        file.write(f"#!/bin/sh\nGODEBUG=gctrace=1 exec {folder}/{name} \"$@\" 2>{trace}\n")
    os.chmod(script, 0o755)
    driver = subprocess.Popen([os.path.join(folder, "loadgen"), "-service", script, "-out", folder,
                               "-memory-limit", "0", "-concurrency", str(load[0]), "-rate", str(load[1]),
                               "-requests", str(load[1] * SECONDS)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pid = find_child(driver.pid, os.path.join(folder, name))
    time.sleep(3)
    first = ledger(unheap, pid, "-seconds", "0")["runtime"]
    first["at"] = time.time()
    said = ledger(unheap, pid, "-seconds", str(WATCHED), *words)
    last = ledger(unheap, pid, "-seconds", "0")["runtime"]
    last["at"] = time.time()
    time.sleep(1)
    driver.terminate()
    driver.wait()
    more = {key: last[key] - first[key] for key in last}
    seconds = more["cpu_total"] / last["processors"]
    return {"cycles": more["cycles"] / seconds,
            "share": (more["cpu_gc"] - more["cpu_idle_mark"]) / more["cpu_total"],
            "assist": more["cpu_assist"] / more["cpu_total"],
            "peak": heap_end(trace, last["cycles"]),
            "rate": more["allocated"] / (last["at"] - first["at"])}, said


def figures(said):
    return {"cycles": said["cycles_per_second"], "share": said["cpu_share"], "assist": said["assist_share"],
            "peak": said["heap_peak"] / 2**20}


def show(load, what, share, said, measured):
    cells = [f"{100 * one[key]:.2f} %" if key in ("share", "assist") else f"{one[key]:.2f}" if key == "cycles"
             else f"{one[key]:.0f} MB" for key in ("cycles", "share", "assist", "peak") for one in (said, measured)]
    print(f"| {load[0]} | {load[1]:,} | {what} | {share} | " + " | ".join(cells) + " |", flush=True)


def main():
    unheap = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        source = build(folder, "as-it-is", {})
        subprocess.run(["go", "build", "-buildvcs=false", "-o", os.path.join(folder, "loadgen"), "./cmd/loadgen"],
                       cwd=source, check=True)
        for number, change in enumerate(CHANGES):
            build(folder, f"without-{number}", change[2])
        hot = os.path.join(folder, "hot.json")
        with open(hot, "w") as file:
            subprocess.run([unheap, "hot", "-json", "-profile", "captured/before/heap.pb.gz", "./..."],
                           cwd=source, stdout=file, check=True)
        wanted = [one[1] for one in CHANGES if one[1]]
        with open(hot) as file:
            report = json.load(file)
        report["causes"] = [one for one in report["causes"]
                            if f"{os.path.basename(one['file'])}:{one['line']}" in wanted]
        with open(hot, "w") as file:
            json.dump(report, file)
        print("| at once | requests/s | without | bytes | cycles/s said | measured | GC CPU said | measured | "
              "assists said | measured | heap at the end of a cycle said | measured |\n"
              "|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
        for load in LOADS:
            now, said = run(unheap, folder, "as-it-is", load, ["-hot", hot])
            show(load, "(as it is)", "", figures(said["load"][0]), now)
            for number, (name, where, _) in enumerate(CHANGES):
                line = next(one for one in said["load"]
                            if (where is None and "without_all" in one) or
                            ("file" in one and where == f"{os.path.basename(one['file'])}:{one['line']}"))
                measured, _ = run(unheap, folder, f"without-{number}", load, [])
                less = 1 - measured["rate"] / now["rate"]
                show(load, name, f"-{100 * line['share']:.0f} % (-{100 * less:.0f} %)", figures(line), measured)


main()
