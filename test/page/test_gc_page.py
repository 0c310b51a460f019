"""test_gc_page.py UNHEAP ROOT [FOLDER]: the page of `unheap gc` in a real Chromium, made from traces written
here, with its own keys and mouse. Screenshots go into FOLDER, if given. Prints TAP."""
import json
import os
import subprocess
import sys

import browser

VIEWS = (("wide", 1440, 1000), ("narrow", 420, 900))
HOSTILE = "<img src=x onerror=window.hostile=1>.log"


def line(number, at, stop, live, assist=0.2):
    """A line of gctrace: cycle `number` at `at` seconds, stopped for `stop` ms, `live` MB."""
    return (f"2026/11/28 10:00:00 gc {number} @{at:.3f}s 4%: {stop}+3.0+0.004 ms clock, {stop}+{assist}/4/1.5+0.008 ms cpu, "
            f"{2 * live - 2}->{2 * live - 1}->{live} MB, {2 * live} MB goal, 0 MB stacks, 0 MB globals, 2 P\n")


def leaking(cycles):
    """The live heap grows; cycle 30 stops for 5 ms."""
    return "".join(line(i, i / 10, 5 if i == 30 else 0.05, 20 + i, 9 if i == 40 else 0.2) for i in range(1, cycles + 1))


class Page(browser.Page):
    def __init__(self, chromium, unheap, folder):
        super().__init__(chromium, folder)
        self.unheap = unheap
        self.write("leak.log", leaking(60).encode())
        self.write("calm.log", "".join(line(i, i / 2, 0.03, 10) for i in range(1, 13)).encode())
        self.write("long.log", (leaking(9001) + leaking(100)).encode())
        self.write(HOSTILE, leaking(8).encode())

    def run(self, *arguments):
        return subprocess.run([self.unheap, "gc", *arguments], check=True, cwd=self.folder,
                              stdout=subprocess.PIPE).stdout.decode()

    def show(self, *names, change=None, **view):
        path = os.path.join(self.folder, "page.html")
        self.run("-html", path, "-limit", "256MB", *names)
        if change:
            with open(path, "rb") as file:
                text = file.read()
            self.write("page.html", text, change)
        self.visit(path, **view)


# ---- cases: each raises AssertionError ----

def case_looks(page, names, name, width, height, theme):
    page.show(*names, width=width, height=height, theme=theme)
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(len(page.browser.requests), 1, "requests")
    browser.is_equal(page.ask("test.count('#trace-box .stems')"), len(names), "pauses")
    browser.is_equal(page.ask("test.count('#trace-box .limit-line')"), 1, "limit")
    page.ask("document.querySelector('#trace-box svg').focus()")
    page.key("End", 35)
    browser.is_equal(page.ask("test.lowContrast()"), [], "contrast")
    assert page.ask("test.sideways()") <= 0, "the page scrolls sideways"
    page.shot("gc-%d-%s-%s" % (len(names), name, theme))
    browser.is_equal(page.browser.errors, [], "errors afterwards")


def case_figures(page):
    """What the page shows is what -json and the terminal say."""
    page.show("leak.log")
    report, text = json.loads(page.run("-json", "leak.log")), page.run("-limit", "256MB", "leak.log")
    for field in ("at", "live", "goal", "heap_end", "sweep_stop", "mark"):
        browser.is_equal(page.ask("__unheap.data.trace." + field), [one[field] for one in report["cycles"]], field)
    shares = page.ask("__unheap.data.trace.cpu")
    assert all(abs(a - one["cpu_share"]) < 1e-6 for a, one in zip(shares, report["cycles"])), "shares"
    assert page.ask("test.text('#notices')") in text.replace("\n", " "), "the sentence"
    for words in (page.ask("__unheap.seconds(__unheap.data.trace.summary.pause_max)"),
                  page.ask("__unheap.bytes(__unheap.data.trace.summary.peak)")):
        assert words in text, words + " is not what the terminal shows"
    browser.is_equal(page.ask("test.text('#longest-table tbody td')"), "5.00ms", "the longest pause")
    browser.is_equal(page.ask("test.text('#longest-table tbody td:nth-child(3)')"), "30", "its cycle")


