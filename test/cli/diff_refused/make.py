"""Profiles that are no heap profiles, or hold nothing, written field by field."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ["ROOT"], "test", "page"))
sys.dont_write_bytecode = True
from profiles import field


def profile(types, values):
    strings = [""]
    out = b""
    for pair in types:
        strings += pair
        out += field(1, field(1, len(strings) - 2) + field(2, len(strings) - 1))
    if values:
        out += field(2, field(1, 1) + b"".join(field(2, value) for value in values))
        out += field(4, field(1, 1) + field(3, 4096) + field(4, field(1, 1) + field(2, 7)))
        strings += ["main.f", "main.go"]
        out += field(5, field(1, 1) + field(2, len(strings) - 2) + field(4, len(strings) - 1))
    return out + b"".join(field(6, text.encode()) for text in strings)


HEAP = [("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"),
        ("inuse_space", "bytes")]
for name, types, values in (
        ("cpu.pb", [("samples", "count"), ("cpu", "nanoseconds")], [5, 50000000]),
        ("nothing.pb", HEAP, []), ("objects.pb", HEAP[:1] + HEAP[2:3], [4, 4]),
        ("zero.pb", HEAP, [4, 4096, 0, 0])):
    with open(name, "wb") as file:
        file.write(profile(types, values))
