"""unheap watch and processes that come, go and are mistaken: watch_many.py UNHEAP PROGRAM SCRATCH [N]

N processes that fit a pattern come and go; a program is followed by another of the same name in the
same process; a number is used again for another process (in a PID namespace, where that can be had).
Every wait is for a condition; PATIENCE is what no machine needs.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.request

import tap
from tap import check

UNHEAP, PROGRAM, SCRATCH = sys.argv[1:4]
MANY = int(sys.argv[4]) if len(sys.argv) > 4 else 40
PATIENCE = 300
running = []


def start_program(*words, program=PROGRAM):
    process = subprocess.Popen([program, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True)
    running.append(process)
    process.stdout.readline()
    return process


def end(process):
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


class Watch:
    def __init__(self, *flags, before=()):
        words = [*before, UNHEAP, "watch", "-listen", "127.0.0.1:0", *flags]
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        running.append(self.process)
        self.lines = [self.process.stderr.readline()]
        self.address = self.lines[0].split()[-1]
        threading.Thread(target=lambda: self.lines.extend(self.process.stderr), daemon=True).start()

    def log(self):
        return "".join(self.lines)

    def metrics(self):
        with urllib.request.urlopen(self.address, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def value(self, name):
        found = re.search(rf"^{name}(?:{{[^}}]*}})? (\S+)$", self.metrics(), re.M)
        return float(found[1]) if found else None

    def watched(self):
        return {int(pid) for pid in re.findall(r'^unheap_up{pid="(\d+)"', self.metrics(), re.M)}

    def wait_for(self, good):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if good():
                return True
            time.sleep(0.05)
        return False

    def files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE)


def pids(programs):
    return {program.pid for program in programs}


def test_many():
    few_files = ("sh", "-c", 'ulimit -Sn 50; exec "$@"', "sh")  # fewer than MANY need
    watch = Watch("-match", f"^{PROGRAM} idle", "-interval", "200ms", "-sites", "0",
                  before=few_files)
    watch.wait_for(lambda: watch.value("unheap_targets") == 0)
    before = watch.files()
    first = [start_program("idle") for _ in range(MANY)]
    check(f"{MANY} processes come", watch.wait_for(lambda: watch.watched() == pids(first)),
          watch.log())
    for program in first[::2]:
        end(program)
    second = [start_program("idle") for _ in range(MANY // 2)]
    there = pids(first[1::2]) | pids(second)
    check("half of them go, others come", watch.wait_for(lambda: watch.watched() == there),
          watch.log())
    for program in first[1::2] + second:
        end(program)
    check("all go", watch.wait_for(lambda: watch.value("unheap_targets") == 0), watch.log())
    check("and leave no file open", watch.wait_for(lambda: watch.files() <= before),
          f"{before} before, {watch.files()} now")
    check("the daemon stops when asked", watch.stop() == 0)


def test_same_name():
    """exec of another executable: the same name, the same addresses, the same process."""
    os.mkdir(f"{SCRATCH}/newer")
    newer = shutil.copy(PROGRAM, f"{SCRATCH}/newer")
    program = start_program("exec", newer, "idle")
    watch = Watch("-interval", "100ms", str(program.pid))
    watch.wait_for(lambda: (watch.value("go_goroutines") or 0) >= 1)
    program.stdin.write("go on\n")
    program.stdin.flush()
    again = watch.wait_for(lambda: "runs another program now" in watch.log())
    check("another program of the same name in the same process is seen", again, watch.log())
    check("and read", watch.wait_for(lambda: (watch.value("go_goroutines") or 0) >= 1))
    watch.stop()
    end(program)


def start_as(pid):
    """A program whose number is that; None when others were quicker, time and again."""
    for _ in range(200):
        with open("/proc/sys/kernel/ns_last_pid", "w") as file:
            file.write(str(pid - 1))
        program = subprocess.Popen([PROGRAM, "grow", "20", "0", "30"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        running.append(program)
        program.stdout.readline()
        if program.pid == pid:
            return program
        end(program)
    return None


def test_used_again():
    """Runs as the first process of a PID namespace."""
    folder = f"{SCRATCH}/again"
    first = start_program("idle")
    watch = Watch("-interval", "100ms", "-limit", "1GB", "-dir", folder, "-trigger",
                  "rss>20MB cool 1h", str(first.pid))
    watch.wait_for(lambda: (watch.value("go_goroutines") or 0) >= 1)
    end(first)
    second = start_as(first.pid)
    if not second:
        print("# SKIP: the number is not given again here")
        return
    check("its number is another's now: it has ended",
          watch.wait_for(lambda: watch.value("unheap_up") == 0) and "has ended" in watch.log(),
          watch.log())
    time.sleep(0.3)  # three intervals: time to do it wrong
    captures = [name for name in os.listdir(folder) if name.endswith(".pb.gz")]
    check("and the other one is neither read nor captured", not captures and
          watch.value("go_goroutines") is None, captures)
    history = subprocess.run([UNHEAP, "watch", "-history", f"{folder}/history.db", "-json"],
                             capture_output=True, text=True).stdout.splitlines()
    most = max(json.loads(line).get("rss") or 0 for line in history)
    check("nor is it in the history", most < 20 << 20, most)
    watch.stop()
    end(second)


def test_in_a_namespace():
    words = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, __file__, UNHEAP, PROGRAM,
             SCRATCH, "0"]
    can = subprocess.run([*words[:4], "test", "-w", "/proc/sys/kernel/ns_last_pid"],
                         capture_output=True)
    if can.returncode:
        check("a number that is used again # SKIP: no PID namespace here", True)
        return
    done = subprocess.run(words, capture_output=True, text=True)
    said = re.findall(r"^(ok|not ok) \d+ - (.*)$", done.stdout, re.M)
    for verdict, what in said:
        check(what, verdict == "ok", done.stdout + done.stderr)
    check("a number that is used again", done.returncode == 0 and "not ok" not in done.stdout,
          done.stdout + done.stderr)


def main():
    try:
        if MANY:
            test_many()
            test_same_name()
            test_in_a_namespace()
        else:
            test_used_again()
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()
    tap.plan()


main()
