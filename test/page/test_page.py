"""test_page.py PROGRAM [FOLDER]: the HTML report in a real Chromium, with its own keys and mouse.

PROGRAM is build/test/report_test_page, which writes pages from evidence made by hand. Screenshots
go into FOLDER, if given, to be looked at. Prints TAP; every case can fail, and the last ones plant
faults and want them found."""
import base64
import os
import re
import struct
import subprocess
import sys
import zlib

import browser

VIEWS = (("wide", 1440, 1000), ("laptop", 1100, 800), ("narrow", 420, 900))
CAUSES = 8


class Page(browser.Page):
    def __init__(self, chromium, program, folder):
        super().__init__(chromium, folder)
        self.program = program

    def show(self, sample, change=None, **view):
        text = subprocess.run([self.program, sample, "html"], check=True,
                              stdout=subprocess.PIPE).stdout
        self.visit(self.write(sample + ".html", text, change), **view)


# ---- pictures ----

def unfilter(kind, line, above, step):
    """One line of a PNG (PNG specification, section 9.2)."""
    out = bytearray(line)
    for i, value in enumerate(line):
        left = out[i - step] if i >= step else 0
        up = above[i]
        corner = above[i - step] if i >= step else 0
        if kind == 1:
            value += left
        elif kind == 2:
            value += up
        elif kind == 3:
            value += (left + up) // 2
        elif kind == 4:
            guess = left + up - corner
            value += min((left, up, corner), key=lambda one: abs(guess - one))
        out[i] = value & 255
    return out


def png_colours(data):
    """How often each colour is in a PNG of 8 bits a channel."""
    width, height, _, colour_type = struct.unpack(">IIBB", data[16:26])
    step = {2: 3, 6: 4}[colour_type]
    packed, at = b"", 8
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        packed += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    raw = zlib.decompress(packed)
    counts, above = {}, bytearray(width * step)
    for row in range(height):
        start = row * (width * step + 1)
        above = unfilter(raw[start], raw[start + 1:start + 1 + width * step], above, step)
        for i in range(0, len(above), step):
            colour = bytes(above[i:i + 3])
            counts[colour] = counts.get(colour, 0) + 1
    return counts


def colours_of(page, selector):
    clip = dict(page.ask("test.box(%r)" % selector), scale=1)
    clip["height"] = min(clip["height"], 700)
    answer = page.browser.call("Page.captureScreenshot", format="png", clip=clip,
                               captureBeyondViewport=True)
    return png_colours(base64.b64decode(answer["data"]))


# ---- cases: each raises AssertionError ----

def case_looks(page, name, width, height, theme):
    """Every part is there; nothing overflows, overlaps or is hard to read."""
    page.show("shop", width=width, height=height, theme=theme)
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(len(page.browser.requests), 1, "requests")
    browser.is_equal(page.ask("test.count('#ranking .row')"), CAUSES, "rows")
    browser.is_equal(page.ask("test.count('#ranking .row.weak')"), 1, "rows with too few samples")
    assert page.ask("test.count('#flame-box g')") >= 15, "flame graph"
    assert page.ask("test.count('#source-box tr[data-line]')") > 60, "source lines"
    assert page.ask("test.count('#unexplained-box tbody tr')") == 2, "unexplained"
    assert page.ask("test.count('#elided-box tbody tr')") == 2, "elided"
    assert page.ask("test.sideways()") <= 0, "the page scrolls sideways"
    for index in range(CAUSES):
        page.ask("__unheap.select(%d)" % index)
        assert page.ask("test.count('.flow .card')") >= 3, "graph of cause %d" % index
        browser.is_equal(page.ask("test.overlapping()"), [], "cards over one another in %d" % index)
        browser.is_equal(page.ask("test.spilling()"), [], "text outside its box in %d" % index)
        browser.is_equal(page.ask("test.lowContrast()"), [], "contrast in cause %d" % index)
        assert page.ask("test.sideways()") <= 0, "cause %d scrolls sideways" % index
    page.ask("document.querySelector('[name=paint][value=one]').click()")
    browser.is_equal(page.ask("test.lowContrast()"), [], "contrast of shares")
    page.ask("document.querySelector('[name=paint][value=all]').click()")
    page.ask("__unheap.select(0)")
    page.ask("scrollTo(0, 0)")
    page.shot("%s-%s" % (name, theme))
    browser.is_equal(page.browser.errors, [], "errors afterwards")


