"""test_diff_page.py UNHEAP ROOT [FOLDER]: the page of `unheap diff` in a real Chromium, made from the
example's profiles, with its own keys and mouse. Screenshots go into FOLDER, if given. Prints TAP."""
import json
import os
import subprocess
import sys

import browser
import profiles

VIEWS = (("wide", 1440, 1000), ("laptop", 1100, 800), ("narrow", 420, 900))
HOSTILE = "main.</script><script>window.hostile=1</script><img src=x onerror=window.hostile=2>"


class Page(browser.Page):
    def __init__(self, chromium, unheap, root, folder):
        super().__init__(chromium, folder)
        self.unheap = unheap
        captured = os.path.join(root, "examples", "oom-service", "captured")
        self.pair = [os.path.join(captured, side, "allocs.pb.gz") for side in ("before", "after")]
        self.diagnostics = os.path.join(captured, "diagnostics.txt.zst")
        self.module = os.path.dirname(captured)

    def run(self, *arguments):
        return subprocess.run([self.unheap, "diff", *arguments], check=False, cwd=self.folder,
                              stdout=subprocess.PIPE).stdout

    def show(self, width=1440, height=1000, theme="light", arguments=None, change=None):
        path = os.path.join(self.folder, "page.html")
        self.run("-html", path, *(arguments or ["-diagnostics", self.diagnostics, "-C", self.module,
                                                "-fail-on", "total>1MB", *self.pair]))
        if change:
            with open(path, "rb") as file:
                text = file.read()
            self.write("page.html", text, change)
        self.visit(path, width, height, theme)


# ---- cases: each raises AssertionError ----

def case_looks(page, name, width, height, theme):
    page.show(width, height, theme)
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(len(page.browser.requests), 1, "requests")
    assert page.ask("test.count('#changes-table tbody tr')") > 50, "rows"
    assert page.ask("test.count('#flame-box g')") > 60, "frames"
    assert page.ask("test.count('#notices li.warning')") == 1, "the rule that failed"
    for kind in ("sites", "functions", "causes"):
        page.ask("document.querySelector('[name=kind][value=%s]').click()" % kind)
        browser.is_equal(page.ask("test.lowContrast()"), [], "contrast of " + kind)
        assert page.ask("test.sideways()") <= 0, kind + ": the page scrolls sideways"
    for width_of in ("old", "new", "larger"):
        page.ask("document.querySelector('[name=width][value=%s]').click()" % width_of)
        browser.is_equal(page.ask("test.lowContrast()"), [], "contrast of the graph, " + width_of)
    page.shot("diff-%s-%s" % (name, theme))
    browser.is_equal(page.browser.errors, [], "errors afterwards")


def case_figures(page):
    """What the page shows is what -json and the terminal say."""
    page.show()
    report = json.loads(page.run("-json", *page.pair))
    rows = page.ask("[...document.querySelectorAll('#changes-table tbody tr')].map("
                    "(row) => [...row.cells].map((cell) => cell.textContent))")
    browser.is_equal(len(rows), len(report["sites"]), "rows")
    text = page.run("-n", "500", *page.pair).decode()
    for row, site in zip(rows, report["sites"]):
        browser.is_equal(row[5], site["verdict"], "verdict")
        for figure in (row[0], row[1], row[2]):
            assert figure in text, "%s is not what the terminal shows" % figure
    browser.is_equal(page.ask("__unheap.data.tree.old[0]"), report["old_total"], "the whole of OLD")
    browser.is_equal(page.ask("__unheap.data.tree.new[0]"), report["new_total"], "the whole of NEW")


def case_table(page):
    page.show()
    page.ask("document.getElementById('changes-box').focus()")
    selected = "document.querySelector('#changes-table [aria-selected=true]').id"
    for key, code, wanted in (("ArrowDown", 40, 1), ("ArrowDown", 40, 2), ("ArrowUp", 38, 1),
                              ("PageDown", 34, 11), ("Home", 36, 0), ("ArrowUp", 38, 0)):
        page.key(key, code)
        browser.is_equal(page.ask(selected), "change-%d" % wanted, "after " + key)
    page.key("Enter", 13)
    found = page.ask("test.text('#flame-found')")
    assert found.startswith("1 frame, 2") or "frames, 2" in found, "Enter searches: " + found
    assert page.ask("test.count('#flame-box g.found')") > 0, "frames found"
    page.browser.click("#only-significant")
    verdicts = page.ask("[...new Set([...document.querySelectorAll('#changes-table tbody tr')]"
                        ".map((row) => row.cells[5].textContent))]")
    browser.is_equal(verdicts, ["significant"], "only significant ones")
    page.ask("document.getElementById('changes-search').focus()")
    page.browser.type("newquote")
    browser.is_equal(page.ask("test.count('#changes-table tbody tr')"), 1, "rows with newQuote")


