"""gc_compare.py TRUTH JSON: what the runtime counted beside what `unheap gc -json` says of the run."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    truth = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    got = json.load(file)
summary = got["summary"]
for name in ("cycles", "forced", "processors"):
    assert summary[name] == truth[name], (name, summary[name], truth[name])
assert len(got["cycles"]) == truth["cycles"]
assert [one["number"] for one in got["cycles"]] == list(range(1, truth["cycles"] + 1))
# The runtime sums what a pause took for the program, the trace prints when its phases began and
# ended, with two or three digits (runtime.fmtNSAsMS).
room = 0.1 * truth["pause_total"] + 20e-6 * truth["cycles"]
assert abs(summary["pause_total"] - truth["pause_total"]) <= room, (summary["pause_total"], truth)
print("# %d cycles, pauses %.6f s, the runtime says %.6f s"
      % (truth["cycles"], summary["pause_total"], truth["pause_total"]))
