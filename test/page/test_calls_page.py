"""test_calls_page.py UNHEAP CAPTURED [FOLDER]: the page and the picture of `unheap prof -flame` in a
real Chromium, made from the example's profiles, with its own keys and mouse. Screenshots go into
FOLDER, if given. Prints TAP."""
import json
import os
import subprocess
import sys

import browser
import profiles

VIEWS = (("wide", 1440, 1000), ("narrow", 420, 900))
DOWN, UP, RIGHT, ENTER, ESCAPE, END = (40, 38, 39, 13, 27, 35)


class Page(browser.Page):
    def __init__(self, chromium, unheap, captured, folder):
        super().__init__(chromium, folder)
        self.unheap = unheap
        self.profiles = [os.path.join(captured, side, name) for side in ("before", "after")
                         for name in ("heap.pb.gz", "allocs.pb.gz")]

    def run(self, *arguments):
        return subprocess.run([self.unheap, "prof", *arguments], check=True, cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def show(self, *arguments, change=None, **view):
        self.visit(self.write("calls.html", self.run("-flame", *arguments), change), **view)


def nodes_of(page, *arguments):
    """Total, and flat and cum by name, as -top has them, nothing left out."""
    report = json.loads(page.run("-json", "-nodecount=1000000", "-trim=false", *arguments))
    return report["total"], {one["name"]: (one["flat"], one["cum"]) for one in report["nodes"]}


def case_looks(page, name, width, height, theme):
    page.show("-alloc_space", *page.profiles, width=width, height=height, theme=theme)
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(len(page.browser.requests), 1, "requests")
    assert page.ask("test.count('#flame-box g')") > 20, "frames"
    assert page.ask("test.count('#treemap-box g')") > 10, "tiles"
    browser.is_equal(page.ask("test.count('#timeline-box .hit')"), len(page.profiles), "profiles")
    browser.is_equal(page.ask("test.lowContrast()"), [], "contrast")
    assert page.ask("test.sideways()") <= 0, "the page scrolls sideways"
    page.shot("calls-%s-%s" % (name, theme))


def case_figures(page):
    """Every figure is that of -top: of functions exactly, of frames as far as they are not cut."""
    for arguments in (["-alloc_space", page.profiles[1]], ["-inuse_objects", page.profiles[2]],
                      ["-lines", "-alloc_space", page.profiles[3]]):
        total, nodes = nodes_of(page, *arguments)
        page.show(*arguments)
        browser.is_equal(page.ask("__unheap.data.value[0]"), total, "total")
        shown = page.ask("""(() => {
            const d = __unheap.data;
            return d.names.map((name, i) => [name, d.flat[i], d.cum[i]]).slice(1); })()""")
        assert len(shown) > 10, "names"
        for name, flat, cum in shown:
            browser.is_equal((flat, cum), nodes[name], name)
        outermost = page.ask("""(() => {
            const d = __unheap.data, sums = {};
            for (let i = 1; i < d.value.length; i++) {
              let up = d.parent[i];
              while (up && d.name[up] !== d.name[i]) up = d.parent[up];
              if (!up) sums[d.names[d.name[i]]] = (sums[d.names[d.name[i]]] || 0) + d.value[i];
            }
            return sums; })()""")
        for name, value in outermost.items():
            assert value <= nodes[name][1], "%s has %d, more than its cum" % (name, value)
        packages = page.ask("__unheap.sumPackages(__unheap.data).reduce((sum, one) => sum + one.value, 0)")
        browser.is_equal(packages, total, "all packages together")


HAND = (
    (["json.Encode", "api.(*Server).Get[...]", "main.main"], 500),
    (["json.Encode", "json.Encode", "api.Put", "main.main"], 300),
    (["bytes.Grow", "json.Encode", "api.Put", "main.main"], 100),
    (["api.\u202etuP", "main.main"], 50),
    (["strings.Repeat \U0001f600\U0001f600\U0001f600 <b>&\"'", "main.main"], 50),
)


def by_hand(page):
    return page.write("hand.pb.gz", profiles.profile(HAND))


def total_of(wanted):
    """What the stacks have in which a name fits, in kB."""
    return sum(objects for names, objects in HAND if any(wanted(name) for name in names))


def case_search(page):
    """Text and regular expressions; what is found is what the profile has of it."""
    page.show("-alloc_space", by_hand(page))
    page.ask("document.getElementById('flame-search').focus()")
    for text, wanted in (("json", lambda name: "json" in name), ("^API", lambda name: name.startswith("api")),
                         ("encode$|repeat", lambda name: name.endswith("Encode") or "Repeat" in name),
                         ("(*Server)", lambda name: "(*Server)" in name), ("[...]", lambda name: "." in name),
                         ("no such", lambda name: False)):
        page.ask("document.getElementById('flame-search').select()")
        page.browser.type(text)
        found = page.ask("test.text('#flame-found')")
        share = "%.1f%%" % (total_of(wanted) / 10)
        assert found.endswith(" " + share), "%s finds %s, wanted %s" % (text, found, share)
    page.ask("document.getElementById('flame-search').select()")
    page.browser.type("encode|put")
    page.browser.key("Enter", ENTER, "\r")
    names = []
    for key in ("n", "n", "n", "n", "N"):
        names.append(page.ask("__unheap.flame.name(__unheap.flame.here)"))
        page.key(key)
    browser.is_equal(names, ["json.Encode", "api.Put", "json.Encode", "json.Encode", "json.Encode"], "n")
    browser.is_equal(page.ask("__unheap.flame.name(__unheap.flame.here)"), "json.Encode", "N")
    page.key("/")
    browser.is_equal(page.ask("document.activeElement.id"), "flame-search", "/")


def case_search_of_what_is_cut(page):
    """Where frames are left out, what is found says that it may be more."""
    stacks = [(["small.F%d" % i, "main.main"], 1) for i in range(3000)] + [(["large.F", "main.main"], 1000)]
    page.show("-alloc_space", page.write("cut.pb.gz", profiles.profile(stacks)))
    page.ask("document.getElementById('flame-search').focus()")
    for text, wanted in (("large", "1 frame, at least 1000kB, 25.0%"), ("small", "0 frames, at least 1kB, <0.1%"),
                         ("main", "1 frame, 3.91MB, 100.0%")):
        page.ask("document.getElementById('flame-search').select()")
        page.browser.type(text)
        browser.is_equal(page.ask("test.text('#flame-found')"), wanted, text)


def case_sides(page):
    """All callers of a function, and all it calls; each byte once though it calls itself."""
    page.show("-alloc_space", by_hand(page))
    tree = """(() => { const f = __unheap.flame;
        return f.parent.slice(1).map((up, i) => [up ? f.name(up) : "all", f.name(i + 1), f.widths[i + 1] / 1024]); })()"""
    page.ask("document.getElementById('flame-search').focus()")
    page.browser.type("json.encode")
    page.browser.key("Enter", ENTER, "\r")
    page.key("u")
    browser.is_equal(sorted(page.ask(tree)), sorted([
        ["all", "json.Encode", 900], ["json.Encode", "api.(*Server).Get[...]", 500], ["json.Encode", "api.Put", 400],
        ["api.(*Server).Get[...]", "main.main", 500], ["api.Put", "main.main", 400]]), "callers")
    assert "callers of json.Encode" in page.ask("test.text('#flame-title')"), "the title"
    page.key("d")
    browser.is_equal(sorted(page.ask(tree)), sorted([
        ["all", "json.Encode", 900], ["json.Encode", "json.Encode", 300], ["json.Encode", "bytes.Grow", 100]]), "callees")
    browser.is_equal(page.ask("test.lowContrast()"), [], "contrast")
    page.key("Escape", ESCAPE)
    browser.is_equal(page.ask("__unheap.flame.widths[0] / 1024"), 1000, "Escape")
    assert page.ask("test.text('#flame-title')").startswith("Flame graph frames"), "the title again"


def case_address(page):
    """Back, forward and a link that is passed on restore what is looked at."""
    page.show("-alloc_space", by_hand(page))
    look = "[__unheap.flame.root, test.text('#flame-title').trim(), document.getElementById('flame-search').value]"
    page.ask("document.querySelector('#flame-box svg').focus()")
    seen = [page.ask(look)]
    for key, code in (("ArrowDown", DOWN), ("ArrowDown", DOWN), ("Enter", ENTER), ("u", 0), ("Escape", ESCAPE)):
        page.key(key, code)
        if key[0] != "A":
            seen.append(page.ask(look))
    browser.is_equal(len({str(one) for one in seen}), 3, "places")
    link = page.ask("new Promise((done) => { addEventListener('popstate', () => done(location.hash), { once: true }); history.back(); })")
    browser.is_equal(page.ask(look), seen[2], "back")
    page.ask("new Promise((done) => { addEventListener('popstate', done, { once: true }); history.back(); }).then(() => 0)")
    browser.is_equal(page.ask(look), seen[1], "back again")
    page.ask("new Promise((done) => { addEventListener('popstate', done, { once: true }); location.hash = '#treemap'; }).then(() => 0)")
    browser.is_equal(page.ask(look), seen[1], "a link to a section changes nothing")
    page.ask("new Promise((done) => { addEventListener('popstate', done, { once: true }); location.hash = %r; }).then(() => 0)"
             % (link + "&search=Put%7Cmain"))
    browser.is_equal(page.ask(look), seen[2][:2] + ["Put|main"], "a link")
    page.ask("new Promise((done) => { addEventListener('popstate', done, { once: true }); location.hash ="
             " '#frame=99999&callers=nobody&profile=7&search=('; }).then(() => 0)")
    browser.is_equal(page.ask(look), seen[0][:2] + ["("], "a link to what is not there")
    browser.is_equal(page.browser.errors, [], "errors")


def case_labels(page):
    """No sign is cut in two, and long names, marks and wide signs stay within their frames."""
    page.show("-alloc_space", by_hand(page))
    browser.is_equal(page.ask("__unheap.data.names.filter((name) => name.includes('tuP'))"), ["api.\ufffdtuP"], "written backwards")
    browser.is_equal(page.ask("[[379.125, 2], [379.375, 2], [0.005, 2], [6.25, 1], [6.75, 1], [2.5, 0], [-6.25, 1]].map((one) => __unheap.fixed(...one))"),
                     ["379.12", "379.38", "%.2f" % 0.005, "6.2", "6.8", "2", "-6.2"], "ties")
    browser.is_equal(page.ask("__unheap.fitText('a\U0001f600\U0001f600\U0001f600', 4)"), "a\U0001f600…", "pictures")
    browser.is_equal(page.ask("__unheap.fitText('e\u0301e\u0301e\u0301', 3)"), "e\u0301e\u0301e\u0301", "marks")
    browser.is_equal(page.ask("__unheap.data.names.filter((name) => name.includes('tuP'))"), ["api.\ufffdtuP"], "written backwards")
    browser.is_equal(page.ask("__unheap.fitText('abcdef', 4)"), "abc…", "letters")
    browser.is_equal(page.ask("['a.T[b c].f x.go:1', '000000000000abcd a.f', 'a/b.go'].map(__unheap.functionOf)"),
                     ["a.T[b c].f", "a.f", "a/b.go"], "functions")
    browser.is_equal(page.ask("['x/a.(*T).f y/a.go:1', 'x/a.f y/z.go:7', '000000000000abcd x/a.f'].map(__unheap.shortFunction)"),
                     ["a.(*T).f y/a.go:1", "a.f y/z.go:7", "a.f"], "labels")
    browser.is_equal(page.ask("['x/a.(*T).f x/a.go:1', 'x/y/z.go', 'nodot', 'a.T[x/b.C].f'].map(__unheap.packageOf)"),
                     ["x/a", "x/y", "nodot", "a"], "packages")


def case_timeline(page):
    """Each profile alone has its own total, and looking at it changes the other pictures."""
    page.show("-alloc_space", *page.profiles)
    for index, profile in enumerate(page.profiles):
        browser.is_equal(page.ask("__unheap.data.sources[%d].value[0]" % index),
                 nodes_of(page, "-alloc_space", profile)[0], profile)
    page.ask("document.querySelector('#timeline-box svg').focus()")
    before = page.ask("test.text('#flame-status')")
    page.key("End", END)
    browser.is_equal(page.ask("__unheap.state.source"), len(page.profiles) - 1, "End")
    assert page.ask("test.text('#flame-status')") != before, "the flame graph did not follow"
    page.key("Escape", ESCAPE)
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
    page.key("ArrowDown", DOWN)
    here = page.ask("__unheap.map.here")
    assert here > 0, "down does not move to the next package"
    page.key("Enter", ENTER)
    focus = page.ask("__unheap.map.focus")
    assert focus, "Enter does not open the package"
    browser.is_equal(page.ask("__unheap.map.tiles.every((tile) => tile.package === %r)" % focus), True, "tiles")
    page.key("ArrowRight", RIGHT)
    page.key("Enter", ENTER)
    assert page.ask("test.count('#flame-box g.found')") > 0, "the function is not found in the graph"
    page.key("Escape", ESCAPE)
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
    titles = page.ask("[...document.querySelectorAll('title')].map((one) => one.textContent)")
    colours = page.ask("""[...document.querySelectorAll('g')].map((g) => [g.querySelector('title').textContent.split(': ')[0],
        getComputedStyle(g.querySelector('rect')).fill])""")
    wide = page.ask("""[...document.querySelectorAll('g')].every((g) => {
        const text = g.querySelector('text'), rect = g.querySelector('rect');
        return !text || text.getBBox().width <= rect.getBBox().width; })""")
    browser.is_equal(wide, True, "a name leaves its frame")
    page.shot("calls-svg")
    page.show("-alloc_space", page.profiles[0], width=1300)
    other = dict(page.ask("""[...document.querySelectorAll('#flame-box g')].map((g) => [g.querySelector('title').textContent.split(': ')[0],
        getComputedStyle(g.querySelector('rect')).fill])"""))
    shown = page.ask("""(() => {
        const f = __unheap.flame;
        return f.parent.map((_, i) => [f.widths[i], f.text(i).split("; in all")[0]]); })()""")
    wide_ones = {text for value, text in shown[1:] if value * 1188 > 1.001 * shown[0][0]}
    browser.is_equal(sorted(wide_ones - set(titles)), [], "texts that are not in the picture")
    assert len(wide_ones) > 50, "frames"
    for name, colour in colours[1:]:
        browser.is_equal(colour, other.get(name, colour), "the colour of " + name)


def case_served(page):
    """The views of -http: from the flame graph to the others and to one function's."""
    server = subprocess.Popen([page.unheap, "prof", "-alloc_space", "-http=localhost:0", by_hand(page)],
                              stderr=subprocess.PIPE, text=True, cwd=page.folder)
    try:
        address = next(line for line in server.stderr if "http://" in line).split()[-1]
        for path in ("/ui/top", "/ui/peek?f=json", "/ui/source?f=json", "/ui/tree", "/ui/flamegraph?si=alloc_objects"):
            page.visit(address + path, width=320, theme="dark")
            browser.is_equal(page.browser.errors, [], "errors of " + path)
            browser.is_equal(page.ask("test.lowContrast()"), [], "contrast of " + path)
            assert page.ask("test.sideways()") <= 0, path + " scrolls sideways"
        titles = page.ask("[...document.querySelectorAll('nav a')].map((one) => one.textContent)")
        browser.is_equal(titles[:3] + titles[8:10], ["Top", "Graph", "Peek", "alloc_objects", "alloc_space"], "links")
        page.ask("document.querySelector('#flame-box svg').focus()")
        for _ in range(3):
            page.key("ArrowDown", DOWN)
        link = page.ask("[...document.querySelectorAll('#flame .for-frame')].map((one) => [one.textContent, one.hidden, one.href])")[0]
        browser.is_equal(link[:2], ["Peek", False], "a link for the frame")
        assert "si=alloc_objects" in link[2], "the sample type is lost"
        page.visit(link[2])
        assert "api.(*Server).Get[...]" in page.ask("test.text('main')"), "the function's own view"
        browser.is_equal(page.ask("test.text('nav [aria-current=true]')"), "alloc_objects", "the sample type shown")
        page.visit(address + "/ui/top?n=50&si=alloc_objects&i=strings")
        browser.is_equal(page.ask("document.querySelector('details').open"), True, "filters in use are shown")
        page.ask("document.querySelector('[name=h]').value = '^json'")
        page.ask("document.querySelector('[name=g]').value = 'files'")
        asked = page.ask("new URLSearchParams(new FormData(document.forms[0])).toString()")
        page.visit(address + "/ui/top?" + asked)
        left = page.ask("[...document.querySelectorAll('tbody tr')].map((row) => row.cells[5].firstChild.data.trim())")
        browser.is_equal(left, ["main.go"], "what is left")
        browser.is_equal(page.ask("document.querySelector('nav a').href.split('?')[1]").split("&"),
                         ["i=strings", "h=%5Ejson", "si=alloc_objects", "g=files", "n=50"], "what is asked for")
        page.visit(address + "/ui/graph")
        fits = "document.querySelector('.graph svg').getBoundingClientRect().width <= document.querySelector('main').clientWidth"
        browser.is_equal(page.ask(fits), True, "the graph fits")
        wide = page.ask("document.querySelector('.graph svg').getBoundingClientRect().width")
        page.browser.view(200, 600)
        assert page.ask(fits) and page.ask("document.querySelector('.graph svg').getBoundingClientRect().width") < wide, "a small window"
        page.browser.click("#fit")
        browser.is_equal(page.ask("document.querySelector('.graph svg').getBoundingClientRect().width"), wide, "its own size")
    finally:
        server.terminate()
        server.communicate()


def case_paper(page):
    """On paper all is dark on white, and the graph is as wide as the paper."""
    page.show("-alloc_space", page.profiles[1], theme="dark")
    page.ask("document.documentElement.dataset.theme = 'dark'")
    page.browser.call("Emulation.setEmulatedMedia", media="print")
    try:
        page.ask("document.getElementById('flame-box').style.width = '500px'")
        browser.is_equal(page.ask("getComputedStyle(document.body).color"), "rgb(28, 33, 38)", "writing")
        browser.is_equal(page.ask("document.querySelector('#flame-box svg').getBoundingClientRect().width"), 500, "width")
    finally:
        page.browser.call("Emulation.setEmulatedMedia", media="")


def case_picture_of_lines(page):
    """Labels begin with the function, though a place follows."""
    for granularity, wanted in (("-lines", "http.(*conn).serve"), ("-addresses", "http.(*conn).serve"), ("-files", "server.go")):
        text = page.run("-flame", "-svg", granularity, "-alloc_space", page.profiles[1]).decode()
        assert ">%s" % wanted in text, "no label that begins with %s in %s" % (wanted, granularity)


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
    yield "prof -flame: search by text and expression, n and N", case_search
    yield "prof -flame: search where frames are left out", case_search_of_what_is_cut
    yield "prof -flame: callers and callees of a function", case_sides
    yield "prof -flame: back, forward and links", case_address
    yield "prof -flame: names in little room", case_labels
    yield "prof -flame: the timeline by keyboard and mouse", case_timeline
    yield "prof -flame: packages by keyboard", case_treemap
    yield "prof -flame: filters", case_filters
    yield "prof -flame: a difference", case_difference
    yield "prof -flame -svg", case_picture
    yield "prof -flame -svg: labels with places", case_picture_of_lines
    yield "prof -http: the views and the links between them", case_served
    yield "prof -flame: on paper", case_paper
    yield "prof -weblist", case_weblist
    yield "prof -flame: planted faults are found", case_faults_are_found


def main():
    unheap, captured, *screenshots = sys.argv[1:]
    unheap = os.path.abspath(unheap)
    return browser.run_cases("the page of prof -flame",
                             lambda chromium, folder: Page(chromium, unheap, captured, folder),
                             cases(), *screenshots)


sys.exit(main())
