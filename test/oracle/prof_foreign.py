"""Profiles as other producers than Go's runtime write them, for prof_matrix.py.

Each exercises something of profile.proto that Go's own profiles never have: several values of a label,
units at labels, ids out of order, equal samples twice, frames to be dropped, folded locations, columns,
no mapping, no symbols, names of C++ and Java, negative values, strange units.

    prof_foreign.py FOLDER
"""

import gzip
import os
import random
import sys


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value) if value else b""


def message(field, body):
    return varint(field << 3 | 2) + varint(len(body)) + body


class Writer:
    def __init__(self, types, default="", period=("space", "bytes"), rate=512):
        self.texts = {"": 0}
        self.body = bytearray()
        self.functions = {}
        for kind, unit in types:
            self.body += message(1, number(1, self.text(kind)) + number(2, self.text(unit)))
        self.body += message(11, number(1, self.text(period[0])) + number(2, self.text(period[1])))
        self.body += number(12, rate) + number(14, self.text(default))

    def text(self, text):
        return self.texts.setdefault(text, len(self.texts))

    def mapping(self, ident, start, limit, file, build="", flags=(1, 1, 1, 1)):
        body = number(1, ident) + number(2, start) + number(3, limit)
        body += number(5, self.text(file)) + number(6, self.text(build))
        for i, flag in enumerate(flags):
            body += number(7 + i, flag)
        self.body += message(3, body)

    def function(self, ident, name, file="", start=0, system=None):
        body = number(1, ident) + number(2, self.text(name))
        body += number(3, self.text(name if system is None else system))
        body += number(4, self.text(file)) + number(5, start)
        self.body += message(5, body)

    def location(self, ident, lines, mapping=1, address=0, folded=0):
        body = number(1, ident) + number(2, mapping) + number(3, address)
        for line in lines:
            function, at, column = (tuple(line) + (0, 0))[:3]
            body += message(4, number(1, function) + number(2, at) + number(3, column))
        self.body += message(4, body + number(5, folded))

    def sample(self, locations, values, labels=()):
        body = message(1, b"".join(varint(i) for i in locations))
        body += message(2, b"".join(varint(v) for v in values))
        for label in labels:
            key, value, unit = (tuple(label) + ("",))[:3]
            inner = number(1, self.text(key))
            if isinstance(value, str):
                inner += number(2, self.text(value))
            else:
                inner += number(3, value)
            body += message(3, inner + number(4, self.text(unit) if unit else 0))
        self.body += message(2, body)

    def header(self, field, text):
        self.body += number(field, self.text(text))

    def save(self, path):
        strings = b"".join(message(6, text.encode()) for text in self.texts)
        with gzip.GzipFile(path, "wb", mtime=0) as out:
            out.write(bytes(self.body) + strings)


CPU = (("samples", "count"), ("cpu", "nanoseconds"))
HEAP = (("objects", "count"), ("space", "bytes"))
NAMES = [
    ("main", "/src/app/main.cc", 10),
    ("std::vector<int, std::allocator<int> >::push_back(int&&)", "/usr/include/c++/vector", 0),
    ("(anonymous namespace)::Helper::run(std::string const&)", "/src/app/./helper.cc", 30),
    ("app::Server::operator()(int)", "/src/app/../app/server.cc", 0),
    ("com.example.web.Handler.<init>", "Handler.java", 5),
    ("com.example.web.Handler.handle(Request)", "Handler.java", 40),
    ("example.com/shop/v3/cart.(*Cart[...]).Add", "/go/src/shop/cart.go", 12),
    ("example.com/shop/v3/cart.sum[...]", "/go/src/shop/cart.go", 99),
    ("slices.SortFunc[go.shape.[]int](...)", "slices/sort.go", 0),
    (".hidden", "", 0),
    ("_start", "//proc//self/cwd/start.S", 0),
    ("quote\"back\\slash", "/proc/self/cwd/odd/..//name.c", 7),
    ("größe", "/src/größe.c", 3),
    ("malloc", "", 0),
    ("tc_malloc(unsigned long)", "/src/tc.cc", 1),
]


