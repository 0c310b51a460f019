"""diff_runs.py UNHEAP SCRATCH [record]: see diff_runs.sh. Prints TAP."""
import itertools
import json
import math
import os
import re
import subprocess
import sys

import prof_foreign

RATE = 524288
SIZES = (16, 48, 128, 512, 2048, 8192, 32768, 131072, 524288)
SAMPLED = (3, 10, 40)  # expected number of sampled objects of a function
RATIOS = (0.5, 1, 1.25, 2, 3)
RUNS = 24              # of each ratio
RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "diff_runs.txt")

HEAD = """package main

import (
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
)

var sink any

func main() {
	ratio, _ := strconv.ParseFloat(os.Args[1], 64)
	count := func(n float64) int { return int(n*ratio + 0.5) }
%s
	for range 3 {
		runtime.GC() // what is sampled shows after the cycles that follow
	}
	file, err := os.Create(os.Args[2])
	if err != nil {
		panic(err)
	}
	if err := pprof.Lookup("allocs").WriteTo(file, 0); err != nil {
		panic(err)
	}
}
"""
FUNCTION = """
//go:noinline
func f%d(n int) {
	for range n {
		sink = new([%d]byte)
	}
}
"""


def functions():
    """Number, size and count of each function of the program."""
    for number, (size, sampled) in enumerate(itertools.product(SIZES, SAMPLED)):
        yield number, size, round(sampled / -math.expm1(-size / RATE))


# ---- Go's own runs ----

def build(scratch):
    calls = "\n".join("\tf%d(count(%d))" % (number, count) for number, _, count in functions())
    source = HEAD % calls + "".join(FUNCTION % (number, size) for number, size, _ in functions())
    with open(os.path.join(scratch, "main.go"), "w", encoding="utf-8") as file:
        file.write(source)
    with open(os.path.join(scratch, "go.mod"), "w", encoding="utf-8") as file:
        file.write("module runs.test\n\ngo 1.22\n")
    subprocess.run(["go", "build", "-o", "program", "."], check=True, cwd=scratch)


def run(scratch, ratio):
    """Objects and bytes of each function, as Go says them in a new run."""
    path = os.path.join(scratch, "run.pb.gz")
    subprocess.run([os.path.join(scratch, "program"), str(ratio), path], check=True)
    text = subprocess.run(["go", "tool", "pprof", "-raw", path], check=True, capture_output=True,
                          text=True).stdout
    names = dict(re.findall(r"^ *(\d+): 0x\S+ M=\d+ main\.f(\d+) ", text, re.M))
    said = [(0, 0)] * len(list(functions()))
    for objects, space, first in re.findall(r"^ *(\d+) +(\d+) +\d+ +\d+: (\d+) ", text, re.M):
        if first in names:
            said[int(names[first])] = int(objects), int(space)
    return said


def scaled(size, seen):
    """What Go writes for so many sampled objects (runtime/pprof, scaleHeapSample)."""
    scale = 1 / (1 - math.exp(-size / RATE))
    return int(seen * scale), int(seen * size * scale)


def unscaled(said):
    """How many objects of each function were sampled; None where Go does not scale as we do."""
    seen = []
    for (_, size, _), values in zip(functions(), said):
        guess = round(values[1] / size * -math.expm1(-size / RATE))
        seen.append(guess if values == scaled(size, guess) else None)
    return seen


def record(scratch):
    version = subprocess.run(["go", "env", "GOVERSION"], check=True, capture_output=True, text=True)
    with open(RECORDED, "w", encoding="utf-8") as file:
        file.write("# %s, `diff_runs.py UNHEAP SCRATCH record`: the ratio of a run, and how many objects\n"
                   "# of f0, f1, ... were sampled in it.\n" % version.stdout.strip())
        for ratio in RATIOS:
            for _ in range(RUNS):
                print(ratio, *unscaled(run(scratch, ratio)), file=file)


# ---- recorded ones ----

