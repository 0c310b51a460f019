"""goroutines.py UNHEAP PROGRAM FOLDER: the goroutines that `unheap capture -goroutines` reads from outside
beside the profile that the program has just written of itself: stacks with functions, files, lines and
counts, all but main's own, which was writing then and waits now. And by creation: the same number."""
import collections
import os
import re
import subprocess
import sys


def stacks(unheap, profile):
    text = subprocess.run([unheap, "prof", "-traces", "-lines", profile], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    found = collections.Counter()
    for part in re.split(r"-{11}\+-+\n", text)[1:]:
        lines = part.split("\n")
        first = re.match(r"\s*(\d+)\s+(.*)", lines[0])
        if first:
            found[tuple([first[2]] + [line.strip() for line in lines[1:] if line.strip()])] += int(first[1])
    return found


def cut(found, depth):
    """Before Go 1.23 a program's own profile has the innermost 32 frames; what is read from outside
    has all."""
    shorter = collections.Counter()
    for stack, count in found.items():
        shorter[stack[:depth]] += count
    return shorter


def main():
    unheap, program, folder = sys.argv[1:]
    own, captured, created = (os.path.join(folder, name) for name in ("own", "captured", "created"))
    process = subprocess.Popen([program, own], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    subprocess.run([unheap, "capture", "-goroutines", "-o", captured, str(process.pid)], check=True)
    subprocess.run([unheap, "capture", "-created", "-o", created, str(process.pid)], check=True)
    process.stdin.close()
    process.wait()
    wanted, got = stacks(unheap, own), stacks(unheap, captured)
    total = sum(got.values())
    got = cut(got, max(map(len, wanted)))
    missing, more = wanted - got, got - wanted
    print(f"# {os.path.basename(program)}: {sum((wanted & got).values())} of {sum(wanted.values())} goroutines "
          f"at {len(wanted)} places agree")
    for name, left in (("not captured", missing), ("captured, not there", more)):
        for stack, count in left.items():
            if not any("runtime.main" in frame for frame in stack):
                print(f"# {name}: {count} {stack[:5]} ... {len(stack)} frames")
                return 1
    if sum(missing.values()) > 1 or sum(more.values()) > 1:
        return 1
    return sum(stacks(unheap, created).values()) != total


sys.exit(main())
