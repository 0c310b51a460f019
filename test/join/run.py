#!/usr/bin/env python3
"""Agreement of `unheap hot` with programs whose truth is known.

Each folder beside this file is one Go program that allocates known amounts with every allocation
sampled (runtime.MemProfileRate = 1) and says in comments what the answer must be, on the line that
must be named:

    // cause: CATEGORY[|CATEGORY] SHARE [text "..."] [without "..." in its story]
    // site: KIND VERDICT SHARE [size N] [ambiguous]
    // elsewhere: CATEGORY SHARE     (causes outside the program's own folder, together)

SHARE is "40%" (within 2 points) or "35..45%"; several facts on one line are separated by ";"; the
category "any" is any of them. A cause or a site of more than 2 points that no comment names is
wrong as well, the latter only in programs that name sites. Beyond that each program must satisfy:
causes add up to what is explained, explained and unexplained to the total, the total is that of
`go tool pprof -raw`, and all is explained.

--freeze DIR keeps profiles and the compiler's text of the packages that matter, so that --frozen DIR
needs no Go: no source of the standard library is looked at then, so a little may stay unexplained.

usage: run.py [--unheap FILE] [--work DIR] [--show] [--freeze DIR | --frozen DIR] [PROGRAM...]
"""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

import rewrite

HERE = os.path.dirname(os.path.abspath(__file__))
POINTS = 2.0
UNEXPLAINED_WHEN_FROZEN = 0.5  # percent
# Programs of which most bytes are on lines of the standard library, and the packages that the others
# need the compiler's words of.
NOT_FROZEN = {"json_marshal", "library_calls", "library_object", "passed_on", "timers"}
FROZEN_PACKAGES = {"bytes", "container/list", "errors", "fmt", "internal/fmtsort", "strconv", "strings",
                   "sync", "unicode/utf8"}

Fact = collections.namedtuple("Fact", "kind file line names low high rest")


def parse_share(word):
    numbers = [float(n) for n in word.rstrip("%").split("..")]
    if len(numbers) == 1:
        return numbers[0] - POINTS, numbers[0] + POINTS
    return numbers[0], numbers[1]


def parse_fact(text, file, line):
    match = re.match(r"\s*(cause|site|elsewhere): (.*?) ([\d.]+%)(.*)$", text)
    if not match:
        return None
    kind, names, share, rest = match.groups()
    low, high = parse_share(share)
    return Fact(kind, file, line, names, low, high, rest)


def sources(program):
    for folder, _, names in sorted(os.walk(os.path.join(HERE, program))):
        for name in sorted(names):
            if name.endswith(".go"):
                yield os.path.relpath(os.path.join(folder, name), HERE)


def read_facts(program):
    facts = []
    for path in sources(program):
        with open(os.path.join(HERE, path), encoding="utf-8") as source:
            for number, text in enumerate(source, 1):
                comment = text.partition("// ")[2]
                if not re.search(r"\b(cause|site|elsewhere): ", comment):
                    continue
                for part in comment.split(";"):
                    fact = parse_fact(part, path, number)
                    if fact is None:
                        sys.exit(f"{path}:{number}: cannot read {part!r}")
                    facts.append(fact)
    return facts


def place(row):
    return f"{row['file']}:{row['line']}"


def describe(cause, total):
    share = 100.0 * cause["value"] / total
    return f"{place(cause)} {cause['category']} {share:.1f}% {cause['text']}"


def matches_cause(fact, cause, total):
    share = 100.0 * cause["value"] / total
    text = re.search(r'text "(.*?)"', fact.rest)
    unwanted = re.search(r'without "(.*?)"', fact.rest)
    return ((fact.names == "any" or cause["category"] in fact.names.split("|")) and
            fact.low <= share <= fact.high and
            (text is None or text.group(1) in cause["text"]) and
            (unwanted is None or
             not any(unwanted.group(1) in step["text"] for step in cause["story"])))


