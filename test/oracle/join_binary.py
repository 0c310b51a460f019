#!/usr/bin/env python3
"""A report of `unheap hot -sample_index=alloc_objects -json [-binary]` of test/oracle/join_binary,
beside what the comments of its source say.

usage: join_binary.py NAME without|same|other REPORT
"""
import collections
import json
import re
import sys

SOURCE = "test/oracle/join_binary/main.go"


def truth():
    heap, elided, alike = collections.defaultdict(list), set(), set()
    with open(SOURCE, encoding="utf-8") as source:
        for number, line in enumerate(source, 1):
            if number < 12 or "//" not in line:
                continue
            comment = line.split("//", 1)[1]
            for count, name in re.findall(r"heap (\d+) (.+?)(?:, (?=heap)|$)", comment):
                heap[number].append((name.strip(), int(count)))
            if "alike" in comment:
                alike.add(number)
            if comment.strip() == "elided":
                elided.add(number)
    return heap, elided, alike


def main():
    name, how, path = sys.argv[1:]
    with open(path, encoding="utf-8") as source:
        report = json.load(source)
    heap, elided, alike = truth()
    sites = [site for site in report["sites"] if site["file"].endswith("main.go") and
             (how != "other" or site["line"] not in alike)]
    ambiguous = sum(site["ambiguous"] for site in sites)
    if how == "without":
        print(f"{'ok' if ambiguous else 'not ok'} - {name}: without the binary {ambiguous} sites "
              "are ambiguous")
        return not ambiguous
    wrong = []
    for line, wanted in heap.items():
        if how == "other" and line in alike:
            continue  # only the addresses tell objects of one size apart
        found = collections.Counter()
        for site in sites:
            if site["line"] == line and site["verdict"] != "elided":
                found[site.get("type", site["kind"])] += site["value"]
        for kind, count in wanted:
            if found[kind] != count:
                wrong.append(f"line {line}: {count} of {kind}, found {dict(found)}")
    said = {site["line"] for site in sites if site["verdict"] == "elided"}
    if said & set(heap):
        wrong.append(f"elided, and allocates: lines {sorted(said & set(heap))}")
    if elided - said:
        wrong.append(f"elided, and not said: lines {sorted(elided - said)}")
    for site in sites if how == "same" else []:
        if site["value"] and site["kind"] != "runtime" and not site.get("callee"):
            wrong.append(f"line {site['line']}: no callee")
    if ambiguous:
        wrong.append(f"{ambiguous} sites are ambiguous")
    for text in wrong:
        print("#", text)
    print(f"{'not ok' if wrong else 'ok'} - {name}: {len(sites)} sites, {len(said)} lines elided, "
          f"{ambiguous} ambiguous")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