def case_colours(page, theme):
    """Each cause's colour is really painted, and told apart from its neighbours'."""
    page.show("shop", theme=theme)
    wanted = page.ask("""Array.from({length: 8}, (_, i) => {
        const e = document.createElement('i');
        e.style.background = `var(--c${i})`; document.body.append(e);
        const c = getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number);
        e.remove(); return c.slice(0, 3); })""")
    counts = colours_of(page, "#ranking")
    for index, colour in enumerate(wanted):
        seen = counts.get(bytes(int(part) for part in colour), 0)
        assert seen > 40, "colour %d is painted on %d points" % (index, seen)
    assert len({tuple(colour) for colour in wanted}) == 8


def case_figures(page):
    """The figures are those of the terminal."""
    page.show("shop")
    text = subprocess.run([page.program, "shop", "text", "140"], check=True,
                          stdout=subprocess.PIPE).stdout.decode()
    rows = re.findall(r"^ +(\d+) +(\S+%) +(\S+) +(\S+)  ", text, re.MULTILINE)
    browser.is_equal(len(rows), CAUSES, "rows on the terminal")
    for rank, share, amount, interval in rows:
        row = page.ask("(() => { const r = document.getElementById('cause-%d');"
                       " return [r.querySelector('.bytes').textContent,"
                       " r.querySelector('.share').textContent, r.title]; })()" % (int(rank) - 1))
        browser.is_equal(row[:2], [amount, share], "figures of cause " + rank)
        assert interval in row[2], "%s is not in %s" % (interval, row[2])
    for value, wanted in ((0, "0"), (1023, "1023B"), (1024, "1kB"), (524339, "512.05kB"),
                          (1572864, "1.50MB"), (-1572864, "-1.50MB"), (1 << 42, "4TB")):
        browser.is_equal(page.ask("__unheap.amount(%d)" % value), wanted, "amount")


def case_ranking_keys(page):
    page.show("shop")
    page.ask("document.getElementById('ranking').focus()")
    browser.is_equal(page.ask("test.selected()"), "cause-0", "at first")
    for key, code, wanted in (("ArrowDown", 40, 1), ("ArrowDown", 40, 2), ("ArrowUp", 38, 1),
                              ("End", 35, 7), ("ArrowDown", 40, 7), ("Home", 36, 0),
                              ("ArrowUp", 38, 0), ("PageDown", 34, 7)):
        page.key(key, code)
        browser.is_equal(page.ask("test.selected()"), "cause-%d" % wanted, "after " + key)
        browser.is_equal(page.ask("document.activeElement.getAttribute('aria-activedescendant')"),
                 "cause-%d" % wanted, "what is announced")
        heading = page.ask("test.text('#detail h2')")
        assert page.ask("__unheap.data.causes[%d].text" % wanted) in heading, heading


def case_tab_reaches_everything(page):
    page.show("shop")
    parts = {"ranking", "flow", "theme", "paint", "flame-search", "source-file", "source-next"}
    seen = set()
    for _ in range(280):  # Chromium 150 starts in the middle, where the last click was
        page.key("Tab", 9)
        seen.add(page.ask("(() => { const e = document.activeElement;"
                          " return e.closest('.flow') ? 'flow' : e.id || e.name || e.tagName; })()"))
        if parts <= seen:
            break
    assert parts <= seen, "Tab does not come to " + ", ".join(sorted(parts - seen))


def case_address(page):
    page.show("shop")
    page.ask("__unheap.select(4)")
    address = page.ask("location.href")
    assert address.endswith("#c5"), address
    page.browser.call("Page.navigate", url="about:blank")
    page.browser.call("Page.navigate", url=address)
    page.ask("new Promise((done) => { document.readyState === 'complete' ? done()"
             " : addEventListener('load', done); })")
    page.ask(page.helpers)
    browser.is_equal(page.ask("test.selected()"), "cause-4", "the cause that the address names")


