"""diff_runs.py UNHEAP SCRATCH: see diff_runs.sh. Prints TAP."""
import itertools
import json
import math
import os
import subprocess
import sys

RATE = 524288
SIZES = (16, 48, 128, 512, 2048, 8192, 32768, 131072, 524288)
SAMPLED = (3, 10, 40)  # expected number of sampled objects of a function
RATIOS = (0.5, 1, 1.25, 2, 3)
RUNS = 24              # of each ratio

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


def build(scratch):
    calls = "\n".join("\tf%d(count(%d))" % (number, count) for number, _, count in functions())
    source = HEAD % calls + "".join(FUNCTION % (number, size) for number, size, _ in functions())
    with open(os.path.join(scratch, "main.go"), "w", encoding="utf-8") as file:
        file.write(source)
    with open(os.path.join(scratch, "go.mod"), "w", encoding="utf-8") as file:
        file.write("module runs.test\n\ngo 1.22\n")
    subprocess.run(["go", "build", "-o", "program", "."], check=True, cwd=scratch)


def run(scratch, ratio, number):
    path = os.path.join(scratch, "%s-%d.pb.gz" % (ratio, number))
    subprocess.run([os.path.join(scratch, "program"), str(ratio), path], check=True)
    return path


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


def main():
    unheap, scratch = sys.argv[1:]
    build(scratch)
    runs = {ratio: [run(scratch, ratio, i) for i in range(RUNS)] for ratio in RATIOS}
    base, failed = runs[1], 0

    good = tried = 0
    for ratio in RATIOS:
        for old, new in zip(base, runs[ratio][1:] + runs[ratio][:1]):
            for i, n in enumerate(held(diff(unheap, old, new), ratio)):
                good, tried = (good + n, tried) if i == 0 else (good, tried + n)
    share = 100 * good / tried
    print("# the interval holds the true change in %.2f %% of %d" % (share, tried))
    failed |= check(1, 93 <= share <= 98, "coverage of single pairs")

    pairs = list(itertools.combinations(base, 2))
    found = [any(row["significant"] for row in diff(unheap, *pair)["sites"]) for pair in pairs]
    print("# %d of %d pairs of equal runs have anything significant" % (sum(found), len(pairs)))
    failed |= check(2, sum(found) <= len(pairs) // 25, "equal runs")

    good = tried = significant = 0
    for first in range(0, RUNS, 4):
        report = diff(unheap, *base[first:first + 4], "--", *runs[2][first:first + 4])
        for i, n in enumerate(held(report, 2)):
            good, tried = (good + n, tried) if i == 0 else (good, tried + n)
        significant += sum(row["significant"] for row in report["functions"])
    print("# four runs a side, times 2: held in %.1f %% of %d; %d significant"
          % (100 * good / tried, tried, significant))
    failed |= check(3, good >= 0.92 * tried and significant > tried // 2, "groups of runs")
    return failed


sys.exit(main())
