"""What the programs of this folder that make many checks say: a TAP line each, and how many."""
number = 0
failed = 0


def check(what, good, more=""):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {what}", flush=True)
    if not good and more:
        print("".join(f"# {line}\n" for line in str(more).splitlines()), flush=True)


def plan():
    print(f"1..{number}", flush=True)