def case_mouse(page):
    page.show("shop")
    page.browser.click("#cause-3")
    browser.is_equal(page.ask("test.selected()"), "cause-3", "a click on a row")
    page.browser.click("#detail .story a")
    hit = page.ask("test.text('#source-box tr.hit .line')")
    assert hit and hit in page.ask("test.text('#detail .story a')"), "a click on a place"
    page.browser.click("#legend li:nth-child(2) button")
    browser.is_equal(page.ask("test.selected()"), "cause-1", "a click on the legend")
    page.browser.click("#detail details summary")
    page.ask("new Promise((done) => setTimeout(done, 50))")
    assert "sampled object" in page.ask("test.text('#detail details dl')"), "what is known of a site"
    assert page.ask("test.count('#detail details .story li')") == 2, "a site's own story"
    page.browser.click("#source-next")
    later = page.ask("test.text('#source-box tr.hit .line')")
    assert later != hit, "next allocation"


def case_flame(page):
    page.show("shop")
    page.ask("document.querySelector('#flame-box svg').focus()")
    everything = page.ask("test.count('#flame-box g')")
    for _ in range(6):
        page.key("ArrowDown", 40)
    here = page.ask("__unheap.flame.here")
    assert here != 0, "arrows do not move"
    status = page.ask("test.text('#flame-status')")
    assert "%" in status and "cause" in status, status
    page.key("ArrowRight", 39)
    beside = page.ask("__unheap.flame.here")
    assert beside not in (0, here), "right does not move"
    page.key("ArrowLeft", 37)
    browser.is_equal(page.ask("__unheap.flame.here"), here, "left")
    page.key("Enter", 13)
    browser.is_equal(page.ask("__unheap.flame.root"), here, "Enter")
    assert page.ask("test.count('#flame-box g')") < everything, "zoom shows less"
    browser.is_equal(page.ask("document.activeElement.getAttribute('role')"), "tree", "focus after zooming")
    page.key("Escape", 27)
    browser.is_equal(page.ask("__unheap.flame.root"), 0, "Escape")
    page.browser.click("#flame-box g:nth-of-type(6)")
    assert page.ask("__unheap.flame.root") != 0, "a click zooms"
    page.browser.click("#flame-reset")
    browser.is_equal(page.ask("__unheap.flame.root"), 0, "whole profile")
    page.ask("document.getElementById('flame-search').focus()")
    page.browser.type("newquote")
    browser.is_equal(page.ask("test.count('#flame-box g.found')"), 1, "frames found")
    assert page.ask("test.text('#flame-found')").startswith("1 frame, 172MB"), "what is found"
    page.browser.key("Enter", 13, "\r")
    here = page.ask("__unheap.flame.here")
    assert page.ask("__unheap.flame.groups.get(%d).classList.contains('found')" % here), "Enter goes to what is found"
    page.key("Enter", 13)
    page.ask("document.getElementById('cause-1').click()")
    hash_of_all = page.ask("location.hash")
    assert re.fullmatch(r"#c\d+&search=[^&]+&frame=%d|#c\d+&frame=%d&search=[^&]+" % (here, here), hash_of_all), \
        "cause, frame and search in the address: " + hash_of_all


def case_theme(page):
    page.show("shop")
    ground = "getComputedStyle(document.body).backgroundColor"
    browser.is_equal(page.ask("test.text('#theme')"), "Theme: Auto", "at first")
    light = page.ask(ground)
    page.browser.click("#theme")
    page.browser.click("#theme")
    browser.is_equal(page.ask("test.text('#theme')"), "Theme: Dark", "after two clicks")
    assert page.ask(ground) != light, "dark is not dark"
    page.browser.click("#theme")
    browser.is_equal(page.ask(ground), light, "and back")


