"""`unheap prof` beside `go tool pprof`: inputs x reports x options, every cell byte by byte.

    prof_matrix.py UNHEAP FOLDER PPROF [-cells N] [-only TEXT] [PROFILE FOLDER...]

FOLDER holds the made profiles and keeps pprof's answers, so that a second run is quick. -cells picks
that many cells, evenly and always the same; -only those whose words hold TEXT. A cell is identical when
exit, standard output and notes are the same; -proto is compared unpacked. Where pprof's own order
varies from run to run (it walks hash maps) the lines are compared as a multiset, and counted apart.
"""

import gzip
import hashlib
import itertools
import json
import os
import re
import subprocess
import sys
import zlib

REPORTS = [
    ["-top"], ["-text"], ["-tree"], ["-peek=main|handle|run"], ["-traces"], ["-raw"], ["-tags"],
    ["-comments"], ["-dot"], ["-callgrind"], ["-proto"], ["-topproto"],
    ["-list=main\\..*|handle|push"], ["-peek=^runtime\\."], ["-list=."],
]
OPTIONS = [
    [],
    ["-cum"], ["-flat"],
    ["-sample_index=0"], ["-sample_index=1"], ["-sample_index=2"], ["-sample_index=7"],
    ["-inuse_space"], ["-alloc_objects"], ["-alloc_space", "-inuse_objects"], ["-contentions"],
    ["-mean_delay"], ["-mean"], ["-mean", "-sample_index=1", "-cum"],
    ["-lines"], ["-files"], ["-filefunctions"], ["-addresses"], ["-functions"],
    ["-lines", "-showcolumns"], ["-lines", "-noinlines"], ["-noinlines"],
    ["-addresses", "-noinlines"], ["-files", "-cum"], ["-lines", "-functions"],
    ["-nodecount=5"], ["-nodecount=12", "-cum"], ["-nodecount=0"], ["-nodefraction=0.05"],
    ["-edgefraction=0.1"], ["-nodefraction=0", "-edgefraction=0"], ["-trim=false"],
    ["-nodefraction=0.3", "-nodecount=3", "-lines"],
    ["-focus=main|run"], ["-focus=nothing_like_it"], ["-ignore=runtime"], ["-ignore=."],
    ["-focus=main", "-ignore=func1"], ["-focus=("], ["-ignore=a**"], ["-focus=[a-z"],
    ["-show=main|handle"], ["-show=nothing_like_it"], ["-hide=runtime|malloc"],
    ["-hide=main", "-show=m"], ["-show_from=main"], ["-show_from=grow|run", "-cum"],
    ["-prune_from=main|run"], ["-prune_from=func"], ["-focus=\\.go$"], ["-hide=app|bin|src"],
    ["-relative_percentages", "-focus=main|run"], ["-relative_percentages", "-ignore=runtime"],
    ["-tagfocus=a"], ["-tagfocus=user=a,b"], ["-tagfocus=route:/orders"], ["-tagignore=16:1kb"],
    ["-tagfocus=bytes=:1024"], ["-tagfocus=1kb:"], ["-tagfocus=32b:4mb"], ["-tagignore=user=."],
    ["-tagshow=bytes|user"], ["-taghide=bytes"], ["-tagfocus=latency=1ms:"],
    ["-tagroot=user"], ["-tagroot=route,bytes"], ["-tagleaf=bytes"], ["-tagleaf=user,path,missing"],
    ["-tagroot=user", "-focus=a", "-cum"],
    ["-call_tree"], ["-call_tree", "-nodecount=20"], ["-call_tree", "-lines", "-nodefraction=0.02"],
    ["-compact_labels"], ["-divide_by=2"], ["-divide_by=0.001"], ["-divide_by=0"],
    ["-unit=mb"], ["-unit=auto"], ["-unit=bytes"], ["-unit=ms"], ["-unit=furlongs"], ["-unit=s"],
    ["-drop_negative"], ["-drop_negative", "-cum"],
    ["-trim_path=/src/app:/usr"], ["-source_path=/nowhere/app:/nowhere/else"],
    ["-symbolize=none"], ["-symbolize=force"], ["-add_comment=seen by a test"], ["-buildid=0102"],
    ["-show_from=nothing"], ["-prune_from=nothing"], ["-tagfocus=:512b"], ["-tagfocus=bytes=16b"],
    ["-tagfocus=bytes=16,32"], ["-tagfocus=-5:5"], ["-tagshow=("], ["-taghide=("],
    ["-tagfocus=(x"], ["-tagignore=a=(x"], ["-hide=("], ["-show_from=("], ["-prune_from=("],
    ["-tagroot=nothing"], ["-tagroot=bytes,request", "-tagleaf=depth"], ["-taghide=.", "-show=nothing"],
    ["-tagroot=bytes", "-tagleaf=bytes"], ["-tagroot=,"],
    ["-sample_index=inuse_space"], ["-sample_index=nope"], ["-sample_index=-1"],
    ["-sample_index=1", "-inuse_space"], ["-mean_delay", "-contentions"], ["-total_delay"],
    ["-unit=gb"], ["-unit=KiB"], ["-unit=us"], ["-unit=hours"], ["-unit=count"], ["-unit="],
    ["-unit=GCU"], ["-divide_by=-1"], ["-divide_by=1e300"], ["-divide_by=3", "-unit=kb"],
    ["-nodecount=-5"], ["-nodecount=1"], ["-nodecount=0x10"], ["-nodefraction=1"],
    ["-nodefraction=-1"], ["-edgefraction=2"], ["-nodefraction=nan"], ["-trim=0"],
    ["-trim=false", "-nodecount=3"], ["-cum=false"], ["-flat", "-cum"], ["-lines", "-files"],
    ["-filefunctions", "-noinlines"], ["-files", "-noinlines"], ["-functions", "-showcolumns"],
    ["-addresses", "-showcolumns"], ["-lines", "-showcolumns", "-noinlines"],
    ["-call_tree", "-addresses"], ["-call_tree", "-files", "-nodecount=9"], ["-trim_path=/src"],
    ["-trim_path=/"], ["-trim_path=:"], ["-source_path=."], ["-symbolize=fastlocal"],
    ["-symbolize=remote"], ["-symbolize=none:force"], ["-symbolize=bogus"],
    ["-symbolize=demangle=full"], ["-symbolize=demangle=none"], ["-symbolize=demangle=templates"],
    ["-symbolize=NONE"], ["-focus=^main\\."], ["-focus=(?i)MAIN"], ["-ignore=\\Q.\\E"],
    ["-hide=^$"], ["-show=."], ["-focus="], ["-compact_labels", "-focus=main"],
    ["-relative_percentages"], ["-relative_percentages", "-tagfocus=a"], ["-seconds=5"],
    ["-timeout=7"], ["-normalize"], ["-tools=/x"], ["--cum"], ["-nodecount", "7"], ["-unit", "kb"],
    ["-output", ""], ["-add_comment="], ["-http="], ["-drop_negative", "-call_tree"],
    ["-mean", "-call_tree"], ["-mean", "-lines"], ["-mean", "-drop_negative"], ["-mean=maybe"],
    ["-focus=\\p{ascii}"], ["-hide=\\p{Lowercase_Letter}x|\\P{ASCII}"], ["-sample_index=+1"],
    ["-focus=[^\\p{greek}]"], ["-show=\\p{Old_Persian}"],
]


