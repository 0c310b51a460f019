"""huge.py IN OUT SIGN...: a profile whose samples have SIGN times the largest value, each in its turn."""
import gzip
import sys


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def fields(data):
    """Number, wire type, content and bytes of each field (protobuf's encoding)."""
    at = 0
    while at < len(data):
        start = at
        key, at = read_varint(data, at)
        if key & 7 == 2:
            size, at = read_varint(data, at)
            content, at = data[at:at + size], at + size
        else:
            content, at = read_varint(data, at)
        yield key >> 3, content, data[start:at]


def sample(content, value):
    packed = varint(value) * 4
    kept = b"".join(whole for number, _, whole in fields(content) if number != 2)
    body = kept + b"\x12" + varint(len(packed)) + packed
    return b"\x12" + varint(len(body)) + body


signs, count, out = [int(word) for word in sys.argv[3:]], 0, b""
with gzip.open(sys.argv[1]) as file:
    for number, content, whole in fields(file.read()):
        if number == 2:
            whole = sample(content, signs[count % len(signs)] * (2**63 - 1) % 2**64)
            count += 1
        out += whole
with open(sys.argv[2], "wb") as file:
    file.write(out)