def matches_site(fact, site, total):
    share = 100.0 * site["value"] / total
    size = re.search(r"size (\d+)", fact.rest)
    return (f"{site['kind']} {site['verdict']}" == fact.names and
            fact.low <= share <= fact.high and
            site["ambiguous"] == ("ambiguous" in fact.rest) and
            (size is None or site.get("size") == int(size.group(1))))


def here(fact, row):
    return row["file"] == fact.file and row["line"] == fact.line


def is_elsewhere(fact, row):
    return (fact.kind == "elsewhere" and row.get("category") == fact.names and
            not row["file"].startswith(os.path.dirname(fact.file) + "/"))


def elsewhere(fact, report):
    values = [row["value"] for row in report["causes"] if is_elsewhere(fact, row)]
    return 100.0 * sum(values) / report["total"]


class Tally:
    """Agreement per category."""

    def __init__(self):
        self.right = collections.Counter()
        self.asked = collections.Counter()

    def add(self, names, right):
        name = names.split("|")[0]
        self.asked[name] += 1
        self.right[name] += right

    def show(self):
        for name in sorted(self.asked):
            print(f"  {name:28} {self.right[name]} of {self.asked[name]}")
        print(f"agreement: {sum(self.right.values())} of {sum(self.asked.values())}")


def check_facts(facts, report, tally):
    """Complaints about causes and sites."""
    total = report["total"]
    found = []
    tests = {"cause": ("causes", matches_cause), "site": ("sites", matches_site)}
    for fact in facts:
        if fact.kind == "elsewhere":
            right = fact.low <= elsewhere(fact, report) <= fact.high
        else:
            rows, test = tests[fact.kind]
            right = any(here(fact, row) and test(fact, row, total) for row in report[rows])
        tally.add("site " + fact.names if fact.kind == "site" else fact.names, right)
        if not right:
            found.append(f"missing {fact.kind} {fact.file}:{fact.line} {fact.names} "
                         f"{fact.low:.1f}..{fact.high:.1f}%{fact.rest}")
    for kind, (rows, _) in tests.items():
        named = [fact for fact in facts if fact.kind == kind]
        for row in report[rows]:
            if (100.0 * row["value"] / total > POINTS and (named or kind == "cause") and
                    not any(here(fact, row) for fact in named) and
                    not any(is_elsewhere(fact, row) for fact in facts)):
                text = describe(row, total) if kind == "cause" else \
                    f"{place(row)} {row['kind']} {row['verdict']} {100 * row['value'] / total:.1f}%"
                found.append(f"{kind} that no comment names: {text}")
    return found


def pprof_total(profile):
    raw = subprocess.run(["go", "tool", "pprof", "-raw", profile], check=True,
                         capture_output=True, text=True).stdout
    lines = raw.splitlines()
    types = lines[lines.index("Samples:") + 1].split()
    column = [kind.split("/")[0] for kind in types].index("alloc_space")
    total = 0
    for line in lines[lines.index("Samples:") + 2:]:
        if line.startswith("Locations"):
            break
        match = re.match(r"\s*(-?\d+(?:\s+-?\d+)*): ", line)
        if match:
            total += int(match.group(1).split()[column])
    return total


def check_sums(report, profile, frozen):
    """Complaints about E1 and E2 of src/evidence/evidence.h, and about what is unexplained."""
    total, explained = report["total"], report["explained"]
    causes = sum(cause["value"] for cause in report["causes"])
    unexplained = sum(row["value"] for row in report["unexplained"])
    found = []
    if causes != explained:
        found.append(f"causes add up to {causes}, explained are {explained}")
    if explained + unexplained != total:
        found.append(f"{explained} explained + {unexplained} unexplained is not {total}")
    if frozen:
        if 100.0 * unexplained > UNEXPLAINED_WHEN_FROZEN * total:
            found.append(f"{100.0 * unexplained / total:.1f} % are unexplained")
        return found
    if total != pprof_total(profile):
        found.append(f"total is {total}, go tool pprof has {pprof_total(profile)}")
    for row in report["unexplained"]:
        found.append(f"unexplained: {row['function']} {place(row)} {row['value']}: {row['why']}")
    return found


