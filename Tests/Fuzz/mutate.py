"""How valid inputs are damaged: text, CSV, JSON and the words of a command line."""
import json

NUMBERS = [
    "0", "-1", "1", "2", "3", "7", "-0", "0.5", "1.5", "79", "128", "65535", "65536", "65537",
    "1000000", "2147483647", "2147483648", "4294967296", "9007199254740993", "1e9", "1e18", "1e19",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551616",
    "1e-9", "1e-300", "1e300", "-1e300", "1e400", "5e-324", "NaN", "nan", "Infinity", "-inf",
    "0x10", "1_000", "1,5", "+3", " 4 ", "٣", "1e", ".5", "", "null", "true",
]
WORDS = [
    "", "null", "none", "auto", "true", "x", "é", "\x1b[2J", "=1+1", "a,b", '"', "../x", "-", "--",
    "layers", "\u202e", "A" * 3000,
]
BYTES = [
    b"\x00", b"\xff", b"\xc3", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b"\t", b"\x1b", b'"', b",",
    b"{", b"}", b"[", b"]", b":", b"#", b"\\", b"\\u0000", b"\xf0\x9f\x98\x80", b"-", b".", b"e9",
]


def number(random, small=0.5):
    """A number that is likely (small) or one that is hardly right."""
    if random.random() < small:
        return str(random.choice([1, 2, 3, 4, 5, 8, 16, 17, 64, 100, 512, 1000, 4096]))
    return random.choice(NUMBERS)


def spans(data, digits):
    """The runs of digits (or of letters) in `data`, as (start, end)."""
    found, start = [], None
    for place, byte in enumerate(data + b" "):
        inside = byte < 128 and (chr(byte).isdigit() if digits else chr(byte).isalpha())
        if inside and start is None:
            start = place
        if not inside and start is not None:
            found.append((start, place))
            start = None
    return found


def text(random, data, other):
    """`data` with one damage of any kind; `other` is a file to splice with."""
    if not data:
        return random.choice(BYTES)
    start = random.randrange(len(data))
    end = min(len(data), start + random.choice([1, 1, 2, 5, 20, 100]))
    kind = random.randrange(14)
    lines = data.split(b"\n")
    line = random.randrange(len(lines))
    if kind == 0:
        return data[:start] + bytes([data[start] ^ 1 << random.randrange(8)]) + data[start + 1:]
    if kind == 1:
        return data[:start] + data[end:]
    if kind == 2:
        return data[:start] + data[start:end] * random.choice([2, 2, 3, 50]) + data[end:]
    if kind == 3:
        return data[:start] + random.choice(BYTES) + data[start:]
    if kind == 4:
        return data[:start]
    if kind == 5:
        return data[:start] + other[random.randrange(len(other) + 1):]
    if kind == 6:
        return b"\n".join(lines[:line] + lines[line + 1:])
    if kind == 7:
        return b"\n".join(lines[:line] + [lines[line]] * random.choice([2, 3, 30]) + lines[line:])
    if kind == 8:
        pick = random.randrange(len(lines))
        lines[line], lines[pick] = lines[pick], lines[line]
        return b"\n".join(lines)
    if kind == 9:
        deep = random.choice([3, 600, 20000])
        return data[:start] + random.choice([b"[", b'{"a":', b"("]) * deep + data[start:]
    tokens = spans(data, digits=kind != 10)
    if not tokens:
        return data + random.choice(BYTES)
    start, end = random.choice(tokens)
    if kind == 11:
        digit = random.randrange(start, end)
        return data[:digit] + str(random.randrange(10)).encode() + data[digit + 1:]
    new = random.choice(WORDS) if kind == 10 else number(random, small=0.2)
    return data[:start] + new.encode() + data[end:]


def table(random, data):
    """A CSV with a cell, a column or a header that is not as it was."""
    rows = [row.split(",") for row in data.decode("utf8", "replace").splitlines()]
    if not rows:
        return data
    row = random.choice(rows)
    column = random.randrange(len(row))
    kind = random.randrange(6)
    if kind <= 2:
        row[column] = number(random, small=0.3)
    elif kind == 3:
        row[column] = random.choice(WORDS)
    elif kind == 4:
        for each in rows:
            each[column:column + 1] = [] if column < len(each) else each[column:column + 1]
    else:
        other = random.randrange(len(row))
        for each in rows:
            if max(column, other) < len(each):
                each[column], each[other] = each[other], each[column]
    return "\n".join(",".join(row) for row in rows).encode() + b"\n"


class Raw(float):
    """A number that JSON is given as it is written."""

    def __new__(cls, written):
        made = super().__new__(cls, 0)
        made.written = written
        return made

    def __repr__(self):
        return self.written


def dump(value, indent=None):
    """JSON, with numbers such as 1e400 as they are written."""
    marks = {}

    def mark(node):
        if isinstance(node, Raw):
            marks[f"@{len(marks)}@"] = node.written or "null"
            return f"@{len(marks) - 1}@"
        if isinstance(node, dict):
            return {key: mark(child) for key, child in node.items()}
        return [mark(child) for child in node] if isinstance(node, list) else node

    written = json.dumps(mark(value), indent=indent)
    for name, number_ in marks.items():
        written = written.replace(f'"{name}"', number_)
    return written


def value(random):
    """A value of any type."""
    kind = random.randrange(8)
    if kind <= 4:
        return Raw(number(random, small=0.3).strip() or "0")
    return random.choice([None, True, False, [], {}, [1], {"a": 1}, random.choice(WORDS)])


def places(node, path=()):
    """Every (container, key) below `node`."""
    keys = node.keys() if isinstance(node, dict) else range(len(node))
    found = [(node, key) for key in keys]
    for key in keys:
        if isinstance(node[key], (dict, list)):
            found += places(node[key])
    return found


def tree(random, root):
    """`root`, parsed JSON, changed in place where it has members: a value, a key, a copy."""
    found = places(root) if isinstance(root, (dict, list)) else []
    if not found:
        return
    node, key = random.choice(found)
    kind = random.randrange(8)
    if kind <= 4:
        node[key] = value(random)
    elif kind == 5:
        del node[key]
    elif kind == 6 and isinstance(node, dict):
        name = str(key)
        place = random.randrange(len(name) + 1)
        node[name[:place] + random.choice(["", "x", "_", "s"]) + name[place + 1:]] = node.pop(key)
    else:
        other, place = random.choice(found)
        try:
            copy = json.loads(dump(other[place]))
        except (KeyError, IndexError, ValueError, RecursionError):
            return
        if isinstance(node, list):
            node.insert(key, copy)
        else:
            node[key] = copy


def document(random, data):
    """JSON, or lines of JSON, with a change that leaves it JSON."""
    try:
        root = json.loads(data)
        tree(random, root)
        return dump(root, indent=1).encode() + b"\n"
    except (ValueError, RecursionError):
        pass
    lines = data.decode("utf8", "replace").splitlines()
    line = random.randrange(max(1, min(len(lines), random.choice([1, 2, 2, 10, 10000]))))
    try:
        root = json.loads(lines[line])
        tree(random, root)
        lines[line] = dump(root)
    except (ValueError, IndexError, RecursionError):
        pass
    return "\n".join(lines).encode() + b"\n"


def damaged(random, name, data, other):
    """`data` of the file `name` with one to four damages."""
    for _ in range(random.choice([1, 1, 1, 2, 2, 3, 4])):
        if name.endswith(".csv") and random.random() < 0.5:
            data = table(random, data)
        elif ".json" in name and random.random() < 0.7:
            data = document(random, data)
        else:
            data = text(random, data, other)
    return data
