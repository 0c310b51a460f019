"""profiles.py: heap profiles by hand, in pprof's format (google/pprof proto/profile.proto)."""
import gzip

TYPES = (("alloc_objects", "count"), ("alloc_space", "bytes"))


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


def profile(stacks):
    """Of (functions, objects): the functions from the innermost outwards, and how many objects of
    1 kB it allocated. Every one was sampled."""
    texts = {"": 0}
    functions = {}

    def text(name):
        return texts.setdefault(name, len(texts))

    out = b"".join(field(1, field(1, text(name)) + field(2, text(unit))) for name, unit in TYPES)
    for names, objects in stacks:
        ids = b"".join(varint(functions.setdefault(name, len(functions) + 1)) for name in names)
        out += field(2, field(1, ids) + field(2, varint(objects) + varint(objects * 1024)))
    for name, number in functions.items():
        out += field(4, field(1, number) + field(3, 4096 * number) + field(4, field(1, number) + field(2, 7)))
        out += field(5, field(1, number) + field(2, text(name)) + field(4, text("main.go")))
    return gzip.compress(out + b"".join(field(6, one.encode()) for one in texts))