def build(work):
    """Builds all programs, and keeps what the compiler says."""
    os.makedirs(os.path.join(work, "bin"), exist_ok=True)
    diagnostics = os.path.join(work, "diagnostics.txt")
    with open(diagnostics, "wb") as out:
        done = subprocess.run(["go", "build", "-o", os.path.join(work, "bin") + "/",
                               "-gcflags=all=-m=2", "./..."], cwd=HERE, stderr=out, check=False)
    if done.returncode:
        sys.exit(f"the programs do not build; see {diagnostics}")
    return diagnostics


def record(program, work):
    profile = os.path.join(work, program + ".pb.gz")
    if not os.path.exists(profile):
        subprocess.run([os.path.join(work, "bin", program), profile], check=True)
    return profile


def freeze(programs, work, diagnostics, folder):
    os.makedirs(folder, exist_ok=True)
    for program in set(programs) - NOT_FROZEN:
        rewrite.rewrite_profile(record(program, work), os.path.join(folder, program + ".pb.gz"),
                                [(HERE, "/src/join"), (work, "/src")])
    kept, keeps = [], False
    with open(diagnostics, encoding="utf-8") as source:
        for line in source:
            if line.startswith("# "):
                package = line[2:].strip()
                keeps = package.startswith("join.test") or package in FROZEN_PACKAGES
            if keeps:
                kept.append(line)
    subprocess.run(["zstd", "-19", "-q", "-f", "-o", os.path.join(folder, "diagnostics.txt.zst")],
                   input="".join(kept).encode(), check=True)


def analyse(program, unheap, profile, diagnostics, environment):
    done = subprocess.run([unheap, "hot", "-json", "-profile", profile, "-diagnostics", diagnostics,
                           "./" + program + "/..."], cwd=HERE, env=environment, capture_output=True,
                          text=True, check=False)
    if done.returncode:
        sys.exit(f"{program}: unheap ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def all_programs(frozen):
    names = sorted(name for name in os.listdir(HERE)
                   if os.path.exists(os.path.join(HERE, name, "main.go")))
    return [name for name in names if name not in NOT_FROZEN] if frozen else names


def options_of_command_line():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--unheap", default=os.environ.get("UNHEAP", "unheap"))
    parser.add_argument("--work", help="keep programs and profiles in this folder")
    parser.add_argument("--show", action="store_true", help="print the causes of each program")
    parser.add_argument("--freeze", help="keep what is needed without Go in this folder")
    parser.add_argument("--frozen", help="use what was kept in this folder")
    parser.add_argument("programs", nargs="*")
    return parser.parse_args()


def main():
    options = options_of_command_line()
    frozen, environment = options.frozen, dict(os.environ)
    if frozen:
        environment.update(GOROOT="/nowhere", GOMODCACHE="/nowhere")
    programs = options.programs or all_programs(frozen)
    with tempfile.TemporaryDirectory() as scratch:
        work = os.path.abspath(options.work or scratch)
        diagnostics = os.path.join(work, "diagnostics.txt")
        if frozen:
            diagnostics = os.path.join(frozen, "diagnostics.txt.zst")
        elif not os.path.exists(diagnostics):
            build(work)
        if options.freeze:
            freeze(programs, work, diagnostics, options.freeze)
            return
        tally, wrong = Tally(), 0
        for program in programs:
            profile = os.path.join(frozen, program + ".pb.gz") if frozen else record(program, work)
            report = analyse(program, options.unheap, profile, diagnostics, environment)
            complaints = check_facts(read_facts(program), report, tally)
            complaints += check_sums(report, profile, frozen)
            print(f"{'not ok' if complaints else 'ok'} - {program}")
            for complaint in complaints:
                print(f"    {complaint}")
            wrong += bool(complaints)
            for cause in report["causes"][:8] if options.show else []:
                print(f"      {describe(cause, report['total'])}")
        tally.show()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
