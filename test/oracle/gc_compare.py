"""gc_compare.py TRUTH JSON: what the runtime counted beside what `unheap gc -json` says of the run.

Ends with 2 when only the pauses differ. The trace's phase begins just before the runtime starts to stop
the world, which is where PauseTotal begins (runtime.gcStart, stopTheWorldWithSema): a thread that loses
its processor between the two makes them differ by as long as that takes, so another run is asked then."""
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
if abs(summary["pause_total"] - truth["pause_total"]) > room:
    print("# another pause:", summary["pause_total"], truth)
    sys.exit(2)
print("# %d cycles, pauses %.6f s, the runtime says %.6f s"
      % (truth["cycles"], summary["pause_total"], truth["pause_total"]))
