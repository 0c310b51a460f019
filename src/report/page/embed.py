#!/usr/bin/env python3
"""embed.py OUT TEMPLATE STYLE... SCRIPT...: writes the page's files as C text.

The head that all pages share (head.html, beside this file), style and scripts (in the order given)
go into the template at build time, with their SHA-256 for the page's Content-Security-Policy: the
browser then runs these scripts and no others, whatever a profile's names may hold. Slots that are
filled when the page is made (enum page_slot in report_int.h) cut the text into pieces.
"""
import base64
import hashlib
import os
import re
import sys

SLOTS = ("title", "text", "data")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def source_hash(text):
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")


def c_literal(text):
    """One C string literal for each line."""
    def escape(byte):
        if byte in b'"\\?':
            return "\\" + chr(byte)
        return chr(byte) if 32 <= byte < 127 else "\\%03o" % byte

    lines = text.encode("utf-8").splitlines(keepends=True) or [b""]
    return "\n".join('     "%s"' % "".join(map(escape, line)) for line in lines)


def assemble(template, style, script):
    if "</script" in script or "</style" in style:
        raise SystemExit("embed.py: an end tag inside a script or style would end it early")
    built = {"style": style, "script": script,
             "style_hash": source_hash(style), "script_hash": source_hash(script)}
    head = read(os.path.join(os.path.dirname(os.path.abspath(__file__)), "head.html"))
    return re.sub(r"\{\{(\w+)\}\}",
                  lambda match: built.get(match.group(1), match.group(0)),
                  template.replace("{{head}}", head))


def pieces(page):
    parts = re.split(r"\{\{(%s)\}\}" % "|".join(SLOTS), page)
    for text, slot in zip(parts[::2], parts[1::2] + ["end"]):
        yield text, "PAGE_SLOT_" + slot.upper()


def main():
    out, template, *parts = sys.argv[1:]
    scripts = [part for part in parts if part.endswith(".js")]
    style = "".join(read(part) for part in parts if part.endswith(".css"))
    script = '(() => {\n"use strict";\n%s})();\n' % "\n".join(map(read, scripts))
    page = assemble(read(template), style, script)
    with open(out, "w", encoding="ascii") as file:
        file.write("/* Made by page/embed.py from the files beside it. */\n")
        file.write("static const struct page_piece page_pieces[] = {\n")
        for text, slot in pieces(page):
            file.write("    {\n%s,\n     %d, %s},\n"
                       % (c_literal(text), len(text.encode("utf-8")), slot))
        file.write("};\n")


main()
