"""capture_faults.py UNHEAP FIRST SECOND FOLDER: captures of processes that end in the middle, or go on as
another program under the same number. Each capture is refused in words, or its profile can be read."""
import os
import subprocess
import sys
import time

ROUNDS = 30


def capture(unheap, pid, path, *flags):
    if os.path.exists(path):
        os.remove(path)
    done = subprocess.run([unheap, "capture", *flags, "-o", path, str(pid)], stderr=subprocess.PIPE, text=True)
    if done.returncode == 1:
        assert "error:" in done.stderr, done.stderr
        assert not os.path.exists(path)
        return False
    assert done.returncode == 0, (done.returncode, done.stderr)
    subprocess.run([unheap, "prof", "-top", path], check=True, stdout=subprocess.DEVNULL)
    return True


def main():
    unheap, first, second, folder = sys.argv[1:]
    path = os.path.join(folder, "profile.pb.gz")
    good = refused = 0
    for number in range(ROUNDS):
        # exec -a keeps the number: a shell that becomes the first program, which the next replaces.
        become = f"timeout 0.{number % 8 + 1} {first} {folder}/own1; exec {second} {folder}/own2"
        process = subprocess.Popen(["sh", "-c", become if number % 2 else f"exec {first} {folder}/own1"],
                                   stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.01 * (number % 10))
        killer = subprocess.Popen(["sh", "-c", f"sleep 0.{number % 5}; kill -9 {process.pid}"])
        for flags in ((), ("-goroutines",), ("-current",)):
            if capture(unheap, process.pid, path, *flags):
                good += 1
            else:
                refused += 1
        killer.wait()
        process.stdin.close()
        process.wait()
    print(f"# {good} profiles, {refused} refusals in words")


main()
