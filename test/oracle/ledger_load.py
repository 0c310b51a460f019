"""ledger_load.py UNHEAP PROGRAM SOURCE REPORT: a ledger of a program says what is gained when one of two
causes goes; then the program runs without it. Compared is what does not depend on how fast the machine is:
the goal of the heap, and how many collections the same work takes."""
import json
import os
import subprocess
import sys

import tap
from tap import check

# A cycle ends between 70 % of its room (the trigger, mgcpacer.go) and its end, and what is allocated while
# it marks lives once longer; so the same room is used up to a different extent by two programs.
SLACK = 1.7


def line_of(source, mark):
    with open(source, encoding="utf-8") as file:
        return next(n for n, text in enumerate(file, 1) if text.rstrip().endswith("// " + mark))


def cause(ident, function, source, line, share):
    site = {"id": "s" + ident, "function": function, "file": source, "line": line, "value": 100}
    return site, {"id": ident, "text": "make([]byte, size) in " + function, "file": source, "line": line,
                  "share": share, "parts": [{"site": "s" + ident, "value": 100}]}


def write_report(source, path):
    pairs = [cause("c1", "main.waste", source, line_of(source, "B"), 5 / 6),
             cause("c2", "main.keepC", source, line_of(source, "C"), 0)]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"schema": "unheap.hot/1", "sample_type": "alloc_space", "sites": [one for one, _ in pairs],
                   "causes": [one for _, one in pairs]}, file)


def run(unheap, program, without, words):
    """One round of work; the ledger after it, and how many collections the work took."""
    process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env={**os.environ, "WITHOUT": without, "GOGC": "100", "GOMEMLIMIT": "off"})

    def ledger(*more):
        done = subprocess.run([unheap, "ledger", "-json", "-seconds", "0", *more, str(process.pid)],
                              stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)
    process.stdout.readline()
    before = ledger()["runtime"]
    process.stdin.write("\n")
    process.stdin.flush()
    process.stdout.readline()
    after = ledger(*words)
    process.stdin.close()
    process.wait()
    more = {key: after["runtime"][key] - before[key] for key in ("cycles", "forced", "allocated")}
    return after, more["cycles"] - more["forced"], more["allocated"]


def main():
    unheap, program, source, report = sys.argv[1:]
    write_report(source, report)
    said, cycles, allocated = run(unheap, program, "", ["-hot", report])
    now = said["load"][0]
    check("the goal is twice what is live", abs(now["goal"] / (2 * now["live"]) - 1) < 0.05)
    measured = allocated / cycles
    print(f"# as it is: {now['bytes_per_cycle']} bytes a cycle said, {measured:.0f} measured")
    check("as it is: bytes a cycle", 1 / SLACK < measured / now["bytes_per_cycle"] < SLACK)
    for name, ident in (("b", "c1"), ("c", "c2")):
        line = next(one for one in said["load"] if one.get("without_cause") == ident)
        after, fewer, _ = run(unheap, program, name, [])
        goal = after["runtime"]["goal"]
        print(f"# without {ident}: goal {line['goal']} said, {goal} measured")
        check(f"without {ident}: the goal", abs(line["goal"] / goal - 1) < 0.02)
        wanted = (1 - line["share"]) * now["bytes_per_cycle"] / line["bytes_per_cycle"]
        print(f"# without {ident}: {wanted:.2f} times the collections said, {fewer / cycles:.2f} measured "
              f"({cycles} to {fewer})")
        check(f"without {ident}: collections for the same work", 1 / SLACK < fewer / cycles / wanted < SLACK)
    tap.plan()
    return tap.failed > 0


sys.exit(main())
