"""Sessions of `unheap prof FILE` beside those of `go tool pprof FILE`: the same lines on standard input,
standard output and written files byte by byte.

    prof_shell.py UNHEAP PPROF SESSIONS PROFILE...

Lines are drawn at random, always the same. Where pprof's own answer varies (it walks hash maps) it is
asked again, then the lines are compared as a multiset, with what numbers them taken out.
"""

import gzip
import os
import random
import re
import subprocess
import sys
import tempfile

LINES = [
    "top", "top5", "top10 -cum", "text 3", "tree", "tree main", "peek main", "peek", "traces",
    "raw", "tags", "tags a", "tags -a", "comments", "dot", "callgrind > out.cg", "list main\\..*",
    "list", "top main", "top -runtime", "top 3 main run -alloc", "focus=main", "focus=",
    "ignore=runtime", "hide=main", "show=main", ":", "o", "options", "help", "help top",
    "help focus", "help zzz", "sample_index=0", "sample_index=1", "sample_index=alloc_space",
    "sample_index=nope", "alloc_space", "inuse_objects", "total_inuse_space", "mean_alloc_space",
    "mean", "mean=0", "mean=maybe", "cum=true", "cum", "sort=cum", "sort=flat", "sort=x",
    "granularity=lines", "lines", "lines=true", "functions=1", "files=true", "addresses=true",
    "nodecount=5", "nodecount=-1", "nodecount=x", "nodefraction=0.1", "nodefraction=0.005",
    "nodefraction=y", "unit=kb", "unit=minimum", "unit", "compact_labels=false", "compact_labels",
    "trim=false", "trim=true", "noinlines", "noinlines=false", "showcolumns=true", "tagroot=user",
    "tagroot=", "tagleaf=bytes", "tagleaf=", "call_tree", "call_tree=0", "relative_percentages=1",
    "relative_percentages=0", "top > x.txt", "top >x.txt", "top >", "text -cum 4", "bogus",
    "bogus 3", "focus 3", "  ", "top(", "top [a", "peek (", "focus=(", "divide_by=2",
    "divide_by=0", "divide_by=1", "drop_negative", "drop_negative=f", "show_from=main",
    "show_from=", "prune_from=main", "prune_from=", "output=y.txt", "output=", "top100000",
    "top-5", "top +3", "top -3", "focus=main //: said", "focus = main", "tagfocus=a", "tagfocus=",
    "taghide=.", "taghide=", "q=", "=", "top=3", "tree 5 -cum", "intel_syntax=1", "normalize=1",
    "normalize=0", "quit now", "12", "top 2147483648",
    "trim=maybe", "compact_labels=x", "call_tree= no ", "lines=yes", "lines=T", "flat=t", "cum=1",
    "divide_by=0x1p-2", "divide_by=1_0", "divide_by=nan(1)", "divide_by=inf", "nodefraction=nan",
    "nodecount=0x10", "zoo5", "focus5", "disasm 5", "disasm main", "topproto", "proto > p.pb.gz",
    "tags -cum", "tagshow=ms", "tagshow=", "trim_path=/a:/b", "total_alloc_space", "peek . -main",
]


def run(command, profile, text):
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(command + [profile], input=text, capture_output=True, cwd=folder,
                              env=dict(os.environ, TERM="dumb"))
        files = {}
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as file:
                data = file.read()
            files[name] = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        return done.returncode, done.stdout, files


def unordered(answer):
    code, out, files = answer
    texts = [out] + [files[name] for name in files if not name.endswith(".cg")]
    texts = [sorted(re.sub(rb"\bN+\d+(_\d+)*\b", b"N", text).split(b"\n")) for text in texts]
    return code, list(files), texts


def same(unheap, pprof, profile, text):
    ours = run([unheap, "prof"], profile, text)
    theirs = None
    for _ in range(20):
        theirs = run([pprof], profile, text)
        if ours == theirs:
            return "identical"
    return "lines" if unordered(ours) == unordered(theirs) else ""


def main():
    unheap, pprof, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rng = random.Random(1)
    answers = []
    for _ in range(count):
        profile = os.path.abspath(rng.choice(sys.argv[4:]))
        lines = [rng.choice(LINES) for _ in range(rng.randint(1, 12))]
        text = ("\n".join(lines) + rng.choice(["\n", ""])).encode()
        answers.append(same(unheap, pprof, profile, text))
        if not answers[-1]:
            print(f"DIFFERS {profile}: {lines}")
    wrong = answers.count("")
    print(f"prof: {count - wrong} of {count} sessions of the shell identical"
          f" ({answers.count('lines')} of them as lines, where pprof's own order varies)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
