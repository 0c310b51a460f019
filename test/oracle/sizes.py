"""sizes.py UNHEAP FOLDER: two programs without a heap profile: one that was linked without, and one whose
MemProfileRate is 0. Capture says so, and says objects by size; so does ledger. Of the quiet one they are
those of its own MemStats.BySize."""
import json
import os
import re
import subprocess
import sys

import tap
from tap import check


def own_sizes(process):
    """What the program says when it is asked: objects by size."""
    process.stdin.write("\n")
    process.stdin.flush()
    sizes = {}
    for line in process.stdout:
        if line.strip() == "end":
            return sizes
        if line.startswith("size"):
            name, value = line.split()
            sizes[int(name[4:])] = int(float(value))
    return sizes


def ask(unheap, verb, *words):
    return subprocess.run([unheap, verb, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def unlinked(unheap, folder):
    process = subprocess.Popen([os.path.join(folder, "unlinked")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    pid, path = str(process.pid), os.path.join(folder, "heap.pb.gz")
    for line in process.stdout:
        if line.strip() == "end":
            break
    for _ in range(20):  # until nothing happened meanwhile
        before = own_sizes(process)
        refused = ask(unheap, "capture", "-o", path, pid)
        ledger = json.loads(ask(unheap, "ledger", "-json", "-seconds", "0", pid).stdout)
        if before == own_sizes(process):
            break
    said = {one["size"]: one for one in ledger["sizes"]}
    check("capture refuses in words",
          refused.returncode == 1 and "linked without heap profiling" in refused.stderr and not os.path.exists(path))
    note = {int(size): int(objects) for objects, size in re.findall(r"(\d+) objects of (\d+) B", refused.stderr)}
    check(f"capture's sizes are MemStats.BySize: {note}",
          len(note) >= 3 and all(before.get(size, count) == count for size, count in note.items()))
    wrong = {size: (count, said.get(size, {}).get("objects", 0)) for size, count in before.items()
             if count != said.get(size, {}).get("objects", 0)}
    check(f"ledger's sizes are MemStats.BySize {wrong or ''}", not wrong and len(before) > 50)
    rows = {row["name"]: row["bytes"] for row in ledger["rows"]}
    check("together they are all objects", sum(one["bytes"] for one in ledger["sizes"]) == rows["objects"])
    text = ask(unheap, "ledger", "-seconds", "0", pid).stdout
    check("the ledger's text shows them", "over 32 kB" in text and "size of slot" in text)
    process.stdin.close()
    process.wait()


def rated(unheap, folder):
    """Does its work, then waits until its input ends."""
    process = subprocess.Popen([os.path.join(folder, "rated"), os.path.join(folder, "own")], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env={**os.environ, "GODEBUG": "memprofilerate=0"})
    process.stdout.readline()
    refused = ask(unheap, "capture", "-o", os.path.join(folder, "heap.pb.gz"), str(process.pid))
    check("MemProfileRate 0: capture says so, and sizes",
          refused.returncode == 1 and "MemProfileRate is 0" in refused.stderr and "objects of" in refused.stderr)
    process.stdin.close()
    process.wait()


def main():
    unheap, folder = sys.argv[1:]
    unlinked(unheap, folder)
    rated(unheap, folder)
    tap.plan()
    return tap.failed > 0


sys.exit(main())
