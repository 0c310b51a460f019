"""Profiles in the forms that came before the protobuf and that pprof still reads, for prof_matrix.py:
gperftools' binary CPU profiles, C++ heaps, locks and threads, Java agents' heaps, locks and CPU.

    prof_legacy.py FOLDER [SEED]
"""

import os
import random
import struct
import sys

MAPS = [
    ["00400000-00500000 r-xp 00000000 08:01 1234   /usr/bin/app",
     "7f0000000000-7f0000100000 r-xp 00002000 08:01 99 /lib/libc.so.6",
     "7f0000100000-7f0000200000 rw-p 00000000 00:00 0",
     "7fff00000000-7fff00001000 r-xp 00000000 00:00 0 [vdso]"],
    ["00400000-00410000 r-xp 00000000 08:01 1 /usr/bin/app",
     "00410000-00500000 r-xp 00010000 08:01 1 /usr/bin/app",
     "7f0000000000-7f0000100000 r-xp 00000000 08:01 9 /lib/ld-2.31.so"],
    ["build=/opt/build", "  400000-500000: $build/app", "7f0000000000-7f0000100000: /lib/libm.so_2 (@2000) abc123"],
    ["I0101 12:00:00.000 17 maps.cc:12] 00400000-00500000 r-xp 00000000 08:01 12 /usr/bin/app",
     "I0101 12:00:00.000 17 maps.cc:12] 7f0000000000-7f0000100000 r-xp 00000000 08:01 12 /lib/libc.so"],
    ["00400000-00410000 r-xp 00000000 00:00 0 /anon_hugepage(deleted)",
     "00410000-00500000 r-xp 00010000 08:01 1 /usr/bin/app"],
    ["7f0000000000-7f0000100000 r-xp 00000000 08:01 9 /lib/libc.so.6",
     "00440000-00500000 r-xp 00040000 08:01 1 /usr/bin/app"],
    ["nothing that is known", "0x400000 0x500000 /usr/bin/app", "7f0000000000 7f0000100000 /lib/x.so abcdef"],
    ["00401000-00500000 r-xp 00001000 08:01 1 /usr/bin/app", "cafe=1", "face: x=y", "400-zz"],
    ["00410000-00500000 r-xp 00010000 08:01 1 /usr/bin/app", "00500000-00600000 r-xp 00000000 08:01 1"],
    [],
]


# The one title that pprof takes where the stacks end at a line ---.
RULES = ("--- Memory map: ---",)


def address(rng):
    if rng.random() < 0.02:
        return rng.choice((0, 1, (1 << 64) - 1))
    if rng.random() < 0.1:
        return rng.randrange(1 << 40)
    return rng.choice((0x400000 + rng.randrange(1 << 20), 0x7F0000000000 + rng.randrange(1 << 20)))


class Stacks:
    def __init__(self, rng):
        self.rng = rng
        self.pool = [address(rng) for _ in range(40)]

    def draw(self, least=1):
        return [self.rng.choice(self.pool) for _ in range(self.rng.randrange(least, 9))]

    def text(self):
        return " ".join(f"0x{a:08x}" for a in self.draw())


def memory_map(rng, title=True, titles=("MAPPED_LIBRARIES:", "--- Memory map: ---")):
    lines = rng.choice(MAPS)
    head = [rng.choice(titles)] if title and (lines or rng.random() < 0.5) else []
    return "\n".join(head + lines) + ("\n" if head + lines else "")


def words(form, values):
    mask = (1 << 32) - 1 if form[1] == "I" else (1 << 64) - 1
    return b"".join(struct.pack(form, value & mask) for value in values)


def cpu(rng, form, java):
    stacks = Stacks(rng)
    handlers = [rng.choice(stacks.pool) for _ in range(rng.choice((0, 0, 1, 2, 3)))]
    out = words(form, [0, 3, 1 if java else 0, rng.choice((10000, 1, 250)), 0])
    for _ in range(rng.randrange(1, 90)):
        stack = stacks.draw(0 if rng.random() < 0.1 else 1)
        if not java and stack:
            if rng.random() < 0.3:
                stack.insert(1, stack[0])
            if rng.random() < 0.99:
                stack[1:1] = handlers
        out += words(form, [rng.randrange(1, 50), len(stack)] + stack)
    if rng.random() < 0.9:
        out += words(form, [0, 1, 0])
        tail = java_names(rng, stacks, form[1] == "I") if java else memory_map(rng, rng.random() < 0.3)
        out += tail.encode()
    return out


def java_names(rng, stacks, narrow=False):
    lines = []
    for i, place in enumerate(stacks.pool):
        if narrow:
            place &= (1 << 32) - 1
        if rng.random() < 0.1:
            continue
        name = rng.choice((f"com.example.Foo{i % 7}.run (Foo.java:{i})", f"com.example.Bar.<init>  (Bar.java:-{i})",
                           "libjvm (/usr/lib/jvm/libjvm.so)", "GC", "generated stub/JIT", "a (b) (c.java:9)",
                           f"com.example.Foo{i % 7}.run (Other.java:3)", "x (/no.such/)", "odd (file.java:)", "y (z:1",
                           "VM thread ", "(only:3)", "big (f.java:99999999999999999999)"))
        lines.append(f"  0x{place:08x} {name}")
    rng.shuffle(lines)
    return "\n".join(["", "# places"] + lines) + rng.choice(("", "\n"))


