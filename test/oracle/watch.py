"""unheap watch on programs that run: watch.py UNHEAP PROGRAM SCRATCH [KILLS]

The kill test: a program grows by 500 MB/s under a limit of 400 MB, a cgroup's where one can be made,
else that of a supervisor who kills; its profile must be there afterwards, and be about its leak.
Then faults: the process ends, runs another program, the daemon is killed, its port is taken.
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

UNHEAP, PROGRAM, SCRATCH = sys.argv[1:4]
KILLS = int(sys.argv[4]) if len(sys.argv) > 4 else 3
LIMIT = 400_000_000
number = 0
running = []


def check(what, good, more=""):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {what}", flush=True)
    if not good and more:
        print("".join(f"# {line}\n" for line in str(more).splitlines()), flush=True)


def start_program(*words, before=()):
    program = subprocess.Popen([*before, PROGRAM, *words], stdout=subprocess.PIPE, text=True)
    running.append(program)
    return program, int(program.stdout.readline())


class Watch:
    def __init__(self, *flags):
        self.process = subprocess.Popen([UNHEAP, "watch", "-listen", "127.0.0.1:0", *flags],
                                        stderr=subprocess.PIPE, text=True)
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
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def value(self, name):
        found = re.search(rf"^{re.escape(name)}(?:{{[^}}]*}})? (\S+)$", self.metrics(), re.M)
        return float(found[1]) if found else None

    def wait_for(self, good, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if good():
                return True
            time.sleep(0.05)
        return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


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
        for _ in range(50):
            try:
                if self.path:
                    os.rmdir(self.path)
                return
            except OSError:
                time.sleep(0.02)


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


def kill_once(turn):
    folder = f"{SCRATCH}/kill{turn}"
    group = Group(f"unheap-test-{os.getpid()}-{turn}")
    program, pid = start_program("grow", "500", "1", before=group.words())
    flags = [] if group.path else ["-limit", str(LIMIT)]
    # 320 ms before the kill: the machine of a test does other things too. Alone, 80 % will do.
    watch = Watch("-dir", folder, "-trigger", "rss>60%", "-exit-with-target", *flags, str(pid))
    if not group.path:
        supervise(program)
    program.wait(timeout=30)
    watch.process.wait(timeout=30)
    watch.reader.join(timeout=5)
    group.remove()
    profiles = glob.glob(f"{folder}/*.pb.gz")
    good = len(profiles) == 1 and top_function(profiles[0]) == "main.leak"
    late = [float(ms) for ms in re.findall(r"on disk after (\d+) ms", watch.log())]
    return good, group.path, late, watch.log()


def kill_test():
    good, late, failures, kind = 0, [], "", None
    for turn in range(KILLS):
        one, kind, times, log = kill_once(turn)
        good += one
        late += times
        failures += "" if one else log
    way = "a cgroup's limit" if kind else "a supervisor"
    print(f"# {way}: {good} of {KILLS} left their profile; on disk after "
          f"{min(late, default=0):.0f} to {max(late, default=0):.0f} ms", flush=True)
    check(f"{KILLS} programs killed at 500 MB/s, {KILLS} profiles", good == KILLS, failures)


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


def test_exec():
    shutil.copy(PROGRAM, f"{SCRATCH}/another")
    program, pid = start_program("exec", "1", f"{SCRATCH}/another", "idle")
    watch = Watch("-interval", "100ms", str(pid))
    again = watch.wait_for(lambda: "runs another program now: another" in watch.log(), 15)
    check("another program in the same process", again, watch.log())
    check("which is read as well", watch.wait_for(lambda: (watch.value("go_goroutines") or 0) >= 1))
    watch.stop()
    program.kill()


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
    watch.wait_for(lambda: (watch.value(name) or 0) >= 3)
    told = watch.value(name)
    watch.process.kill()
    watch.process.wait()
    samples, events = rows(f"{folder}/history.db")
    check("killed: what was told is in the history", samples > 5 and events >= told,
          f"{samples} samples, {events} events, {told} told")
    watch = Watch(*flags)
    check("started again: counts go on", (watch.value(name) or 0) >= told)
    watch.wait_for(lambda: rows(f"{folder}/history.db")[0] > samples)
    after = rows(f"{folder}/history.db")
    check("and so does the history", after[0] > samples and after[1] >= events, after)
    check("its profiles are whole", all(gzip.open(path).read()
                                        for path in glob.glob(f"{folder}/*.pb.gz")))
    watch.stop()
    program.kill()


def test_ring():
    folder = f"{SCRATCH}/ring"
    os.mkdir(folder)
    left, written = "unheap-1.pb.gz.7-0.tmp", "unheap-2.pb.gz.8-0.tmp"
    for name in ("mine.pb.gz", "unheap-notes.txt", left, written):
        open(f"{folder}/{name}", "w").close()
    os.utime(f"{folder}/{left}", (1, 1))
    program, pid = start_program("grow", "20", "0")
    watch = Watch("-dir", folder, "-interval", "50ms", "-keep", "2", "-limit", "10GB",
                  "-trigger", "growth>1MB/400ms cool 200ms", str(pid))
    watch.wait_for(lambda: (watch.value("unheap_captures_total") or 0) >= 4)
    watch.stop()
    profiles = glob.glob(f"{folder}/unheap-*.pb.gz")
    check("no more profiles than asked for", len(profiles) == 2, profiles)
    check("what is not ours stays", os.path.exists(f"{folder}/mine.pb.gz") and
          os.path.exists(f"{folder}/unheap-notes.txt"))
    check("what a killed capture left goes, what is being written stays",
          not os.path.exists(f"{folder}/{left}") and os.path.exists(f"{folder}/{written}"))
    program.kill()


def ask_slowly(port, seconds):
    with socket.create_connection(("127.0.0.1", port)) as one:
        begin = time.monotonic()
        one.settimeout(seconds)
        try:
            for byte in b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 1000:
                one.send(bytes([byte]))
                one.settimeout(1)
                try:
                    if one.recv(1) == b"":
                        break
                except TimeoutError:
                    pass
        except OSError:
            pass
        return time.monotonic() - begin


def scrape_often(address, times, seen):
    for _ in range(times):
        try:
            with urllib.request.urlopen(address + "/metrics", timeout=30) as answer:
                seen.append(b"unheap_up" in answer.read())
        except OSError:
            seen.append(False)


def test_readers():
    program, pid = start_program("idle")
    watch = Watch(str(pid))
    port = int(watch.address.rsplit(":", 1)[1])
    slow = [threading.Thread(target=ask_slowly, args=(port, 60)) for _ in range(50)]
    begin = time.monotonic()
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
        one.settimeout(5)
        try:
            answer = one.recv(100)
        except OSError:
            answer = b""
    check("a huge head is refused", b" 200 " not in answer, answer)
    for thread in slow:
        thread.join()
    check("who asks slower than 20 s is shut out", time.monotonic() - begin < 40)
    resident = watch.value("unheap_own_resident_memory_bytes")
    libraries = subprocess.run(["ldd", UNHEAP], capture_output=True, text=True).stdout
    sanitized = "libasan" in libraries  # keeps what was freed
    check("and the daemon is small still", sanitized or resident < 24 << 20, resident)
    check("it goes on", watch.value("unheap_up") == 1 and watch.stop() == 0)
    program.kill()


def test_disk_full():
    folder = f"{SCRATCH}/full"
    os.mkdir(folder)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "none", folder]).returncode:
        check("a full disk # SKIP: nothing can be mounted here", True)
        return
    try:
        program, pid = start_program("grow", "20", "0")
        watch = Watch("-dir", folder, "-interval", "50ms", "-limit", "10GB", "-trigger",
                      "growth>1MB/400ms cool 200ms", "-history-every", "50ms", str(pid))
        watch.wait_for(lambda: (watch.value("unheap_captures_total") or 0) >= 1)
        with open(f"{folder}/filler", "wb") as file:
            try:
                file.write(bytes(1 << 20))
                file.flush()
            except OSError:
                pass
        failed = watch.wait_for(lambda: (watch.value("unheap_capture_failures_total") or 0) >= 1)
        check("a full disk: captures fail, and are counted", failed, watch.log())
        os.remove(f"{folder}/filler")
        before = watch.value("unheap_captures_total")
        check("room again: they succeed",
              watch.wait_for(lambda: watch.value("unheap_captures_total") > before), watch.log())
        check("and what is there is whole", all(gzip.open(path).read()
                                                for path in glob.glob(f"{folder}/*.pb.gz")))
        watch.stop()
        program.kill()
    finally:
        subprocess.run(["umount", folder])


def test_port():
    program, pid = start_program("idle")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([UNHEAP, "watch", "-listen", f"127.0.0.1:{port}", str(pid)],
                              capture_output=True, text=True, timeout=20)
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


def test_webhook():
    folder = f"{SCRATCH}/hook"
    receiver = Receiver(2)
    program, pid = start_program("grow", "20", "0")
    watch = Watch("-dir", folder, "-interval", "50ms", "-limit", "10GB", "-webhook", receiver.url,
                  "-run", f"echo $UNHEAP_PID $UNHEAP_TRIGGER $UNHEAP_CAPTURE >{SCRATCH}/said",
                  "-trigger", "big: rss>20MB cool 1h", str(pid))
    arrived = watch.wait_for(lambda: receiver.events, 15)
    event = receiver.events[0] if arrived else {}
    check("a webhook arrives in the end", arrived and len(receiver.refused) == 2, watch.log())
    check("and says what there is", event.get("trigger") == "big" and event.get("pid") == pid and
          event.get("rss", 0) > 20 << 20 and os.path.exists(event.get("capture") or ""), event)
    check("it is counted", watch.wait_for(lambda: watch.value("unheap_deliveries_total") == 1))
    said = open(f"{SCRATCH}/said").read().split()
    check("a command is run", said == [str(pid), "big", event.get("capture")], said)
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
          watch.wait_for(lambda: other.events, 10) and other.events[0]["trigger"] == "big",
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
          watch.wait_for(lambda: (watch.value(heap) or 0) > 10 << 20, 15), watch.log())
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
    print(f"1..{number}")


main()
