#!/usr/bin/env python3
"""What `unheap hot -json` says, in a few stable lines: sums, causes, how well things fit.

usage: unheap hot -json ... | brief.py [SMALLEST_SHARE]
"""
import json
import sys

smallest = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
report = json.load(sys.stdin)
total = report["total"]
causes = sum(cause["value"] for cause in report["causes"])
unexplained = sum(row["value"] for row in report["unexplained"])
adds_up = causes == report["explained"] and causes + unexplained == total
match = report["match"]
matched = match["matched"] + match["unknown_function"] + match["unknown_package"]
print(f"{report['sample_type']}: {100 * report['explained'] / total:.1f}% explained, "
      f"{'adds up' if adds_up else 'DOES NOT ADD UP'}; matched {100 * match['matched'] / matched:.0f}%"
      f"{' by -map' if match['by_mapping'] else ''}")
for cause in report["causes"]:
    share = 100 * cause["value"] / total
    if share >= smallest:
        print(f"{share:4.0f}% {cause['category']} {cause['file']}:{cause['line']} {cause['text']}")