def java(rng, kind):
    stacks = Stacks(rng)
    lines = [f"--- {kind}z 1 ---", "format = java", f"resolution={'bytes' if kind == 'heap' else 'microseconds'}"]
    if kind == "contention":
        lines += rng.sample(["sampling period = 100", "ms since reset = 6019923"], rng.randrange(3))
    for _ in range(rng.randrange(1, 60)):
        count = rng.randrange(1, 50)
        lines.append(f"  {count * rng.randrange(1, 9000)} {count} @ {stacks.text()}")
        if rng.random() < 0.1:
            lines.append("")
    return ("\n".join(lines) + "\n" + java_names(rng, stacks)).encode()


def heap(rng, word):
    stacks = Stacks(rng)
    alloc = rng.random() < 0.6
    head = "1: 2 [3: 4]" if alloc else "1:2[1:2]"
    lines = [f"heap profile: {head} @ {word}"]
    for _ in range(rng.randrange(1, 80)):
        used, made = rng.randrange(0, 20), rng.randrange(0, 40)
        size = rng.randrange(1, 70000)
        lines.append(f"{used:6}: {used * size} [{made}:{made * size:9}] @ {stacks.text()}")
        if rng.random() < 0.1:
            lines.append(rng.choice(("", "# a comment", "  ")))
    return ("\n".join(lines) + "\n" + memory_map(rng)).encode()


def contention(rng):
    stacks = Stacks(rng)
    lines = [rng.choice(("--- contentionz 1 ---", "--- mutex:", "--- contention:"))]
    lines += rng.sample(["cycles/second = 3201000000", "sampling period=100", "ms since reset = 16502830",
                         "discarded samples = 0"], rng.randrange(5))
    for _ in range(rng.randrange(1, 60)):
        lines.append(f"{rng.randrange(1, 10 ** rng.randrange(1, 12)):9} {rng.randrange(1, 99)} @ {stacks.text()}")
        if rng.random() < 0.1:
            lines.append(rng.choice(("", "# a comment")))
    return ("\n".join(lines) + "\n" + memory_map(rng, True, RULES)).encode()


def threads(rng):
    stacks = Stacks(rng)
    lines = rng.choice((["--- threadz 1 ---", "", "a comment"], [], ["# comment", "", "--- threadz 1 ---"]))
    for i in range(rng.randrange(1, 40)):
        lines.append(f"--- Thread 7f794ab909{i:02x} (name: {rng.choice(('main', 'a/b', ''))}/{14748 + i}) stack: ---")
        if rng.random() < 0.2:
            lines.append("    [same as previous thread]")
        elif rng.random() < 0.5:
            lines += [f"  PC: 0x{a:08x}: name(arg *, 0x)" for a in stacks.draw()]
        else:
            lines.append("    " + stacks.text())
        if rng.random() < 0.2:
            lines.append("")
    lines += rng.choice((["--- Memory map: ---"], ["---- no stack trace for 1 threads", "more", "--- Memory map: ---"]))
    return ("\n".join(lines) + "\n" + memory_map(rng, False)).encode()


def count(rng):
    stacks = Stacks(rng)
    lines = rng.choice(([], ["# comment", ""])) + ["threadcreate profile: total 9"]
    for _ in range(rng.randrange(1, 40)):
        lines.append(f"{rng.randrange(1, 60)} @ {' '.join(f'0x{a:x}' for a in stacks.draw())}")
        if rng.random() < 0.2:
            lines.append(rng.choice(("", "#", "# comment")))
    lines += rng.choice(([], ["--- something"], ["---", "more"]))
    return ("\n".join(lines) + "\n" + memory_map(rng, True, RULES)).encode()


FORMS = {
    "cpu_32l": lambda rng: cpu(rng, "<I", False), "cpu_32b": lambda rng: cpu(rng, ">I", False),
    "cpu_64l": lambda rng: cpu(rng, "<Q", False), "cpu_64b": lambda rng: cpu(rng, ">Q", False),
    "javacpu_64l": lambda rng: cpu(rng, "<Q", True), "javacpu_32b": lambda rng: cpu(rng, ">I", True),
    "javaheap": lambda rng: java(rng, "heap"), "javalock": lambda rng: java(rng, "contention"),
    "heap_v2": lambda rng: heap(rng, "heap_v2/524288"), "heapz_v2": lambda rng: heap(rng, "heapz_v2/1048576"),
    "heap_old": lambda rng: heap(rng, "heap/524288"), "heapprofile": lambda rng: heap(rng, "heapprofile"),
    "growth": lambda rng: heap(rng, rng.choice(("growth", "growthz", "fragmentation", "fragmentationz"))),
    "lock": contention, "threads": threads, "counts": count,
}


def main():
    folder, seed = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "1"
    for name, make in FORMS.items():
        with open(os.path.join(folder, f"legacy_{name}.prof"), "wb") as file:
            file.write(make(random.Random(f"{name} {seed}")))


if __name__ == "__main__":
    main()
