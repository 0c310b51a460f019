"""amounts.py PROGRAM: compares report_amount with what `go tool pprof -top` prints for the same
numbers of bytes, and prints the agreement as a test case. Each value is one function of a profile."""
import os
import re
import subprocess
import sys
import tempfile

VALUES = sorted({value + step for power in range(0, 57) for value in (1 << power, 3 << power)
                 for step in (-1, 0, 1, 511) if 0 < value + step < 1 << 58}
                | {524339, 999999, 1048571, 1073741300, 123456789012})


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


def field(number, content):
    """A field of a protobuf message (google/pprof, proto/profile.proto)."""
    if isinstance(content, int):
        return varint(number << 3) + varint(content)
    return varint(number << 3 | 2) + varint(len(content)) + content


def profile():
    strings = ["", "alloc_space", "bytes"] + ["v%d" % value for value in VALUES]
    out = field(1, field(1, 1) + field(2, 2))
    for i, value in enumerate(VALUES, 1):
        out += field(2, field(1, i) + field(2, value))
        out += field(4, field(1, i) + field(4, field(1, i) + field(2, 1)))
        out += field(5, field(1, i) + field(2, i + 2))
    return out + b"".join(field(6, text.encode()) for text in strings)


def ask_pprof():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "amounts.pb")
        with open(path, "wb") as file:
            file.write(profile())
        text = subprocess.run(
            ["go", "tool", "pprof", "-top", "-unit=auto", "-nodecount=100000", "-nodefraction=0",
             "-edgefraction=0", path], check=True, capture_output=True, text=True).stdout
    return dict((int(value), amount) for amount, value in
                re.findall(r"^ *(\S+) +\S+% +\S+% +\S+ +\S+% +v(\d+)$", text, re.MULTILINE))


def ask_unheap(program):
    text = subprocess.run([program, *map(str, VALUES)], check=True, capture_output=True,
                          text=True).stdout
    return dict((int(value), amount) for value, amount in map(str.split, text.splitlines()))


wanted, got = ask_pprof(), ask_unheap(sys.argv[1])
different = [value for value in VALUES if wanted.get(value) != got.get(value)]
for value in different[:20]:
    print("# %d: pprof writes %s, unheap %s" % (value, wanted.get(value), got.get(value)))
print("# %d of %d amounts agree with go tool pprof" % (len(VALUES) - len(different), len(VALUES)))
print("%s 1 - amounts are written as pprof writes them" % ("not ok" if different else "ok"))
