"""types.py UNHEAP FOLDER: -types and -sizes of FOLDER/allocs.pb.gz, beside what the program that wrote it says
of itself: objects by type, and its runtime.MemStats.BySize."""
import json
import os
import subprocess
import sys

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


def widths(unheap, folder):
    for words in (["-types", os.path.join(folder, "program")], ["-sizes"]):
        longest = max(len(line) for line in ask(unheap, folder, *words).splitlines())
        check("%s: no line is longer than 100 columns: %d" % (words[0], longest), longest <= 100)


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
