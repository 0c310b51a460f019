"""test_calls_page.py UNHEAP CAPTURED [FOLDER]: the page and the picture of `unheap prof -flame` in a
real Chromium, made from the example's profiles, with its own keys and mouse. Screenshots go into
FOLDER, if given. Prints TAP."""
import os
import re
import subprocess
import sys

import browser

HERE = os.path.dirname(os.path.abspath(__file__))
VIEWS = (("wide", 1440, 1000), ("narrow", 420, 900))
DOWN, UP, RIGHT, ENTER, ESCAPE, END = (40, 38, 39, 13, 27, 35)


class Page:
    def __init__(self, chromium, unheap, captured, folder):
        self.browser, self.unheap, self.folder = chromium, unheap, folder
        self.profiles = [os.path.join(captured, side, name) for side in ("before", "after")
                         for name in ("heap.pb.gz", "allocs.pb.gz")]
        with open(os.path.join(HERE, "page_helpers.js"), encoding="utf-8") as file:
            self.helpers = file.read()

    def run(self, *arguments):
        return subprocess.run([self.unheap, "prof", *arguments], check=True, cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def show(self, *arguments, width=1440, height=1000, theme="light", change=lambda text: text):
        path = os.path.join(self.folder, "calls.html")
        with open(path, "wb") as file:
            file.write(change(self.run("-flame", *arguments)))
        self.browser.view(width, height, theme)
        self.browser.open(path)
        self.browser.script(self.helpers)

    def ask(self, expression):
        return self.browser.script(expression)


def totals(page, *arguments):
    """Total, and flat and cum by function, as -top -unit=B has them."""
    text = page.run("-top", "-unit=B", "-nodecount=100000", "-trim=false", *arguments).decode()
    total = int(re.search(r"of (\d+)B total", text).group(1))
    rows = re.findall(r"^ *(\d+)B? +[\d.%]+ +[\d.%]+ +(\d+)B? +[\d.%]+ +(.*?)(?: \(inline\))?$", text, re.M)
    return total, {name: (int(flat), int(cum)) for flat, cum, name in rows}


def case_looks(page, name, width, height, theme):
    page.show("-alloc_space", *page.profiles, width=width, height=height, theme=theme)
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(len(page.browser.requests), 1, "requests")
    assert page.ask("test.count('#flame-box g')") > 20, "frames"
    assert page.ask("test.count('#treemap-box g')") > 10, "tiles"
    browser.is_equal(page.ask("test.count('#timeline-box .hit')"), len(page.profiles), "profiles")
    browser.is_equal(page.ask("test.lowContrast()"), [], "contrast")
    assert page.ask("test.sideways()") <= 0, "the page scrolls sideways"
    page.browser.screenshot(os.path.join(page.folder, "calls-%s-%s.png" % (name, theme)), True)


def case_figures(page):
    """The tree's sums are those of -top."""
    for profile in page.profiles[:1] + page.profiles[2:3]:
        total, functions = totals(page, "-alloc_space", profile)
        page.show("-alloc_space", profile)
        browser.is_equal(page.ask("__unheap.data.value[0]"), total, "total")
        shown = page.ask("""(() => {
            const d = __unheap.data, own = d.value.slice(), sums = {};
            for (let i = own.length - 1; i > 0; i--) own[d.parent[i]] -= d.value[i];
            for (let i = 1; i < own.length; i++) {
              const name = d.names[d.name[i]];
              sums[name] = (sums[name] || 0) + own[i];
            }
            return sums; })()""")
        least = page.ask("__unheap.data.least")
        for name, value in shown.items():
            flat, cum = functions[name]
            assert value <= cum, "%s has %d, more than the cum of %d" % (name, value, cum)
            # What is cut below a frame counts as its own: never less than -top's flat.
            if flat > 100 * least:
                assert value >= flat * 0.97, "%s has %d of %d" % (name, value, flat)
    assert len(shown) > 10, "names"


def case_timeline(page):
    """Each profile alone has its own total, and looking at it changes the other pictures."""
    page.show("-alloc_space", *page.profiles)
    for index, profile in enumerate(page.profiles):
        browser.is_equal(page.ask("__unheap.data.sources[%d].value[0]" % index),
                 totals(page, "-alloc_space", profile)[0], profile)
    page.ask("document.querySelector('#timeline-box svg').focus()")
    before = page.ask("test.text('#flame-status')")
    page.browser.key("End", END)
    browser.is_equal(page.ask("__unheap.state.source"), len(page.profiles) - 1, "End")
    assert page.ask("test.text('#flame-status')") != before, "the flame graph did not follow"
    page.browser.key("Escape", ESCAPE)
    browser.is_equal(page.ask("__unheap.state.source"), -1, "Escape")
    browser.is_equal(page.ask("test.text('#flame-status')"), before, "all together again")
    page.browser.click("#timeline-box .hit")
    browser.is_equal(page.ask("__unheap.state.source"), 0, "a click")


def case_treemap(page):
    page.show("-alloc_space", page.profiles[0])
    assert page.ask("document.getElementById('timeline').hidden"), "a timeline of one profile"
    spread = page.ask("""(() => {
        const items = [900, 500, 300, 100, 7, 1].map((value) => ({ value }));
        return __unheap.squarify(items, { x: 0, y: 0, width: 600, height: 300 })
          .map((one) => one.width * one.height / one.item.value); })()""")
    assert max(spread) / min(spread) < 1.0001, "areas are not in proportion: %r" % spread
    browser.is_equal(len(spread), 6, "tiles")
    page.ask("document.querySelector('#treemap-box svg').focus()")
    page.browser.key("ArrowDown", DOWN)
    here = page.ask("__unheap.map.here")
    assert here > 0, "down does not move to the next package"
    page.browser.key("Enter", ENTER)
    focus = page.ask("__unheap.map.focus")
    assert focus, "Enter does not open the package"
    browser.is_equal(page.ask("__unheap.map.tiles.every((tile) => tile.package === %r)" % focus), True, "tiles")
    page.browser.key("ArrowRight", RIGHT)
    page.browser.key("Enter", ENTER)
    assert page.ask("test.count('#flame-box g.found')") > 0, "the function is not found in the graph"
    page.browser.key("Escape", ESCAPE)
    browser.is_equal(page.ask("__unheap.map.focus"), "", "Escape")


def case_filters(page):
    page.show("-alloc_space", "-focus=getReport", page.profiles[0])
    focused = page.ask("__unheap.data.value[0]")
    page.show("-alloc_space", page.profiles[0])
    assert 0 < focused < page.ask("__unheap.data.value[0]"), "-focus has no effect"
    page.show("-alloc_space", "-focus=nothing_of_that_name", page.profiles[0])
    browser.is_equal(page.ask("document.getElementById('nothing').hidden"), False, "an empty profile")


def case_difference(page):
    page.show("-alloc_space", "-base=" + page.profiles[2], page.profiles[0])
    assert "below zero" in page.ask("test.text('#flame-note')"), "nothing is said of values below zero"


def case_picture(page):
    path = os.path.join(page.folder, "calls.svg")
    with open(path, "wb") as file:
        file.write(page.run("-flame", "-svg", "-alloc_space", page.profiles[0]))
    page.browser.view(1300, 600)
    page.browser.open(path)
    browser.is_equal(page.browser.errors, [], "errors")
    assert page.ask("document.querySelectorAll('g rect').length") > 20, "frames"
    wide = page.ask("""[...document.querySelectorAll('g')].every((g) => {
        const text = g.querySelector('text'), rect = g.querySelector('rect');
        return !text || text.getBBox().width <= rect.getBBox().width; })""")
    browser.is_equal(wide, True, "a name leaves its frame")
    page.browser.screenshot(os.path.join(page.folder, "calls-svg.png"), True)


def case_weblist(page):
    """Lines with code below them are opened by keyboard; there is nothing to load and no script."""
    path = os.path.join(page.folder, "weblist.html")
    with open(path, "wb") as file:
        file.write(page.run("-weblist=api|cart", "-alloc_space", page.profiles[0]))
    page.browser.view(420, 900, "dark")
    page.browser.open(path)
    page.browser.script(page.helpers)
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(len(page.browser.requests), 1, "requests")
    assert page.ask("document.querySelectorAll('details').length") > 0, "lines with inlined calls"
    browser.is_equal(page.ask("document.scripts.length"), 0, "scripts")
    browser.is_equal(page.ask("test.lowContrast()"), [], "contrast")
    assert page.ask("test.sideways()") <= 0, "the page scrolls sideways"
    page.ask("document.querySelector('summary').focus()")
    page.browser.key("Enter", ENTER, "\r")
    browser.is_equal(page.ask("document.querySelectorAll('details[open]').length"), 1, "opened")


def case_faults_are_found(page):
    page.show(page.profiles[0], change=lambda text: text.replace(b'"parent":[', b'"parent":[,', 1))
    assert page.browser.has_errors(), "damaged data was not noticed"
    page.show(page.profiles[0], change=lambda text: text.replace(b"(() => {", b"/* */ (() => {", 1))
    assert page.browser.has_errors(), "a changed script was let through by the page's policy"


def cases():
    for name, width, height in VIEWS:
        for theme in ("light", "dark"):
            yield ("prof -flame, %s, %s" % (name, theme),
                   lambda page, v=(name, width, height, theme): case_looks(page, *v))
    yield "prof -flame: the sums are those of -top", case_figures
    yield "prof -flame: the timeline by keyboard and mouse", case_timeline
    yield "prof -flame: packages by keyboard", case_treemap
    yield "prof -flame: filters", case_filters
    yield "prof -flame: a difference", case_difference
    yield "prof -flame -svg", case_picture
    yield "prof -weblist", case_weblist
    yield "prof -flame: planted faults are found", case_faults_are_found


def main():
    unheap, captured, *screenshots = sys.argv[1:]
    unheap = os.path.abspath(unheap)
    return browser.run_cases("the page of prof -flame",
                             lambda chromium, folder: Page(chromium, unheap, captured, folder),
                             cases(), *screenshots)


sys.exit(main())
