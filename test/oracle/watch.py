"""unheap watch on programs that run: watch.py UNHEAP PROGRAM SCRATCH [KILLS]

The kill test: a program grows under a limit of 400 MB, a cgroup's where one can be made, else that of a
supervisor who kills; its profile must be there afterwards, and be about its leak. At seven eighths,
above the usual trigger, it waits until the profile is there, so that nothing depends on who is
quicker. With KILLS, that many times more it does not wait, and grows by 500 MB/s: how often a profile
is left then is told.
Then faults: the process ends, runs another program, the daemon is killed, its port is taken.

Every wait is for a condition; PATIENCE is what no machine needs.
"""
import glob
import gzip
import http.server
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import tap
from tap import check

UNHEAP, PROGRAM, SCRATCH = sys.argv[1:4]
KILLS = int(sys.argv[4]) if len(sys.argv) > 4 else 0
LIMIT = 400_000_000
PATIENCE = 300
running = []


def start_program(*words, before=()):
    program = subprocess.Popen([*before, PROGRAM, *words], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    running.append(program)
    return program, int(program.stdout.readline())


def go_on(program):
    program.stdin.write("go on\n")
    program.stdin.flush()


class Watch:
    def __init__(self, *flags):
        out = subprocess.PIPE if "-json" in flags else None
        self.process = subprocess.Popen([UNHEAP, "watch", "-listen", "127.0.0.1:0", *flags],
                                        stdout=out, stderr=subprocess.PIPE, text=True)
        running.append(self.process)
        self.lines = []
        first = self.process.stderr.readline()
        self.lines.append(first)
        self.address = first.split()[-1].removesuffix("/metrics") if "http" in first else ""
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.lines.append(line)

    def log(self):
        return "".join(self.lines)

    def metrics(self, accept="text/plain"):
        request = urllib.request.Request(self.address + "/metrics", headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def value(self, name):
        found = re.search(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", self.metrics(), re.M)
        return float(found[1]) if found else None

    def wait_for(self, good):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if good():
                return True
            time.sleep(0.05)
        return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)


def top_function(path):
    report = subprocess.run([UNHEAP, "prof", "-top", "-sample_index=inuse_space", path],
                            capture_output=True, text=True).stdout
    rows = report.split("flat%", 1)[1].splitlines()[1:] if "flat%" in report else []
    return rows[0].split()[5] if rows else report


# ---- the kill test ----

class Group:
    """A memory cgroup of version 1 or 2, or none."""

    def __init__(self, name):
        self.path = None
        for base, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                            ("/sys/fs/cgroup", "memory.max")):
            path = f"{base}/{name}"
            try:
                os.mkdir(path)
                with open(f"{path}/{limit}", "w") as file:
                    file.write(str(LIMIT))
                self.path = path
                return
            except OSError:
                if os.path.isdir(path):
                    os.rmdir(path)

    def words(self):
        join = f"echo $$ > {self.path}/cgroup.procs && exec \"$@\""
        return ["sh", "-c", join, "sh"] if self.path else []

    def remove(self):
        for _ in range(600):
            try:
                if self.path:
                    os.rmdir(self.path)
                return
            except OSError:
                time.sleep(0.1)


def supervise(program):
    page = os.sysconf("SC_PAGESIZE")
    while program.poll() is None:
        try:
            with open(f"/proc/{program.pid}/statm") as file:
                if int(file.read().split()[1]) * page > LIMIT:
                    program.kill()
        except OSError:
            return
        time.sleep(0.002)


def what_happened(folder):
    """Kinds of events, and processes, of the history as lines of JSON."""
    lines = subprocess.run([UNHEAP, "watch", "-history", f"{folder}/history.db", "-json"],
                           capture_output=True, text=True).stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    return [row["event"] for row in rows if row["kind"] == "event"], {row.get("pid") for row in rows}


def kill_once(turn, *hold):
    folder = f"{SCRATCH}/kill{turn}"
    group = Group(f"unheap-test-{os.getpid()}-{turn}")
    program, pid = start_program("grow", "500", "1", *hold, before=group.words())
    flags = [] if group.path else ["-limit", str(LIMIT)]
    watch = Watch("-dir", folder, "-trigger", "used>85% cool 1h", "-exit-with-target", *flags,
                  str(pid))
    if hold:
        watch.wait_for(lambda: glob.glob(f"{folder}/*.pb.gz"))
        go_on(program)
    if not group.path:
        supervise(program)
    program.wait(timeout=PATIENCE)
    watch.process.wait(timeout=PATIENCE)
    watch.reader.join(timeout=PATIENCE)
    group.remove()
    profiles = glob.glob(f"{folder}/*.pb.gz")
    good = len(profiles) == 1 and top_function(profiles[0]) == "main.leak"
    if hold:
        events, pids = what_happened(folder)
        check("the history shows it to its end", events == ["watched", "fired", "capture", "ended"] and
              pids == {pid}, events)
    late = [float(ms) for ms in re.findall(r"on disk after (\d+) ms", watch.log())]
    return good, group.path, late, watch.log()


def kill_test():
    good, kind, late, log = kill_once(0, "350")
    way = "a cgroup's limit" if kind else "a supervisor"
    print(f"# {way}: on disk after {max(late, default=0):.0f} ms", flush=True)
    check("a program that is killed for memory leaves its profile", good, log)
    left, late = 0, []
    for turn in range(1, KILLS + 1):
        good, _, times, log = kill_once(turn)
        left += good
        late += times
        print("" if good else "".join(f"# {line}\n" for line in log.splitlines()), end="")
    if KILLS:
        print(f"# {left} of {KILLS} that grew by 500 MB/s left their profile; on disk after "
              f"{min(late, default=0):.0f} to {max(late, default=0):.0f} ms", flush=True)


# ---- faults ----

def test_end():
    program, pid = start_program("idle")
    watch = Watch("-match", f"^{PROGRAM} idle", "-interval", "100ms")
    found = watch.wait_for(lambda: watch.value("unheap_targets") == 1)
    check("a process that fits is found", found, watch.log())
    check("its samples are labelled", f'unheap_up{{pid="{pid}",name="' in watch.metrics())
    program.kill()
    program.wait()
    gone = watch.wait_for(lambda: watch.value("unheap_targets") == 0)
    check("its end is seen", gone and "it has ended" in watch.log(), watch.log())
    check("the daemon goes on, and stops when asked", watch.stop() == 0)


def test_named_end():
    program, pid = start_program("idle")
    watch = Watch("-interval", "100ms", str(pid))
    program.kill()
    program.wait()
    check("a named process that ends is down", watch.wait_for(lambda: watch.value("unheap_up") == 0))
    watch.stop()


def test_lines():
    """Lines of JSON for somebody who does not read for a while, then does, then goes."""
    program, pid = start_program("idle")
    watch = Watch("-json", "-interval", "10ms", str(pid))
    watch.wait_for(lambda: (watch.value("unheap_samples_total") or 0) > 400)  # beyond a pipe's 64 KiB
    seen = []
    while not seen or seen[-1]["kind"] != "lost":
        seen.append(json.loads(watch.process.stdout.readline()))
    check("lines: an event, samples, and how many were lost meanwhile",
          seen[0]["event"] == "watched" and seen[1]["rss"] > 0 and seen[-1]["lines"] > 0 and
          all(row["schema"] == "unheap.watch/1" for row in seen), seen[-1])
    watch.process.stdout.close()
    gone = watch.wait_for(lambda: "no more lines" in watch.log())
    check("who reads them may go", gone and watch.value("unheap_up") == 1 and watch.stop() == 0,
          watch.log())
    program.kill()


def test_exec():
    shutil.copy(PROGRAM, f"{SCRATCH}/another")
    program, pid = start_program("exec", f"{SCRATCH}/another", "idle")
    watch = Watch("-interval", "100ms", str(pid))
    watch.wait_for(lambda: (watch.value("go_goroutines") or 0) >= 1)
    go_on(program)
    again = watch.wait_for(lambda: "runs another program now: another" in watch.log())
    check("another program in the same process", again, watch.log())
    check("which is read as well", watch.wait_for(lambda: (watch.value("go_goroutines") or 0) >= 1))
    watch.stop()
    program.kill()


def all_whole(folder):
    profiles = glob.glob(f"{folder}/*.pb.gz")
    return profiles and all(gzip.open(path).read() for path in profiles)


def rows(path):
    with sqlite3.connect(path) as database:
        return [database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("sample", "event")]


def test_killed():
    folder = f"{SCRATCH}/killed"
    program, pid = start_program("grow", "20", "0")
    flags = ("-dir", folder, "-interval", "50ms", "-history-every", "50ms", "-limit", "10GB",
             "-trigger", "growth>1MB/400ms cool 100ms", str(pid))
    watch = Watch(*flags)
    name = "unheap_triggers_fired_total"
    watch.wait_for(lambda: (watch.value(name) or 0) >= 3 and rows(f"{folder}/history.db")[0] > 5)
    told = watch.value(name)
    watch.process.kill()
    watch.process.wait()
    samples, events = rows(f"{folder}/history.db")
    check("killed: what was told is in the history", samples > 5 and events >= told,
          f"{samples} samples, {events} events, {told} told")
    watch = Watch(*flags)
    check("started again: counts go on", watch.wait_for(lambda: (watch.value(name) or 0) >= told))
    watch.wait_for(lambda: rows(f"{folder}/history.db")[0] > samples)
    after = rows(f"{folder}/history.db")
    check("and so does the history", after[0] > samples and after[1] >= events, after)
    watch.stop()
    program.kill()
    check("its profiles are whole", all_whole(folder))


def test_ring():
    folder = f"{SCRATCH}/ring"
    os.mkdir(folder)
    left, written = "unheap-1.pb.gz.7-0.tmp", "unheap-2.pb.gz.8-0.tmp"
    for name in ("mine.pb.gz", "unheap-notes.txt", left, written):
        open(f"{folder}/{name}", "w").close()
    os.utime(f"{folder}/{left}", (1, 1))
    os.utime(f"{folder}/{written}", (2**32, 2**32))
    program, pid = start_program("grow", "20", "0")
    watch = Watch("-dir", folder, "-interval", "50ms", "-keep", "2", "-limit", "10GB",
                  "-trigger", "growth>1MB/400ms cool 200ms", str(pid))
    watch.wait_for(lambda: (watch.value("unheap_captures_total") or 0) >= 4)
    program.kill()
    # One that is being written when the daemon is stopped would stay beside them.
    profiles = lambda: glob.glob(f"{folder}/unheap-*.pb.gz")
    check("no more profiles than asked for", watch.wait_for(lambda: len(profiles()) == 2), profiles())
    watch.stop()
    check("what is not ours stays", os.path.exists(f"{folder}/mine.pb.gz") and
          os.path.exists(f"{folder}/unheap-notes.txt"))
    check("what a killed capture left goes, what is being written stays",
          not os.path.exists(f"{folder}/{left}") and os.path.exists(f"{folder}/{written}"))


def ask_slowly(port, shut_out):
    """A byte a second, PATIENCE of them: the other side must have closed long before, after
    LIMIT_SERVE_REQUEST_SECONDS."""
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.settimeout(1)
        for byte in b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * PATIENCE:
            try:
                one.send(bytes([byte]))
                if one.recv(1) == b"":
                    shut_out.append(True)
                    return
            except TimeoutError:
                pass
            except OSError:
                shut_out.append(True)
                return


def scrape_often(address, times, seen):
    for _ in range(times):
        try:
            with urllib.request.urlopen(address + "/metrics", timeout=PATIENCE) as answer:
                seen.append(b"unheap_up" in answer.read())
        except OSError:
            seen.append(False)


def test_readers():
    program, pid = start_program("idle")
    watch = Watch(str(pid))
    port = int(watch.address.rsplit(":", 1)[1])
    shut_out = []
    slow = [threading.Thread(target=ask_slowly, args=(port, shut_out)) for _ in range(50)]
    for thread in slow:
        thread.start()
    seen = []
    readers = [threading.Thread(target=scrape_often, args=(watch.address, 50, seen))
               for _ in range(200)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    check("10,000 scrapes, 200 at a time, 50 slow ones between them", len(seen) == 10000 and
          all(seen), f"{sum(seen)} of {len(seen)}")
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 100000)
        one.settimeout(PATIENCE)
        try:
            answer = one.recv(100)
        except OSError:
            answer = b""
    check("a huge head is refused", b" 200 " not in answer, answer)
    for thread in slow:
        thread.join()
    check("who asks too slowly is shut out", len(shut_out) == len(slow), len(shut_out))
    resident = watch.value("unheap_own_resident_memory_bytes")
    libraries = subprocess.run(["ldd", UNHEAP], capture_output=True, text=True).stdout
    sanitized = "libasan" in libraries  # keeps what was freed
    check("and the daemon is small still", sanitized or resident < 24 << 20, resident)
    check("it goes on", watch.value("unheap_up") == 1 and watch.stop() == 0)
    program.kill()


def test_disk_full():
    folder = f"{SCRATCH}/full"
    os.mkdir(folder)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", folder]).returncode:
        check("a full disk # SKIP: nothing can be mounted here", True)
        return
    try:
        program, pid = start_program("grow", "20", "0")
        watch = Watch("-dir", folder, "-interval", "50ms", "-limit", "10GB", "-trigger",
                      "growth>1MB/400ms cool 200ms", "-history-every", "50ms", str(pid))
        watch.wait_for(lambda: (watch.value("unheap_captures_total") or 0) >= 1)
        with open(f"{folder}/filler", "wb") as file:
            try:
                file.write(bytes(16 << 20))
                file.flush()
            except OSError:
                pass
        failed = watch.wait_for(lambda: (watch.value("unheap_capture_failures_total") or 0) >= 1)
        check("a full disk: captures fail, and are counted", failed, watch.log())
        os.remove(f"{folder}/filler")
        before = watch.value("unheap_captures_total")
        check("room again: they succeed",
              watch.wait_for(lambda: watch.value("unheap_captures_total") > before), watch.log())
        watch.stop()
        program.kill()
        check("and what is there is whole", all_whole(folder))
    finally:
        subprocess.run(["umount", folder])


def test_port():
    program, pid = start_program("idle")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([UNHEAP, "watch", "-listen", f"127.0.0.1:{port}", str(pid)],
                              capture_output=True, text=True, timeout=PATIENCE)
    check("a port that is taken is told", done.returncode == 1 and
          "serve-address" in done.stderr, done.stderr)
    program.kill()


class Receiver:
    """A webhook that refuses the first few times."""

    def __init__(self, refusals):
        self.events, self.refused = [], []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refuse = len(receiver.refused) < refusals
                (receiver.refused if refuse else receiver.events).append(json.loads(body))
                self.send_response(503 if refuse else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def test_webhook():
    folder = f"{SCRATCH}/hook"
    receiver = Receiver(2)
    program, pid = start_program("grow", "20", "0")
    watch = Watch("-dir", folder, "-interval", "50ms", "-limit", "10GB", "-webhook", receiver.url,
                  "-run", f"echo $UNHEAP_PID $UNHEAP_TRIGGER $UNHEAP_CAPTURE >{SCRATCH}/said",
                  "-trigger", "big: rss>20MB cool 1h", str(pid))
    arrived = watch.wait_for(lambda: receiver.events)
    event = receiver.events[0] if arrived else {}
    check("a webhook arrives in the end", arrived and len(receiver.refused) == 2, watch.log())
    check("and says what there is", event.get("trigger") == "big" and event.get("pid") == pid and
          event.get("rss", 0) > 20 << 20 and os.path.exists(event.get("capture") or ""), event)
    check("it is counted", watch.wait_for(lambda: watch.value("unheap_deliveries_total") == 1))
    wanted = f"{pid} big {event.get('capture')}\n"
    check("a command is run", watch.wait_for(lambda: read(f"{SCRATCH}/said") == wanted), wanted)
    watch.stop()
    program.kill()


def test_webhook_later():
    folder = f"{SCRATCH}/later"
    receiver = Receiver(10**9)
    program, pid = start_program("grow", "20", "0")
    flags = ("-dir", folder, "-interval", "50ms", "-limit", "10GB", "-trigger",
             "big: rss>20MB cool 1h", "-webhook", receiver.url, str(pid))
    watch = Watch(*flags)
    watch.wait_for(lambda: receiver.refused)
    watch.process.kill()
    watch.process.wait()
    receiver.server.shutdown()
    receiver.server.server_close()
    other = Receiver(0)
    flags = [other.url if flag == receiver.url else flag for flag in flags]
    flags[flags.index("big: rss>20MB cool 1h")] = "big: rss>20GB"
    watch = Watch(*flags)
    check("killed before it arrived: it arrives after a restart",
          watch.wait_for(lambda: other.events) and other.events[0]["trigger"] == "big",
          watch.log())
    watch.stop()
    program.kill()


def test_url():
    folder = f"{SCRATCH}/url"
    program, _ = start_program("serve")
    address = program.stdout.readline().split()[0]
    watch = Watch("-url", f"http://{address}", "-dir", folder, "-interval", "100ms",
                  "-trigger", "heap>30MB cool 1h")
    heap = "go_memstats_heap_inuse_bytes"
    check("a URL: figures of /debug/vars",
          watch.wait_for(lambda: (watch.value(heap) or 0) > 10 << 20), watch.log())
    captured = watch.wait_for(lambda: watch.value("unheap_captures_total") == 1)
    profiles = glob.glob(f"{folder}/*.pb.gz")
    check("and its profile", captured and len(profiles) == 1 and
          top_function(profiles[0]) == "main.leak", watch.log())
    program.kill()
    check("a service that is gone is down", watch.wait_for(lambda: watch.value("unheap_up") == 0))
    watch.stop()


def main():
    try:
        kill_test()
        test_end()
        test_named_end()
        test_lines()
        test_exec()
        test_killed()
        test_ring()
        test_url()
        test_webhook()
        test_webhook_later()
        test_port()
        test_readers()
        test_disk_full()
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
                process.wait()
    tap.plan()


main()
