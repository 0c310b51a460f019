"""examples/monitoring on a real Prometheus: monitoring.py UNHEAP PROGRAM SCRATCH

promtool accepts configuration, rules and both forms of the metrics; a Prometheus scrapes a real
`unheap watch`; every query of the dashboard and both sides of every alert return data. Every wait is
for a condition; PATIENCE, in seconds, is what no machine needs.
"""
import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import tap
from tap import check

UNHEAP, PROGRAM, SCRATCH = sys.argv[1:4]
EXAMPLES = "examples/monitoring"
PATIENCE = 240
running = []


def run(*words, text=None):
    done = subprocess.run(words, capture_output=True, text=True, input=text)
    return done.returncode == 0, done.stdout + done.stderr


def start(*words, **more):
    process = subprocess.Popen(words, **more)
    running.append(process)
    return process


def get(address, accept="text/plain"):
    request = urllib.request.Request(address, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.read().decode(), answer.headers["Content-Type"]


def start_watch():
    program = start(PROGRAM, "grow", "5", "0", stdout=subprocess.PIPE, text=True)
    program.stdout.readline()
    watch = start(UNHEAP, "watch", "-listen", "127.0.0.1:0", "-match", f"^{PROGRAM} grow",
                  "-dir", f"{SCRATCH}/captures", "-limit", "4GB", "-sites-every", "1s",
                  "-trigger", "rss>20MB cool 2s", stderr=subprocess.PIPE, text=True)
    return watch.stderr.readline().split()[-1]


def check_metrics(address):
    text, kind = get(address)
    good, said = run("promtool", "check", "metrics", text=text)
    check("promtool accepts the metrics", good and kind.startswith("text/plain"), said)
    text, kind = get(address, "application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    families = re.findall(r"^# TYPE (\S+)", text, re.M)
    check("OpenMetrics: the type, each family once, the end",
          kind.startswith("application/openmetrics-text; version=1.0.0") and
          len(families) == len(set(families)) and text.endswith("# EOF\n"), kind)


def start_prometheus(target):
    with open(f"{EXAMPLES}/prometheus.yml") as file:
        config = file.read()
    config = config.replace("127.0.0.1:9273", target).replace("15s", "1s")
    config = config.replace("alerts.yml", os.path.abspath(f"{EXAMPLES}/alerts.yml"))
    with open(f"{SCRATCH}/prometheus.yml", "w") as file:
        file.write(config)
    log = open(f"{SCRATCH}/prometheus.log", "w")
    start("prometheus", f"--config.file={SCRATCH}/prometheus.yml",
          f"--storage.tsdb.path={SCRATCH}/data", "--web.listen-address=127.0.0.1:0",
          stdout=log, stderr=log)
    return "http://" + wait_for(lambda: listens_on(f"{SCRATCH}/prometheus.log"))


def listens_on(log):
    with open(log) as file:
        found = re.search(r'msg="Listening on".*\baddress=(\S+)', file.read())
    return found and found[1]


def query(prometheus, expression):
    try:
        answer, _ = get(f"{prometheus}/api/v1/query?" +
                        urllib.parse.urlencode({"query": expression}))
        return json.loads(answer)["data"]["result"]
    except urllib.error.HTTPError as error:
        return [] if error.code == 503 else str(error)  # 503: it is not ready yet
    except (OSError, KeyError, ValueError):
        return []


def wait_for(ask):
    """The first answer that is one, or the last."""
    end, answer = time.monotonic() + PATIENCE, None
    while not answer and time.monotonic() < end:
        answer = ask()
        if not answer:
            time.sleep(0.3)
    return answer


def wait_for_data(prometheus, expression):
    return wait_for(lambda: query(prometheus, expression))


def dashboard_queries():
    with open(f"{EXAMPLES}/dashboard.json") as file:
        for panel in json.load(file)["panels"]:
            for target in panel["targets"]:
                expression = target["expr"].replace("$__rate_interval", "60s")
                yield panel["title"], expression.replace("$instance", ".*")


def alert_series():
    """The metrics that the alerts read: each name must be there."""
    with open(f"{EXAMPLES}/alerts.yml") as file:
        expressions = re.findall(r"expr: (.*)", file.read())
    names = re.findall(r"\b(?:go|unheap|container|process)_\w+", " ".join(expressions))
    return sorted(set(names))


def check_data(prometheus):
    empty = []
    queries = list(dashboard_queries())
    for title, expression in queries:
        found = wait_for_data(prometheus, expression)
        if not isinstance(found, list) or not found:
            empty.append(f"{title}: {expression}: {found}")
    check(f"all {len(queries)} queries of the dashboard return data", not empty, "\n".join(empty))
    names = alert_series()
    missing = [name for name in names if not wait_for_data(prometheus, name)]
    check(f"all {len(names)} metrics of the alerts are there", not missing, missing)
    top = wait_for_data(prometheus, 'topk(1, unheap_site_inuse_bytes) and unheap_site_inuse_bytes > 1e7')
    check("the top site is the leak", top and top[0]["metric"]["function"] == "main.leak", top)
    firing = wait_for_data(prometheus, "unheap_captures_total > 0")
    check("captures are counted by trigger",
          firing and firing[0]["metric"]["trigger"] == "rss>20MB cool 2s", firing)


def main():
    good, said = run("promtool", "check", "config", f"{EXAMPLES}/prometheus.yml")
    check("promtool accepts the configuration", good, said)
    good, said = run("promtool", "test", "rules", f"{EXAMPLES}/alerts_test.yml")
    check("promtool: the alerts fire when they should", good, said)
    address = start_watch()
    try:
        prometheus = start_prometheus(address.split("/")[2])
        up = wait_for_data(prometheus, 'up{job="unheap"} == 1')
        check("Prometheus scrapes unheap watch", bool(up))
        check_metrics(address)
        check_data(prometheus)
    finally:
        for process in running:
            process.kill()
            process.wait()
    tap.plan()


main()
