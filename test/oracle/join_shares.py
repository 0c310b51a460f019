#!/usr/bin/env python3
"""The explained and the ambiguous share of a report of `unheap hot -json`, and what is unexplained.

usage: join_shares.py NAME LEAST REPORT
"""
import json
import sys


def main():
    name, least, path = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    try:
        with open(path, encoding="utf-8") as source:
            report = json.load(source)
    except ValueError:
        print(f"not ok - {name}: no report")
        return 1
    total = report["total"]
    explained = 100.0 * report["explained"] / total
    ambiguous = 100.0 * sum(s["value"] for s in report["sites"] if s["ambiguous"]) / total
    causes = sum(cause["value"] for cause in report["causes"])
    unexplained = sum(row["value"] for row in report["unexplained"])
    sums = causes == report["explained"] and causes + unexplained == total
    right = explained >= least and sums
    print(f"{'ok' if right else 'not ok'} - {name}: {explained:.3f} % explained, {ambiguous:.2f} % "
          f"ambiguous, {len(report['causes'])} causes{'' if sums else ', DOES NOT ADD UP'}")
    for row in report["unexplained"][:3 if right else 12]:
        print(f"    {100.0 * row['value'] / total:.3f} % {row['function']} "
              f"{row['file']}:{row['line']} {row['why']}")
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
