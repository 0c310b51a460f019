#!/usr/bin/env python3
"""Rewrites the texts of a pprof profile: names of files, functions and the like.

Only what tests need of the protobuf form (google/pprof, proto/profile.proto): the top message's
fields one after the other, of which number 6 is the table of texts.

usage: rewrite.py IN OUT FROM=TO...
"""
import gzip
import sys


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def write_varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7f | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(data):
    """Yields (number, bytes of the whole field, bytes of its content or None)."""
    at = 0
    while at < len(data):
        start = at
        tag, at = read_varint(data, at)
        if tag & 7 == 0:
            _, at = read_varint(data, at)
            yield tag >> 3, data[start:at], None
        elif tag & 7 == 2:
            size, at = read_varint(data, at)
            yield tag >> 3, data[start:at + size], data[at:at + size]
            at += size
        else:
            sys.exit(f"rewrite.py: wire type {tag & 7} at byte {start} is none of a profile's")


def rewrite(text, pairs):
    for old, new in pairs:
        text = text.replace(old.encode(), new.encode())
    return text


def rewrite_profile(source_path, target_path, pairs):
    with open(source_path, "rb") as source:
        data = source.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    out = bytearray()
    for number, whole, content in fields(data):
        if number == 6:
            content = rewrite(content, pairs)
            whole = b"\x32" + write_varint(len(content)) + content
        out += whole
    with open(target_path, "wb") as target:
        target.write(gzip.compress(bytes(out), mtime=0))


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    rewrite_profile(sys.argv[1], sys.argv[2], [pair.split("=", 1) for pair in sys.argv[3:]])


if __name__ == "__main__":
    main()