def sources(folder, extra):
    """Name and arguments of each input."""
    made = os.path.join(folder, "profiles")
    found = {name: os.path.join(made, name) for name in sorted(os.listdir(made))}
    inputs = [(name, [path]) for name, path in found.items()]
    for other in extra:
        for name in sorted(os.listdir(other)):
            if name.endswith(".pb.gz"):
                inputs.append((f"{os.path.basename(other)}/{name}", [os.path.join(other, name)]))

    def pair(name, first, second, *flags):
        if first in found and second in found:
            args = [flag.replace("@", found[first]) for flag in flags]
            inputs.append((name, args + ([] if flags else [found[first]]) + [found[second]]))

    pair("merged", "r8192_heap1.pb.gz", "r8192_heap2.pb.gz")
    pair("merged units", "units_ms.pb.gz", "units_us.pb.gz")
    pair("merged foreign", "labels.pb.gz", "drops.pb.gz")
    pair("merged kinds", "cpp.pb.gz", "labels.pb.gz")
    pair("merged cpp", "cpp_heap.pb.gz", "negative.pb.gz")
    pair("merged again", "r8192_heap1.pb.gz", "r8192_heap1.pb.gz")
    pair("merged labels again", "labels.pb.gz", "labels.pb.gz")
    pair("base", "r8192_heap1.pb.gz", "r8192_heap2.pb.gz", "-base=@")
    pair("diff_base", "r8192_heap1.pb.gz", "r8192_heap2.pb.gz", "-diff_base=@")
    pair("normalized", "r8192_heap1.pb.gz", "r8192_heap2.pb.gz", "-base=@", "-normalize")
    pair("normalized diff", "labels.pb.gz", "drops.pb.gz", "-diff_base=@", "-normalize")
    pair("base of itself", "labels.pb.gz", "labels.pb.gz", "-base=@")
    pair("base units", "units_us.pb.gz", "units_ms.pb.gz", "-base=@")
    pair("two bases", "r8192_heap1.pb.gz", "r8192_heap2.pb.gz", "-base=/nowhere", "-base=@")
    pair("diff_base labels", "labels.pb.gz", "drops.pb.gz", "-diff_base=@")
    pair("merged twins", "saved.pb.gz", "labels.pb.gz")
    pair("base twins", "saved.pb.gz", "saved.pb.gz", "-base=@")
    pair("base missing", "labels.pb.gz", "drops.pb.gz", "-base=/nowhere")
    pair("base other kind", "cpp.pb.gz", "labels.pb.gz", "-base=@")
    return inputs