def names(writer, step=1, base=1):
    """Functions with ids base, base+step, ..."""
    for i, (name, file, start) in enumerate(NAMES):
        writer.function(base + i * step, name, file, start)


def cpp(folder, seed, types=CPU, name="cpp"):
    """C++ and Java names, inlined calls, columns, ids out of order."""
    rng = random.Random(seed)
    writer = Writer(types, period=("cpu", "nanoseconds") if types is CPU else ("space", "bytes"))
    writer.mapping(2, 0x400000, 0x500000, "/usr/bin/app", "abcdef01")
    writer.mapping(1, 0x7F0000000000, 0x7F0000100000, "/lib/libc.so.6")
    names(writer, step=7, base=100)
    ids = list(range(1, 61))
    rng.shuffle(ids)
    for ident in ids:
        lines = []
        for _ in range(rng.choice((1, 1, 1, 2, 3))):
            lines.append((100 + 7 * rng.randrange(len(NAMES)), rng.randrange(1, 60), rng.randrange(3)))
        writer.location(ident, lines, rng.choice((1, 2)), 0x400000 + rng.randrange(1 << 16))
    for _ in range(300):
        stack = [rng.choice(ids) for _ in range(rng.randrange(1, 12))]
        count = rng.randrange(1, 50)
        writer.sample(stack, (count, count * rng.randrange(1, 10 ** rng.randrange(1, 9))))
    writer.body += number(9, 1700000000123456000) + number(10, 12345678901)
    writer.save(os.path.join(folder, f"{name}.pb.gz"))


def labels(folder):
    """Several values of a key, numbers with and without units, units that do not agree."""
    rng = random.Random(2)
    writer = Writer(HEAP, default="objects")
    writer.mapping(1, 0x1000, 0x9000, "/opt/labels (deleted)", "")
    names(writer)
    for ident in range(1, 31):
        writer.location(ident, [(rng.randrange(1, len(NAMES) + 1), ident)], 1, 0x1000 + ident * 16)
    for i in range(400):
        tags = [("user", rng.choice("abcdef"))]
        if i % 3 == 0:
            tags += [("user", "second"), ("path", f"/x/{i % 7}?q=\"1\"")]
        if i % 2:
            tags.append(("bytes", 2 ** rng.randrange(3, 24), rng.choice(("", "bytes"))))
        if i % 5 == 0:
            tags += [("bytes", 100), ("request", rng.randrange(1, 5000), rng.choice(("kilobytes", "")))]
        if i % 11 == 0:
            tags += [("latency", rng.randrange(1, 10**9), "ns"), ("depth", 0), ("wait", 0, "ms")]
        count = rng.randrange(1, 9)
        stack = [rng.randrange(1, 31) for _ in range(rng.randrange(1, 8))]
        writer.sample(stack, (count, count * 640), tags)
        if i % 20 == 0:
            writer.sample(stack, (1, 64), tags)
    for text in ("# a hidden comment", "a comment", "another: one"):
        writer.header(13, text)
    writer.header(15, "https://example.com/doc")
    writer.save(os.path.join(folder, "labels.pb.gz"))


def drops(folder):
    """Frames that the profile wants dropped, and exceptions."""
    rng = random.Random(3)
    writer = Writer(HEAP)
    writer.mapping(1, 0x1000, 0x9000, "/opt/drops")
    names(writer)
    for ident in range(1, 31):
        lines = [(rng.randrange(1, len(NAMES) + 1), ident) for _ in range(rng.choice((1, 1, 2)))]
        writer.location(ident, lines, 1, 0x1000 + ident * 16, folded=ident % 5 == 0)
    for _ in range(200):
        stack = [rng.randrange(1, 31) for _ in range(rng.randrange(1, 8))]
        writer.sample(stack, (rng.randrange(1, 9), rng.randrange(1, 90000)))
    writer.header(7, "malloc|tc_malloc|.*vector.*")
    writer.header(8, "tc_.*")
    writer.save(os.path.join(folder, "drops.pb.gz"))