def case_keys(page):
    page.show("calm.log", "leak.log")
    page.ask("document.querySelector('#trace-box svg').focus()")
    status = "test.text('#trace-status')"
    for key, code, wanted in (("Home", 36, "new, cycle 1 "), ("ArrowRight", 39, "new, cycle 2 "),
                              ("ArrowLeft", 37, "new, cycle 1 "), ("End", 35, "new, cycle 60 "),
                              ("ArrowRight", 39, "new, cycle 60 "), ("ArrowUp", 38, "old, cycle 12 "),
                              ("ArrowDown", 40, "new, cycle 60 ")):
        page.key(key, code)
        assert page.ask(status).startswith(wanted), "%s: %s" % (key, page.ask(status))
    page.key("Enter", 13)
    span = page.ask("__unheap.view.to - __unheap.view.from")
    assert abs(span - 1.5) < 0.01, "Enter shows a quarter: %r" % span
    page.key("Home", 36)
    assert page.ask("__unheap.view.from") < 0.2, "the chosen cycle stays in sight"
    page.key("Escape", 27)
    browser.is_equal(page.ask("__unheap.view.from"), 0, "Escape shows all")
    page.browser.click("#zoom-in")
    assert page.ask("__unheap.view.to") < 6, "the button zooms"
    page.browser.click("#zoom-out")
    assert page.ask("document.querySelector('#zoom-out').disabled"), "the whole trace"
    page.browser.click("#trace-box svg")
    assert page.ask("__unheap.view.to - __unheap.view.from") < 2, "a click zooms"


def case_longest(page):
    page.show("leak.log")
    page.ask("document.getElementById('longest-box').focus()")
    page.key("Home", 36)
    assert page.ask("test.text('#trace-status')").startswith("cycle 30 "), "the first row's cycle"
    page.key("ArrowDown", 40)
    browser.is_equal(page.ask("document.querySelector('#longest-table [aria-selected=true]').id"), "longest-1", "arrow")
    page.key("Enter", 13)
    assert page.ask("__unheap.view.to - __unheap.view.from") < 2, "Enter zooms"


def case_many_cycles(page):
    """LIMIT_PAGE_GC_POINTS: neighbours share a point, runs do not, nothing is lost."""
    page.show("long.log")
    browser.is_equal(page.browser.errors, [], "errors")
    assert page.ask("__unheap.data.trace.at.length") <= 4100, "points"
    browser.is_equal(page.ask("__unheap.data.trace.of.reduce((a, b) => a + b)"), 9101, "cycles")
    browser.is_equal(page.ask("Math.max(...__unheap.data.trace.pause)"), 0.005, "the longest pause")
    browser.is_equal(page.ask("__unheap.data.trace.starts.length"), 1, "runs")
    browser.is_equal(page.ask("test.count('#trace-box .run')"), 1, "the line where a run begins")
    assert "a point is some cycles" in page.ask("test.text('#trace-note')"), "it is told"


def case_hostile(page):
    page.show("./" + HOSTILE)
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(page.ask("window.hostile ?? null"), None, "a name that became a script")
    browser.is_equal(page.ask("test.count('img')"), 0, "images")
    assert "<img src=x" in page.ask("test.text('#command')"), "the name as it is"


def case_without_scripts(page):
    page.show("leak.log")
    page.browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.browser.open(os.path.join(page.folder, "page.html"))
        root = page.browser.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
        pre = page.browser.call("DOM.querySelector", nodeId=root, selector="noscript pre")["nodeId"]
        text = page.browser.call("DOM.getOuterHTML", nodeId=pre)["outerHTML"]
        assert "60 in 6.0" in text, "no text for readers without scripts"
    finally:
        page.browser.call("Emulation.setScriptExecutionDisabled", value=False)


def case_faults_are_found(page):
    page.show("leak.log", change=lambda text: text.replace(b'"at":[', b'"at":[,', 1))
    assert page.browser.has_errors(), "damaged data was not noticed"
    page.show("leak.log", change=lambda text: text.replace(b"const traces", b"const  traces", 1))
    assert page.browser.has_errors(), "a changed script was let through by the page's policy"


def cases():
    for names in (("leak.log",), ("calm.log", "leak.log")):
        for name, width, height in VIEWS:
            for theme in ("light", "dark"):
                yield ("gc, %s, %s, %s" % (" and ".join(names), name, theme),
                       lambda page, v=(names, name, width, height, theme): case_looks(page, *v))
    yield "gc: the figures are those of the terminal", case_figures
    yield "gc: the trace by keyboard and mouse", case_keys
    yield "gc: the longest pauses by keyboard", case_longest
    yield "gc: more cycles than points", case_many_cycles
    yield "gc: a hostile name", case_hostile
    yield "gc: without scripts", case_without_scripts
    yield "gc: planted faults are found", case_faults_are_found


def main():
    unheap, *screenshots = sys.argv[1:]
    unheap = os.path.abspath(unheap)
    return browser.run_cases("the page of gc",
                             lambda chromium, folder: Page(chromium, unheap, folder),
                             cases(), *screenshots)


sys.exit(main())