def write_profile(path, seen):
    writer = prof_foreign.Writer((("alloc_objects", "count"), ("alloc_space", "bytes"),
                                  ("inuse_objects", "count"), ("inuse_space", "bytes")),
                                 default="alloc_space", rate=RATE)
    writer.mapping(1, 0x400000, 0x500000, "/src/runs/program")
    writer.function(1, "main.main", "/src/runs/main.go", 12)
    writer.location(1, [(1, 14)], 1, 0x400100)
    for number, size, _ in functions():
        if seen[number]:
            writer.function(number + 2, "main.f%d" % number, "/src/runs/main.go", 50 + 7 * number)
            writer.location(number + 2, [(number + 2, 52 + 7 * number)], 1, 0x410000 + 64 * number)
            writer.sample([number + 2, 1], (*scaled(size, seen[number]), 0, 0), [("bytes", size)])
    writer.save(path)
    return path


def recorded(scratch):
    """{ratio: [path of a profile]}"""
    runs = {ratio: [] for ratio in RATIOS}
    with open(RECORDED, encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                ratio, *seen = line.split()
                paths = runs[float(ratio)]
                path = os.path.join(scratch, "%s-%d.pb.gz" % (ratio, len(paths)))
                paths.append(write_profile(path, [int(word) for word in seen]))
    return runs


def diff(unheap, *arguments):
    out = subprocess.run([unheap, "diff", "-json", *arguments], check=True, stdout=subprocess.PIPE)
    return json.loads(out.stdout)


def held(report, ratio):
    """How many of the functions' true changes their intervals hold, of how many."""
    truths = {"main.f%d" % number: size * (math.floor(count * ratio + 0.5) - count)
              for number, size, count in functions()}
    tried = good = 0
    for row in report["functions"]:
        if row["function"] in truths:
            slack = 2 * (row["old_samples"] + row["new_samples"])  # Go's roundings
            tried += 1
            good += row["low"] - slack <= truths[row["function"]] <= row["high"] + slack
    return good, tried


def check(number, good, what):
    print("%s %d - %s" % ("ok" if good else "not ok", number, what), flush=True)
    return not good


def check_record(number, scratch):
    """The Go of today samples as the recorded one did, and scales as we do."""
    seen = unscaled(run(scratch, 1))
    if None in seen:
        return check(number, False, "what Go writes is not what write_profile writes")
    wanted = len(SIZES) * sum(SAMPLED)
    print("# today's Go sampled %d objects, %d are expected" % (sum(seen), wanted))
    return check(number, abs(sum(seen) - wanted) < 8 * math.sqrt(wanted), "as recorded")


def main():
    unheap, scratch = sys.argv[1:3]
    build(scratch)
    if sys.argv[3:] == ["record"]:
        record(scratch)
        return 0
    runs = recorded(scratch)
    base, failed = runs[1], check_record(1, scratch)

    good = tried = 0
    for ratio in RATIOS:
        for old, new in zip(base, runs[ratio][1:] + runs[ratio][:1]):
            for i, n in enumerate(held(diff(unheap, old, new), ratio)):
                good, tried = (good + n, tried) if i == 0 else (good, tried + n)
    share = 100 * good / tried
    print("# the interval holds the true change in %.2f %% of %d" % (share, tried))
    failed |= check(2, 94 <= share <= 98, "coverage of single pairs")

    pairs = list(itertools.combinations(base, 2))
    found = [any(row["significant"] for row in diff(unheap, *pair)["sites"]) for pair in pairs]
    print("# %d of %d pairs of equal runs have anything significant" % (sum(found), len(pairs)))
    failed |= check(3, sum(found) <= len(pairs) // 25, "equal runs")

    good = tried = significant = 0
    for first in range(0, RUNS, 4):
        report = diff(unheap, *base[first:first + 4], "--", *runs[2][first:first + 4])
        for i, n in enumerate(held(report, 2)):
            good, tried = (good + n, tried) if i == 0 else (good, tried + n)
        significant += sum(row["significant"] for row in report["functions"])
    print("# four runs a side, times 2: held in %.1f %% of %d; %d significant"
          % (100 * good / tried, tried, significant))
    failed |= check(4, good >= 0.92 * tried and significant > tried // 2, "groups of runs")
    return failed


sys.exit(main())
