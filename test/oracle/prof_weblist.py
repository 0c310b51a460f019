"""The page of `unheap prof -weblist` beside that of `go tool pprof`, as text without its tags.

    prof_weblist.py UNHEAP PPROF FOLDER WORDS... [-- WORDS...]...

Lines of source, with their numbers, must be the same; so must those of machine code, but at the borders
of what is read: there pprof begins in the middle of instructions, and ours at their beginning. pprof
walks hash maps where executables are not there, so that it is asked several times.
"""

import difflib
import html
import os
import re
import subprocess
import sys

CODE = re.compile(r"^\S+ \S+ ([0-9a-f]+): ")
ASKED = 60


def lines_of(page):
    text = page.decode(errors="surrogateescape")
    text = text[text.index("<body>"):].replace("<span class=asm>", "\n")
    text = html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br>|</(div|p|h2|summary|pre)>", "\n", text)))
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def pprof_lines(pprof, folder, words):
    path = os.path.join(folder, "pprof.html")
    if os.path.exists(path):
        os.remove(path)
    subprocess.run([pprof, "-output=" + path] + words, capture_output=True,
                   env=dict(os.environ, BROWSER="/bin/true"))
    if not os.path.exists(path):
        return None
    with open(path, "rb") as file:
        return lines_of(file.read())


def is_border(lines):
    """A few instructions at one place."""
    rows = [CODE.match(line) for line in lines if line != "⋮"]
    places = [int(row[1], 16) for row in rows if row]
    return all(rows) and len(rows) <= 40 and max(places, default=0) - min(places, default=0) < 64


def same(ours, theirs):
    """(identical lines, lines at borders), or None."""
    border = 0
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        if not is_border(ours[a:b] + theirs[c:d]):
            return None
        border += max(b - a, d - c)
    return len(theirs) - border, border


def compare(unheap, pprof, folder, words):
    """With a first word "source", only lines of source are compared: on arm64, pprof begins where no
    instruction does and never finds one."""
    source = words[0] == "source"
    words = words[source:]
    keep = (lambda lines: [line for line in lines if not CODE.match(line) and line != "⋮"]) if source else list
    done = subprocess.run([unheap, "prof"] + words, capture_output=True)
    ours = keep(lines_of(done.stdout)) if done.returncode == 0 else None
    theirs = None
    for _ in range(ASKED):
        theirs = pprof_lines(pprof, folder, words)
        if ours is None or theirs is None:
            return (0, 0) if ours is theirs else None
        good = same(ours, keep(theirs))
        if good:
            return good
    print("\n".join(list(difflib.unified_diff(theirs, ours, "pprof", "ours", lineterm="", n=0))[:12]))
    return None


def main():
    unheap, pprof, folder = sys.argv[1:4]
    pages = " ".join(sys.argv[4:]).split(" -- ")
    lines = border = wrong = 0
    for page in pages:
        good = compare(unheap, pprof, folder, page.split(" "))
        if not good:
            wrong += 1
            print(f"DIFFERS {page}")
            continue
        lines += good[0]
        border += good[1]
    print(f"prof: {len(pages) - wrong} of {len(pages)} pages of -weblist have pprof's text"
          f" ({lines} lines; {border} more at the borders of what is disassembled)")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