def bare(folder):
    """No mapping, no function, no line; and samples without a stack."""
    rng = random.Random(4)
    writer = Writer((("widgets", "furlongs"),), period=("", ""), rate=0)
    for ident in range(1, 40):
        writer.location(1 << 40 | ident, [], 0, ident * 1000)
    for _ in range(100):
        stack = [1 << 40 | rng.randrange(1, 40) for _ in range(rng.randrange(0, 5))]
        writer.sample(stack, (rng.randrange(0, 1000),))
    writer.save(os.path.join(folder, "bare.pb.gz"))


def negative(folder):
    """A difference that somebody saved: negative values, and sums that cancel out."""
    rng = random.Random(5)
    writer = Writer(HEAP)
    writer.mapping(1, 0x1000, 0x9000, "/opt/negative")
    names(writer)
    for ident in range(1, 31):
        writer.location(ident, [(rng.randrange(1, len(NAMES) + 1), ident)], 1, 0x1000 + ident * 16)
    for _ in range(300):
        value = rng.choice((-1, 1)) * 512 * rng.randrange(1, 9)
        stack = [rng.randrange(1, 31) for _ in range(rng.randrange(1, 5))]
        writer.sample(stack, (value // 512, value), [("bytes", abs(value))])
    writer.save(os.path.join(folder, "negative.pb.gz"))


def empty(folder):
    """Sample types and nothing else."""
    Writer(HEAP).save(os.path.join(folder, "empty.pb.gz"))


def saved(folder):
    """A difference that -proto -diff_base saved: the base is marked, and its total is all. A sample type
    twice, a comment of two lines first, a key that is not ASCII."""
    rng = random.Random(8)
    writer = Writer((("twin", "count"), ("twin", "bytes"), ("objects", "count"), ("space", "bytes")))
    names(writer)
    for ident in range(1, 21):
        writer.location(ident, [(rng.randrange(1, len(NAMES) + 1), ident)], 0, ident * 16)
    for _ in range(120):
        stack = [rng.randrange(1, 21) for _ in range(rng.randrange(1, 5))]
        count = rng.randrange(0, 9)
        writer.sample(stack, (1, 2, count, count * 64), [("größe", rng.choice("abc"))])
        writer.sample(stack, (-1, -2, -count, -32 * count), [("pprof::base", "true"), ("größe", 7)])
    writer.header(13, "two\nlines")
    writer.save(os.path.join(folder, "saved.pb.gz"))


def units(folder):
    """The same program measured in other units: merging makes them one."""
    for name, unit, factor in (("units_ms", "milliseconds", 1), ("units_us", "microseconds", 1000)):
        rng = random.Random(6)
        writer = Writer((("samples", "count"), ("cpu", unit)), period=("cpu", unit), rate=10 * factor)
        writer.mapping(1, 0x1000, 0x9000 + 16 * factor, "/opt/units", "bb01")
        names(writer)
        for ident in range(1, 31):
            function = rng.randrange(1, len(NAMES) + 1)
            writer.location(ident, [(function, ident)], 1, 0x1000 + ident * 16)
        for _ in range(150):
            stack = [rng.randrange(1, 31) for _ in range(rng.randrange(1, 5))]
            writer.sample(stack, (1, rng.randrange(1, 500) * factor))
        writer.save(os.path.join(folder, f"{name}.pb.gz"))


def main():
    folder = sys.argv[1]
    cpp(folder, 1)
    cpp(folder, 7, HEAP, "cpp_heap")
    labels(folder)
    drops(folder)
    bare(folder)
    negative(folder)
    empty(folder)
    units(folder)
    saved(folder)


if __name__ == "__main__":
    main()