def case_flame(page):
    page.show()
    page.ask("document.querySelector('#flame-box svg').focus()")
    everything = page.ask("test.count('#flame-box g')")
    for _ in range(7):
        page.key("ArrowDown", 40)
    here = page.ask("__unheap.flame.here")
    assert here != 0, "arrows do not move"
    assert "→" in page.ask("test.text('#flame-status')"), "what a frame says"
    page.key("ArrowRight", 39)
    assert page.ask("__unheap.flame.here") != here, "right does not move"
    page.key("ArrowLeft", 37)
    browser.is_equal(page.ask("__unheap.flame.here"), here, "left")
    page.key("Enter", 13)
    browser.is_equal(page.ask("__unheap.flame.root"), here, "Enter")
    assert page.ask("test.count('#flame-box g')") < everything, "zoom shows less"
    page.key("Escape", 27)
    browser.is_equal(page.ask("__unheap.flame.root"), 0, "Escape")
    page.browser.click("#flame-box g:nth-of-type(8)")
    assert page.ask("__unheap.flame.root") != 0, "a click zooms"
    page.browser.click("#flame-reset")
    browser.is_equal(page.ask("__unheap.flame.root"), 0, "whole profile")
    page.browser.click("[name=width][value=new]")
    gone = page.ask("[...document.querySelectorAll('#flame-box g')].some("
                    "(one) => one.textContent.includes('render.Report'))")
    browser.is_equal(gone, False, "what is gone has no width in NEW")


def case_theme(page):
    page.show()
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.ask(ground)
    page.browser.click("#theme")
    page.browser.click("#theme")
    browser.is_equal(page.ask("test.text('#theme')"), "Theme: Dark", "after two clicks")
    assert page.ask(ground) != light, "dark is not dark"
    page.browser.click("#theme")


def case_hostile(page):
    pair = []
    for side, objects in (("old", 4000), ("new", 9000)):
        pair.append(page.write("hostile-%s.pb.gz" % side, profiles.profile([([HOSTILE], objects)])))
    page.show(arguments=pair)
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(page.ask("window.hostile ?? null"), None, "a name that became a script")
    browser.is_equal(page.ask("test.count('script')"), 2, "scripts")
    browser.is_equal(page.ask("test.count('img')"), 0, "images")
    assert "<img src=x" in page.ask("test.text('#changes-table tbody .name')"), "the name as it is"
    page.show(420, 900, arguments=pair)
    assert page.ask("test.sideways()") <= 0, "the page scrolls sideways"


def case_cut(page):
    """The graph says what it leaves out, and nothing when it has all."""
    few = [(["few.F%d" % i, "main.main"], 1000) for i in range(9)]
    many = few + [(["many.F%d" % i, "main.main"], 1) for i in range(20)]
    paths = [page.write("%s.pb.gz" % name, profiles.profile(stacks)) for name, stacks in (("few", few), ("many", many))]
    page.show(arguments=[paths[0], paths[0]])
    browser.is_equal(page.ask("test.text('#flame-note')"), "", "nothing is left out")
    page.show(arguments=paths)
    browser.is_equal(page.ask("test.text('#flame-note')"), "frames below 4.51kB left out", "what is left out")


def case_without_scripts(page):
    page.show()
    page.browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.browser.open(os.path.join(page.folder, "page.html"))
        root = page.browser.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
        pre = page.browser.call("DOM.querySelector", nodeId=root, selector="noscript pre")["nodeId"]
        text = page.browser.call("DOM.getOuterHTML", nodeId=pre)["outerHTML"]
        assert "changed significantly" in text, "no text for readers without scripts"
    finally:
        page.browser.call("Emulation.setScriptExecutionDisabled", value=False)


def case_faults_are_found(page):
    page.show(change=lambda text: text.replace(b'"sites":[{', b'"sites":[{,', 1))
    assert page.browser.has_errors(), "damaged data was not noticed"
    page.show(change=lambda text: text.replace(b"(() => {", b"/* */ (() => {", 1))
    assert page.browser.has_errors(), "a changed script was let through by the page's policy"
    page.show(change=lambda text: text.replace(b"--shrank: var(--c0)", b"--shrank: #224488"))
    assert page.browser.has_errors(), "a changed style was let through by the page's policy"


def cases():
    for name, width, height in VIEWS:
        for theme in ("light", "dark"):
            yield ("diff, %s, %s" % (name, theme),
                   lambda page, v=(name, width, height, theme): case_looks(page, *v))
    yield "diff: the figures are those of the terminal", case_figures
    yield "diff: the table by keyboard, search and mouse", case_table
    yield "diff: the flame graph by keyboard and mouse", case_flame
    yield "diff: light and dark by hand", case_theme
    yield "diff: hostile names", case_hostile
    yield "diff: what the graph leaves out", case_cut
    yield "diff: without scripts", case_without_scripts
    yield "diff: planted faults are found", case_faults_are_found


def main():
    unheap, root, *screenshots = sys.argv[1:]
    unheap = os.path.abspath(unheap)
    return browser.run_cases("the page of diff",
                             lambda chromium, folder: Page(chromium, unheap, root, folder),
                             cases(), *screenshots)


sys.exit(main())
