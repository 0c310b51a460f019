"""types.py UNHEAP FOLDER: -types and -sizes of FOLDER/allocs.pb.gz, beside what the program that wrote it says
of itself: objects by type, and its runtime.MemStats.BySize."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import tap
from tap import check


def ask(unheap, folder, *words):
    answer = subprocess.run([unheap, "prof", "-alloc_objects", *words, os.path.join(folder, "allocs.pb.gz")],
                            stdout=subprocess.PIPE, check=True)
    return answer.stdout.decode()


def adds_up(report, rows):
    return all(sum(row[name] for row in rows) == report[name] for name in ("objects", "bytes"))


def types(unheap, folder, truth):
    report = json.loads(ask(unheap, folder, "-types", "-json", os.path.join(folder, "program")))
    rows = {row["type"]: row for row in report["types"]}
    wrong = []
    for want in truth["wants"]:
        row = rows.get(want["Name"], {"objects": 0})
        objects = want["Objects"] or max(1, row["objects"])
        size = want["Size"]
        if row["objects"] != objects or (size and row["known_bytes"] and
                                         row["known_bytes"] - row["waste"] != objects * size):
            wrong.append((want, row))
    known = {want["Name"] for want in truth["wants"]}
    others = sum(row["objects"] for name, row in rows.items() if name and name not in known)
    unnamed = rows.get("", {"objects": 0})["objects"]
    check("%d of %d types have the objects the program made; of %d objects %d are of other types, %d of none that is known %s"
          % (len(truth["wants"]) - len(wrong), len(truth["wants"]), report["objects"], others, unnamed, wrong or ""),
          not wrong and unnamed * 50 < report["objects"])
    check("types add up", adds_up(report, report["types"]))


def sizes(unheap, folder, truth):
    report = json.loads(ask(unheap, folder, "-sizes", "-json"))
    seen = {row["slot"]: row["objects"] for row in report["sizes"]}
    large = sum(objects for slot, objects in seen.items() if slot > 32768)
    wrong = [(size, count, seen.get(int(size), 0)) for size, count in truth["sizes"].items()
             if int(size) and count != seen.get(int(size), 0)]
    check("%d sizes have the objects of MemStats.BySize, %d objects are larger %s"
          % (sum(1 for count in truth["sizes"].values() if count), large, wrong or ""), not wrong and large == 20)
    check("sizes add up, to MemStats.TotalAlloc", adds_up(report, report["sizes"]) and report["bytes"] == truth["bytes"])


def on_terminal(columns, *words):
    """What a terminal of that width gets, without colours."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(words, stdout=slave)
    os.close(slave)
    text = b""
    try:
        while piece := os.read(master, 1 << 16):
            text += piece
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(master)
    process.wait()
    return re.sub(r"\x1b\[[0-9;]*m|\r", "", text.decode())


def widths(unheap, folder):
    profile, program = os.path.join(folder, "allocs.pb.gz"), os.path.join(folder, "program")
    for words in (["-types", program], ["-sizes"]):
        longest = [max(map(len, on_terminal(columns, unheap, "prof", *words, profile).splitlines()))
                   for columns in (60, 80, 100, 140)]
        check("%s on terminals of 60, 80, 100, 140 columns: the longest line has %r" % (words[0], longest),
              all(length <= columns for length, columns in zip(longest, (60, 80, 100, 140))))
    check("on 80 columns a type stands on its row", re.search(r"^ .*16\b.*  main\.Square$",
          on_terminal(80, unheap, "prof", "-types", program, profile), re.M))


def main():
    unheap, folder = sys.argv[1:]
    with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
        truth = json.load(file)
    types(unheap, folder, truth)
    sizes(unheap, folder, truth)
    widths(unheap, folder)
    tap.plan()
    return tap.failed > 0


sys.exit(main())
