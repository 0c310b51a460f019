"""`unheap prof` beside `go tool pprof`: options drawn at random, several at a time.

    prof_random.py UNHEAP FOLDER PPROF SEED COUNT [PROFILE FOLDER...]

prof_matrix.py takes each option by itself, over every input and report; here one to five of them come
together, on one to three profiles, with or without bases. FOLDER is that of prof_matrix.py.
"""

import os
import random
import sys

import prof_matrix

# Words to draw from, each a list; what a profile has is most often drawn, what it has not sometimes.
PATTERNS = ["main", "runtime", "handle|run", "func[0-9]", "^main\\.", "\\.go$", ".", "nothing", "(?i)MAIN",
            "std::|app", "Add", "malloc", "mallocgc$", "cart", "json|http", "^$", "größe", "a{1,3}", "\\bmain\\b"]
TAGS = ["user", "user=a", "bytes=:1kb", "bytes=1kb:", "16:1kb", "32b:4mb", "1kb:", ":512", "request=1kb:",
        "request=:100", "latency=1ms:", "latency=:1s", "depth=0", "wait=0ms", "route:/orders", "path=/x/1",
        "user=a,b", "user=.,second", "bytes=16,32", "bytes=100", "-5:5", "route=.", "a,b", "0:", "missing=1:",
        "bytes=1mb", "1KB", "64bytes", "latency=1us:2h", "request=1gb:", "user=^a$,path", "x=y=z", ":", "bytes="]
KEYS = ["user", "bytes", "route", "path", "request", "latency", "depth", "wait", "missing", "user,bytes",
        "path,user", "bytes,request", "route,missing", "user|path", "."]
UNITS = ["mb", "kb", "b", "bytes", "gb", "tb", "pb", "KiB", "MiB", "auto", "minimum", "ms", "us", "ns", "s",
         "minutes", "hours", "days", "weeks", "years", "GCU", "mGCU", "count", "furlongs", "MB", "Kilobytes",
         "nanoseconds", "m", "h", "byte", "seconds", "", "µs", "kilobyte", "cycles"]
TYPES = ["0", "0", "0", "1", "1", "1", "", "2", "00", "-1", "inuse_space", "space", "objects", "inuse", "1x"]
PATHS = ["/src", "/src/app", "/usr:/src/app", "/", "/nowhere", ".", ":", "/src/app/", "/go/src", "src"]
OPTIONS = (
    [lambda rng, name=name: f"-{name}={rng.choice(PATTERNS)}"
     for name in ("focus", "ignore", "show", "hide", "show_from", "prune_from")]
    + [lambda rng, name=name: f"-{name}={rng.choice(TAGS)}" for name in ("tagfocus", "tagignore")]
    + [lambda rng, name=name: f"-{name}={rng.choice(KEYS)}"
       for name in ("tagshow", "taghide", "tagroot", "tagleaf", "tagroot", "tagleaf")]
    + [lambda rng, name=name: f"-{name}"
       for name in ("cum", "flat", "mean", "lines", "files", "filefunctions", "functions", "addresses",
                    "noinlines", "showcolumns", "call_tree", "relative_percentages", "compact_labels",
                    "drop_negative", "trim=false", "noinlines", "cum=false", "mean=true", "intel_syntax", "trim")]
    + [lambda rng: f"-unit={rng.choice(UNITS)}"] * 3
    + [lambda rng: f"-sample_index={rng.choice(TYPES)}"] * 3
    + [lambda rng: f"-divide_by={rng.choice(['2', '0.5', '1000', '-1', '1e-3', '3.7', '1024', 'inf'])}",
       lambda rng: f"-nodecount={rng.choice(['1', '3', '10', '30', '0', '-1', '1000', '0b11'])}",
       lambda rng: f"-nodefraction={rng.choice(['0', '0.01', '0.1', '0.5', '1', '1e-9', '.02'])}",
       lambda rng: f"-edgefraction={rng.choice(['0', '0.01', '0.1', '0.5', '1'])}",
       lambda rng: f"-trim_path={rng.choice(PATHS)}",
       lambda rng: f"-source_path={rng.choice(PATHS)}",
       lambda rng: f"-symbolize={rng.choice(['none', 'force', 'local', 'fastlocal', 'remote', 'demangle=full', 'demangle=templates', 'demangle=none', 'demangle=default', 'local:force', 'Force:Demangle=Full'])}",
       lambda rng: f"-add_comment={rng.choice(['x', '# hidden', 'a b'])}",
       lambda rng: f"-buildid={rng.choice(['abcdef01', 'ffff'])}"])
REPORTS = [["-top"], ["-top"], ["-text"], ["-tree"], ["-peek={}"], ["-traces"], ["-raw"], ["-tags"], ["-tags"],
           ["-comments"], ["-dot"], ["-dot"], ["-callgrind"], ["-proto"], ["-topproto"], ["-list={}"]]


def inputs(rng, files):
    by_kind = rng.choice(sorted(files))
    picked = rng.sample(files[by_kind], min(len(files[by_kind]), rng.choice((1, 1, 1, 1, 2, 2, 3))))
    flags = []
    if len(picked) > 1 and rng.random() < 0.7:
        for path in picked[1:]:
            flags.append(f"-{rng.choice(('base', 'base', 'diff_base'))}={path}")
        if len({flag.split("=")[0] for flag in flags}) > 1 and rng.random() < 0.8:
            flags = [flag.replace("-diff_base", "-base") for flag in flags]
        picked = picked[:1]
        if rng.random() < 0.3:
            flags.append("-normalize")
    return flags, picked


def taken_for_program(path):
    """Of several files pprof opens the first as a program, and one that begins with zeros passes for
    one of Windows whose machine is not known (debug/pe)."""
    with open(path, "rb") as file:
        return file.read(2) == b"\0\0"


def cell(rng, files):
    report = [word.format(rng.choice(PATTERNS)) for word in rng.choice(REPORTS)]
    options = [rng.choice(OPTIONS)(rng) for _ in range(rng.choice((1, 2, 2, 3, 3, 4, 5)))]
    flags, picked = inputs(rng, files)
    picked.sort(key=taken_for_program)
    if taken_for_program(picked[0]):
        picked = picked[:1]
    return report + options + flags + picked


def kinds(folders):
    """Files by the folder and the beginning of the name, so that those merged are often of a kind."""
    files = {}
    for folder in folders:
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                kind = name.split(".")[0].rstrip("0123456789")
                files.setdefault(f"{folder}/{kind}", []).append(path)
                files.setdefault(folder, []).append(path)
    return files


def main():
    unheap, folder, pprof, seed, count = sys.argv[1:6]
    prof_matrix.UNHEAP = unheap
    files = kinds([os.path.join(folder, "profiles")] + sys.argv[6:])
    oracle = prof_matrix.Oracle(pprof, folder)
    rng = random.Random(int(seed))
    wrong, failed = 0, 0
    for _ in range(int(count)):
        words = cell(rng, files)
        theirs = oracle.ask(words)
        ours = prof_matrix.run([unheap, "prof"], words)
        failed += theirs.failed
        if not ours.same(theirs) and not prof_matrix.varies(oracle, words, ours, theirs):
            wrong += 1
            print(f"DIFFERS {' '.join(words)}\n  {prof_matrix.difference(ours, theirs)}", flush=True)
    print(f"prof: {int(count) - wrong} of {count} random cells identical (seed {seed}; pprof refuses {failed})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
