"""Names of C++ and Rust in `unheap prof` beside `go tool pprof`, at each -symbolize=demangle=.

    prof_demangle.py UNHEAP PPROF PROFILE NAMES

NAMES holds mangled names, one a line. In full, names with an unresolved one ("sr") are left out: there
the demangler of pprof takes the wrong one of the parts that are repeated.
"""

import re
import subprocess
import sys

import prof_foreign


def profile(path, names):
    writer = prof_foreign.Writer(prof_foreign.CPU, period=("cpu", "nanoseconds"))
    writer.mapping(1, 0x1000, 0x90000000, "/no/such/program")
    for ident, name in enumerate(names, 1):
        writer.function(ident, name, "", 0, name)
        writer.location(ident, [(ident, ident)], 1, 0x1000 + ident)
        writer.sample([ident], (1, 1))
    writer.save(path)


def ask(command, path, mode):
    out = subprocess.run(command + ["-raw"] + mode + [path], capture_output=True, text=True).stdout
    return dict(re.findall(r"^ *(\d+): 0x[0-9a-f]+ M=1 (.*) :\d+:0 s=0(?:\(.*\))?$", out, re.M))


def main():
    unheap, pprof, path, source = sys.argv[1:5]
    with open(source) as file:
        names = file.read().split("\n")[:-1]
    profile(path, names)
    good = wrong = 0
    for mode in ([], ["-symbolize=demangle=templates"], ["-symbolize=demangle=full"],
                 ["-symbolize=demangle=none"], ["-symbolize=demangle=default"]):
        theirs, ours = ask([pprof], path, mode), ask([unheap, "prof"], path, mode)
        for ident, name in enumerate(names, 1):
            if mode and "full" in mode[0] and "sr" in name:
                continue
            same = ours.get(str(ident)) == theirs[str(ident)]
            good += same
            wrong += not same
            if not same and wrong < 10:
                print(f"DIFFERS {mode} {name}\n  ours  {ours.get(str(ident))}\n  pprof {theirs[str(ident)]}")
    print(f"prof: {good} of {good + wrong} demangled names identical")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
