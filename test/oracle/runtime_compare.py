"""What is read of a quiet process from outside, beside what its own runtime/metrics and GCStats say
just before and just after: each value must lie between those two. Where one does not, and the process
was not quiet meanwhile (what it says before and after is not the same), both are asked again.

    runtime_compare.py DUMP PROGRAM
"""
import os
import subprocess
import sys

# ours: theirs (a sum of several); only names that this release has are compared.
NAMES = {
    "heap_objects": ["/memory/classes/heap/objects:bytes"],
    "heap_in_use": ["/memory/classes/heap/objects:bytes", "/memory/classes/heap/unused:bytes"],
    "heap_free": ["/memory/classes/heap/free:bytes"],
    "heap_released": ["/memory/classes/heap/released:bytes"],
    "stacks": ["/memory/classes/heap/stacks:bytes"],
    "system_stacks": ["/memory/classes/os-stacks:bytes"],
    "metadata": ["/memory/classes/metadata/mcache/free:bytes",
                 "/memory/classes/metadata/mcache/inuse:bytes",
                 "/memory/classes/metadata/mspan/free:bytes",
                 "/memory/classes/metadata/mspan/inuse:bytes",
                 "/memory/classes/metadata/other:bytes"],
    "profiling": ["/memory/classes/profiling/buckets:bytes"],
    "other": ["/memory/classes/other:bytes"],
    "total": ["/memory/classes/total:bytes"],
    "live": ["/gc/heap/live:bytes"],
    "goal": ["/gc/heap/goal:bytes"],
    "allocated": ["/gc/heap/allocs:bytes"],
    "freed": ["/gc/heap/frees:bytes"],
    "allocs": ["/gc/heap/allocs:objects", "/gc/heap/tiny/allocs:objects"],
    "frees": ["/gc/heap/frees:objects", "/gc/heap/tiny/allocs:objects"],
    "cycles": ["/gc/cycles/total:gc-cycles"],
    "forced": ["/gc/cycles/forced:gc-cycles"],
    "gogc": ["/gc/gogc:percent"],
    "memory_limit": ["/gc/gomemlimit:bytes"],
    "goroutines": ["goroutines"],
    "processors": ["/sched/gomaxprocs:threads"],
    "threads": ["/sched/threads/total:threads"],
    "stack_scan": ["/gc/scan/stack:bytes"],
    "globals_scan": ["/gc/scan/globals:bytes"],
    "cpu_assist": ["/cpu/classes/gc/mark/assist:cpu-seconds"],
    "cpu_background": ["/cpu/classes/gc/mark/dedicated:cpu-seconds"],
    "cpu_idle_mark": ["/cpu/classes/gc/mark/idle:cpu-seconds"],
    "cpu_pause": ["/cpu/classes/gc/pause:cpu-seconds"],
    "cpu_gc": ["/cpu/classes/gc/total:cpu-seconds"],
    "cpu_total": ["/cpu/classes/total:cpu-seconds"],
    "pause_total": ["pause_total"], "last_gc": ["last_gc"],
    **{f"pause{i}": [f"pause{i}"] for i in range(5)},
}
# Compared wherever a release says it at all; the rest is younger than Go 1.18.
ALWAYS = {"heap_objects", "heap_in_use", "heap_free", "heap_released", "stacks", "metadata", "total",
          "goal", "allocated", "cycles", "goroutines", "pause_total"}


def read_lines(stream):
    values = {}
    for line in stream:
        if line.strip() == "end":
            break
        name, value = line.split()
        values[name] = float(value)
    return values


def ask_process(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return read_lines(process.stdout)


def compare(ours, before, after):
    """What is wrong, and how many figures were compared."""
    wrong, compared = [], 0
    for name, theirs in NAMES.items():
        if not all(one in before for one in theirs):
            if name in ALWAYS:
                wrong.append(f"{name}: this release does not say it")
            continue
        compared += 1
        if name == "gogc" and before[theirs[0]] > 2**63:
            before[theirs[0]] = after[theirs[0]] = float(2**63)  # off
        ends = sorted(sum(values[one] for one in theirs) for values in (before, after))
        slack = 1e-9 * max(1.0, abs(ends[1])) if isinstance(ours[name], float) else 0
        if not ends[0] - slack <= ours[name] <= ends[1] + slack:
            wrong.append(f"{name}: {ours[name]:.17g}, the process says {ends[0]:.17g}"
                         + (f" to {ends[1]:.17g}" if ends[0] != ends[1] else ""))
    sizes = [name for name in before if name.startswith("size")]
    for name in sizes:
        ends = sorted((before[name], after[name]))
        # Go 1.18 counts spans that processors allocate from as full: some of 8 kB, after the last flush.
        slack = 0 if "/cpu/classes/total:cpu-seconds" in before else 10 * 8192 // int(name[4:])
        if not ends[0] <= ours.get(name, 0) <= ends[1] + slack:
            wrong.append(f"{name}: {ours.get(name, 0):.17g} objects, the process says {ends}")
    if not sizes or ours["bytes_by_size"] != ours["heap_objects"]:
        wrong.append(f"objects by size are {ours['bytes_by_size']} bytes, all {ours['heap_objects']}")
    return wrong, compared + len(sizes) + 1


def main():
    dump, program = sys.argv[1:3]
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        read_lines(process.stdout)
        for _ in range(20):
            before = ask_process(process)
            said = subprocess.run([dump, str(process.pid)], stdout=subprocess.PIPE, text=True, check=True)
            after = ask_process(process)
            wrong, compared = compare(read_lines(said.stdout.splitlines()), before, after)
            if not wrong or before == after:
                break
    finally:
        process.stdin.close()
        process.wait()
    environment = " ".join(f"{k}={os.environ[k]}" for k in ("GOGC", "GOMEMLIMIT") if k in os.environ)
    print(f"# {os.path.basename(program)} {environment}: {compared - len(wrong)} of {compared} figures agree")
    for line in wrong:
        print("#   " + line)
    return 1 if wrong else 0


sys.exit(main())
