"""Compares the report on standard input with what main.go allocates."""
import json
import sys

WANTED = (("point", 1000, 24, 0), ("node", 500, 640, 40), ("[]int32", 1000, 416, 16))

report = json.load(sys.stdin)
for name in ("objects", "bytes"):
    assert sum(row[name] for row in report["types"]) == report[name], name
for name, count, slot, waste in WANTED:
    rows = [row for row in report["types"] if row["type"] in (name, "main." + name)]
    seen = [(row["objects"], row["slot"], row["largest_slot"]) for row in rows]
    assert seen == [(count, slot, slot)], (name, seen)
    known = "not known"
    if rows[0]["known_bytes"]:
        assert rows[0]["waste"] == count * waste, (name, rows[0]["waste"])
        known = rows[0]["waste"]
    print(name, count, "objects, waste", known)
for row in report["types"]:
    if row["type"] == "string" or "pair" in row["type"] and row["slot"] == 16:
        print(row["type"], row["objects"])
