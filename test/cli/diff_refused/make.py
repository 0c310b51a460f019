"""Profiles that are no heap profiles, or hold nothing, written field by field."""


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, body):
    if isinstance(body, int):
        return varint(number << 3) + varint(body)
    return varint(number << 3 | 2) + varint(len(body)) + body


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