def cells(folder, extra, wanted, only):
    every = []
    for name, args in sources(folder, extra):
        for report in REPORTS:
            for options in OPTIONS:
                words = report + options + args
                if only in " ".join([name] + words):
                    every.append((f"{name}: {' '.join(report + options)}", words))
    if not wanted or wanted >= len(every):
        return every, len(every)
    key = lambda cell: hashlib.sha256(cell[0].encode()).digest()
    return sorted(every, key=key)[:wanted], len(every)


MOST_RUNS = 2000

NOTES = ("matched no samples", "Interpreted", "also encountered", "Multiple value")


class Answer:
    def __init__(self, failed, out, err):
        self.failed = failed
        self.out = b"" if failed else out
        if self.out[:2] == b"\x1f\x8b":
            self.out = gzip.decompress(self.out)
        lines = err.decode(errors="replace").splitlines()
        self.notes = [line for line in lines if any(note in line for note in NOTES)]
        self.err = err

    def same(self, other):
        if self.failed or other.failed:
            return self.failed == other.failed
        return self.out == other.out and sorted(self.notes) == sorted(other.notes)


def unordered(out):
    """The lines, sorted, with what numbers them taken out: in DOT the nodes' numbers, in callgrind's
    form names and addresses that refer to what came before, in tables running sums."""
    if out[:1] == b"\n": # a profile: its samples
        raw = subprocess.run([UNHEAP, "prof", "-traces", "-lines", "-"], input=out, capture_output=True)
        return sorted(raw.stdout.decode().split("-----------+"))
    text = out.decode(errors="surrogateescape")
    if text.startswith("digraph"):
        text = re.sub(r'\bN+\d+(_\d+)*\b|id="node\d+"', "N", text)
    elif text.startswith("positions:"):
        text = "\n".join(expanded(text.split("\n")))
    else: # a running sum depends on the order too
        text = re.sub(r"(?m)^( *\S+ +\S+%) +\S+%(?= +\S+ +\S+% )", r"\1", text)
    return sorted(text.split("\n"))


def expanded(lines):
    names, place, before, now = {}, [], None, None
    kinds = {"cfl": "fl", "cfn": "fn"}

    def address(word):
        return before if word == "*" else before + int(word) if word[0] in "+-" else int(word, 16)

    for line in lines:
        head, _, rest = line.partition("=")
        name = re.fullmatch(r"\((\d+)\)(?: (.*))?", rest)
        words = line.split(" ")
        if head in ("ob", "fl", "fn", "cfl", "cfn"):
            known = names.setdefault(kinds.get(head, head), {})
            if name and name[2]:
                known[name[1]] = re.sub(r" \[\d+/\d+\]$", "", name[2])
            text = head + "=" + (known[name[1]] if name else "")
            place = [text] if head == "ob" else place + [text]
            if head[0] == "c":
                place = place[:-1]
                yield text
        elif head == "calls":
            yield f"call {address(rest.split(' ')[1]):x} {words[-1]}"
        elif re.fullmatch(r"(\*|[-+]\d+|0x[0-9a-f]+) \d+ -?\d+", line):
            before = now
            now = address(words[0])
            yield f"{place} {now:x} {words[1:]}"
        else:
            yield line


def run(command, words):
    done = subprocess.run(command + words, capture_output=True, stdin=subprocess.DEVNULL)
    return Answer(done.returncode != 0, done.stdout, done.stderr)


