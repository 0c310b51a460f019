"""Makes a profile of addresses alone, spread over the functions of a Go executable, for prof_binary.sh.

    prof_binary.py EXECUTABLE PROFILE MOVED

As a profile of a process whose code was loaded MOVED bytes from where the executable has it.
"""

import random
import subprocess
import sys

import prof_foreign


def main():
    path, out, moved = sys.argv[1], sys.argv[2], int(sys.argv[3], 0)
    table = subprocess.run(["go", "tool", "nm", "-size", path], capture_output=True, text=True, check=True)
    rows = [line.split(None, 3) for line in table.stdout.splitlines()]
    code = [(int(row[0], 16), int(row[1])) for row in rows if len(row) == 4 and row[2] in "tT"]
    code = sorted((start, size) for start, size in code if size > 20)
    rng = random.Random(5)
    writer = prof_foreign.Writer(prof_foreign.CPU, period=("cpu", "nanoseconds"))
    first, last = code[0][0], code[-1][0] + code[-1][1]
    start = (first & ~0xFFFF) + moved if moved else 0
    writer.mapping(1, start, last + moved + 0x1000, path, flags=(0, 0, 0, 0))
    for ident in range(1, 301):
        begin, size = rng.choice(code)
        writer.location(ident, [], 1, begin + moved + rng.randrange(size))
    for _ in range(400):
        stack = [rng.randrange(1, 301) for _ in range(rng.randrange(1, 9))]
        count = rng.randrange(1, 90)
        writer.sample(stack, (count, count * 10000000))
    writer.save(out)


main()
