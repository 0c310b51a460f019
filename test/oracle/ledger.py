"""ledger.py UNHEAP PROGRAM: ledgers of a real program, by process, by address and by cgroup: levels add
up, names are unique, the Go heap is what the program's runtime/metrics say, no line of the text is
wider than the terminal."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import time

import tap
from tap import check


def ledger(unheap, *words):
    done = subprocess.run([unheap, "ledger", "-json", *words], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def adds_up(document):
    rows = {row["name"]: row["bytes"] for row in document["rows"]}
    if len(rows) != len(document["rows"]) or not rows:
        return False
    sums = {}
    for row in document["rows"]:
        if row["of"] is not None:
            sums[row["of"]] = sums.get(row["of"], 0) + row["bytes"]
    wrong = {name: (rows.get(name), total) for name, total in sums.items() if rows.get(name) != total}
    for name, (said, total) in wrong.items():
        print(f"# {name}: {said}, its parts {total}")
    return not wrong


def text(unheap, columns, *words):
    """What a terminal of that width gets."""
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        os.execv(unheap, [unheap, "ledger", *words])
    out = b""
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.waitpid(pid, 0)
    return re.sub(r"\x1b\[[0-9;]*m", "", out.decode()).replace("\r", "")


def remove_group(group):
    """A cgroup is busy for a moment after its last process has ended."""
    for _ in range(600):
        try:
            os.rmdir(group)
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.1)


def main():
    unheap, program = sys.argv[1:3]
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    address = process.stdout.readline().strip()
    pid = str(process.pid)

    def own():
        process.stdin.write("\n")
        process.stdin.flush()
        return [int(word) for word in process.stdout.readline().split()]

    def resident():
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) * 1024
    before, resident_before = own(), resident()
    document = ledger(unheap, "-seconds", "0", pid)
    after, resident_after = own(), resident()
    rows = {row["name"]: row for row in document["rows"]}
    check("by process: levels add up", document["schema"] == "unheap.ledger/1" and adds_up(document))
    said = [rows["objects"]["bytes"], rows["unused in spans (fragmentation)"]["bytes"],
            rows["Go stacks"]["bytes"], rows["Go heap free, kept for reuse"]["bytes"]]
    close = all(min(a, b) - 300_000 <= value <= max(a, b) + 300_000
                for a, b, value in zip(before, after, said))
    print(f"# objects, unused, stacks, free: {said}; the program itself {before} to {after}")
    check("by process: what runtime/metrics say, within 300 kB", close)
    # The runtime may give memory back meanwhile, and not all counts of a page are up to date at once.
    ends = sorted((resident_before, resident_after))
    root = document["rows"][0]["bytes"] if document["rows"][0]["name"] == "resident memory" else ends[0]
    check("by process: the kernel's resident memory", ends[0] - 2_000_000 < root < ends[1] + 2_000_000)
    top = document["sites"][0]
    share = top["value"] / rows["live heap"]["bytes"]
    print(f"# first site {top['function']}:{top['line']}, {100 * share:.0f}% of what is live")
    check("by process: the line that holds it", top["function"] == "main.keep" and 0.9 < share < 1.1)
    for columns in (80, 100):
        lines = text(unheap, columns, "-seconds", "0", pid).split("\n")
        check(f"text at {columns} columns",
              lines and max(map(len, lines)) <= columns and any("Go heap in use" in one for one in lines))
    for path in ("", "/debug/vars", "/metrics", "/debug/pprof/heap?debug=1", "/debug/pprof/"):
        document = ledger(unheap, "-url", f"http://{address}{path}")
        names = {row["name"] for row in document["rows"]}
        check(f"by address: {path or '/'}",
              (path == "/metrics" or "objects" in names) and (path == "/metrics" or adds_up(document)))
    check("the load of now is told", text(unheap, 100, "-seconds", "1", pid).count("now ") == 1)
    group = f"/sys/fs/cgroup/memory/unheap-ledger-test-{os.getpid()}"
    if os.path.isdir("/sys/fs/cgroup/memory"):
        try:
            os.mkdir(group)
            with open(group + "/memory.limit_in_bytes", "w") as file:
                file.write("200000000")
            with open(group + "/cgroup.procs", "w") as file:
                file.write(pid)
            document = ledger(unheap, "-seconds", "0", "-cgroup", group)
            check("by cgroup: levels add up from the limit",
                  adds_up(document) and document["rows"][0]["bytes"] == 199999488)
            check("a GOMEMLIMIT is proposed", document["proposals"][0]["setting"] == "GOMEMLIMIT")
        except OSError as error:
            print(f"# no cgroup of our own here: {error}")
    process.stdin.close()
    process.wait()
    remove_group(group)
    tap.plan()
    return tap.failed > 0


sys.exit(main())