def case_hostile(page):
    page.show("hostile")
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(page.ask("window.hostile ?? null"), None, "a name that became a script")
    browser.is_equal(page.ask("test.count('script')"), 2, "scripts")
    browser.is_equal(page.ask("test.count('img')"), 0, "images")
    for index in range(CAUSES):
        page.ask("__unheap.select(%d)" % index)
    assert "</script><script>" in page.ask("test.text('#cause-0 .what')"), "the name as it is"
    page.ask("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    browser.is_equal(page.ask("window.hostile ?? null"), None, "a name that became a handler")
    for width in (1440, 420):
        page.show("hostile", width=width)
        for index in range(CAUSES):
            page.ask("__unheap.select(%d)" % index)
            browser.is_equal(page.ask("test.spilling()"), [], "text outside its box")
            assert page.ask("test.sideways()") <= 0, "the page scrolls sideways"
    page.shot("hostile")


def case_big(page):
    page.show("big")
    browser.is_equal(page.browser.errors, [], "errors")
    browser.is_equal(page.ask("test.count('#ranking .row')"), 300, "rows")
    assert "600 smaller causes" in page.ask("test.text('#ranking-rest')")
    assert "3,000 of 9,000 sites" in page.ask("test.text('#limits')")
    assert page.ask("test.count('#flame-box g')") > 30, "flame graph"
    milliseconds = page.ask("performance.timing.domComplete - performance.timing.responseEnd")
    print("# the page of 900 causes and 60,000 samples is drawn in %d ms" % milliseconds)
    page.shot("big", whole=False)


def case_empty(page):
    page.show("empty")
    browser.is_equal(page.browser.errors, [], "errors")
    for part in ("causes", "flame", "source", "unexplained", "elided"):
        browser.is_equal(page.ask("document.getElementById('%s').hidden" % part), True, part)
    browser.is_equal(page.ask("document.getElementById('nothing').hidden"), False, "what is said instead")


def case_without_scripts(page):
    page.browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.browser.view(1440, 1000)
        page.browser.open(os.path.join(page.folder, "shop.html"))
        page.shot("without-scripts", whole=False)
        root = page.browser.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
        pre = page.browser.call("DOM.querySelector", nodeId=root, selector="noscript pre")["nodeId"]
        assert pre, "no text for readers without scripts"
        text = page.browser.call("DOM.getOuterHTML", nodeId=pre)["outerHTML"]
        assert "stored in the global map orders" in text
    finally:
        page.browser.call("Emulation.setScriptExecutionDisabled", value=False)


def case_faults_are_found(page):
    """What this test must not let through."""
    page.show("shop", change=lambda text: text.replace(b'"causes":[{', b'"causes":[{,', 1))
    assert page.browser.has_errors(), "damaged data was not noticed"
    page.show("shop", change=lambda text: text.replace(b"--muted: light-dark(#56606b",
                                                       b"--muted: light-dark(#a6b0bb"))
    assert page.browser.has_errors(), "a changed style was let through by the page's policy"
    page.show("shop", change=lambda text: text.replace(b"(() => {", b"/* */ (() => {", 1))
    assert page.browser.has_errors(), "a changed script was let through by the page's policy"
    page.show("shop")
    page.ask("document.querySelector('#detail h2').style.color = '#999'")
    assert page.ask("test.lowContrast()"), "pale text was not noticed"
    page.ask("document.querySelector('.flow text').textContent = 'x'.repeat(99)")
    assert page.ask("test.spilling()"), "text outside its box was not noticed"
    page.ask("document.querySelectorAll('.flow .card').forEach((card) => card.setAttribute('x', 0))")
    assert page.ask("test.overlapping()"), "cards over one another were not noticed"
    page.ask("document.body.append(Object.assign(document.createElement('div'),"
             " {style: 'width:9999px;height:9px'}))")
    assert page.ask("test.sideways()") > 0, "a wide page was not noticed"


def cases():
    for name, width, height in VIEWS:
        for theme in ("light", "dark"):
            yield ("%s, %s" % (name, theme),
                   lambda page, v=(name, width, height, theme): case_looks(page, *v))
    for theme in ("light", "dark"):
        yield "colours are painted, " + theme, lambda page, t=theme: case_colours(page, t)
    yield "the figures are those of the terminal", case_figures
    yield "the ranking by keyboard", case_ranking_keys
    yield "Tab comes to every part", case_tab_reaches_everything
    yield "the mouse", case_mouse
    yield "a link to a cause", case_address
    yield "the flame graph by keyboard, mouse and search", case_flame
    yield "light and dark by hand", case_theme
    yield "hostile names", case_hostile
    yield "more than a page holds", case_big
    yield "an empty profile", case_empty
    yield "without scripts", case_without_scripts
    yield "planted faults are found", case_faults_are_found


def main():
    program, *screenshots = sys.argv[1:]
    return browser.run_cases("the page", lambda chromium, folder: Page(chromium, program, folder),
                             cases(), *screenshots)


sys.exit(main())
