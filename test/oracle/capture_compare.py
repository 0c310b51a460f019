"""capture_compare.py UNHEAP PROGRAM FOLDER [RATE]: the profile that `unheap capture` reads from outside
of a running program beside the one that the program has just written of itself: all stacks, with
functions, files, lines, sizes and the four values. What capture has more must be what the program's
own writing began to count, which is not yet published: zero."""
import collections
import os
import re
import subprocess
import sys

TYPES = ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space")


def stacks(unheap, profile, sample_type):
    text = subprocess.run([unheap, "prof", "-traces", "-lines", "-sample_index=" + sample_type, profile],
                          check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    parts = re.split(r"-{11}\+-+\n", text)[1:]
    return collections.Counter(part for part in parts if part.strip())


def main():
    unheap, program, folder, *rate = sys.argv[1:]
    own, captured = os.path.join(folder, "own.pb.gz"), os.path.join(folder, "captured.pb.gz")
    process = subprocess.Popen([program, own, *rate], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    subprocess.run([unheap, "capture", "-o", captured, str(process.pid)], check=True)
    process.stdin.close()
    assert process.wait() == 0
    total = 0
    for sample_type in TYPES:
        wanted, got = stacks(unheap, own, sample_type), stacks(unheap, captured, sample_type)
        missing, more = wanted - got, got - wanted
        assert not missing, "%s: not captured: %s" % (sample_type, "".join(list(missing)[:2]))
        for one in more:
            assert re.match(r"\s*(bytes:\s+\S+\s+)?0\s", one), "%s: captured, not there: %s" % (sample_type, one)
        total += sum(wanted.values())
    print("# %d stacks of %d types, all equal" % (total, len(TYPES)))


main()