class Oracle:
    def __init__(self, pprof, folder):
        self.pprof = [pprof]
        self.folder = os.path.join(folder, "answers")
        os.makedirs(self.folder, exist_ok=True)
        with open(pprof, "rb") as program:
            self.seed = hashlib.sha256(program.read()).hexdigest()
        self.digests = {}
        self.asked = 0
        self.unlike = 0  # how often no answer was like ours

    def digest(self, word):
        path = word.split("=", 1)[-1]
        if word not in self.digests:
            content = word
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    content += hashlib.sha256(file.read()).hexdigest()
            self.digests[word] = content
        return self.digests[word]

    def ask(self, words):
        key = json.dumps([self.seed] + [self.digest(word) for word in words])
        path = os.path.join(self.folder, hashlib.sha256(key.encode()).hexdigest())
        if os.path.exists(path):
            with open(path, "rb") as file:
                failed, out, err = file.read().split(b"\0", 2)
            return Answer(failed == b"1", zlib.decompress(bytes.fromhex(out.decode())), err)
        self.asked += 1
        answer = run(self.pprof, words)
        packed = zlib.compress(answer.out).hex().encode()
        with open(path + ".tmp", "wb") as file:
            file.write(b"\0".join([b"1" if answer.failed else b"0", packed, answer.err]))
        os.replace(path + ".tmp", path)
        return answer

    def more(self, words):
        for _ in range(MOST_RUNS if self.unlike < 3 else MOST_RUNS // 50):
            yield run(self.pprof, words)
        self.unlike += 1


def varies(oracle, words, ours, first):
    """What to call an answer that differs from pprof's first one: pprof may answer in several ways.
    "identical": another run of pprof said the same. "lines": in another order. "covered": each line
    stands in some run of pprof; where it cuts off among equals, no two runs need agree."""
    if ours.failed or first.failed or sorted(ours.notes) != sorted(first.notes):
        return None
    lines = unordered(ours.out)
    missing, varied = set(lines), False
    # Two equals may stand the same way round 63 times of 64; of hundreds a run shows a dozen. After a few
    # that really differ, the rest are not tried so long.
    for answer in itertools.chain([first], oracle.more(words)):
        if ours.same(answer):
            return "identical"
        theirs = unordered(answer.out)
        missing.difference_update(theirs)
        varied |= not answer.same(first)
        if lines == theirs and varied:
            return "lines"
        if not missing and varied:
            return "covered"
    return None


def difference(ours, theirs):
    if ours.failed != theirs.failed:
        text = ours.err if ours.failed else theirs.err
        return f"{'ours' if ours.failed else 'pprof'} fails: {text.decode(errors='replace')[:200]}"
    if ours.out == theirs.out:
        return f"notes: ours {ours.notes}, pprof {theirs.notes}"
    a, b = ours.out.split(b"\n"), theirs.out.split(b"\n")
    for i in range(max(len(a), len(b))):
        x, y = (a[i] if i < len(a) else b"(end)"), (b[i] if i < len(b) else b"(end)")
        if x != y:
            return f"line {i + 1}\n    ours  {x[:200]!r}\n    pprof {y[:200]!r}"
    return "?"


def main():
    args = sys.argv[1:]
    wanted, only = 0, ""
    while "-cells" in args:
        i = args.index("-cells")
        wanted = int(args[i + 1])
        del args[i:i + 2]
    while "-only" in args:
        i = args.index("-only")
        only = args[i + 1]
        del args[i:i + 2]
    global UNHEAP
    unheap, folder, pprof = args[:3]
    UNHEAP = unheap
    oracle = Oracle(pprof, folder)
    picked, total = cells(folder, args[3:], wanted, only)
    counts = {"identical": 0, "lines": 0, "covered": 0, None: 0}
    shown = 0
    wrong = []
    for name, words in picked:
        theirs = oracle.ask(words)
        ours = run([unheap, "prof"], words)
        verdict = "identical" if ours.same(theirs) else varies(oracle, words, ours, theirs)
        counts[verdict] += 1
        if verdict is None:
            wrong.append(name)
            if shown < 25:
                shown += 1
                print(f"DIFFERS {name}\n  {difference(ours, theirs)}", flush=True)
    good = len(picked) - len(wrong)
    print(f"prof: {good} of {len(picked)} cells identical ({counts['lines'] + counts['covered']} of them"
          f" as lines, where pprof's own order varies, {counts['covered']} of these also its choice);"
          f" {total} cells in all, pprof asked {oracle.asked} times")
    for name in wrong[25:60]:
        print(f"  {name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
