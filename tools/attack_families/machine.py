"""Attacks on the pickle machine: budgets, nesting, memo, lengths, frames, stack, opcodes."""

from .asm import *  # noqa: F403  (an assembler is read best without prefixes)

DEEP = 100_000


def bombs():
    none_pop = NONE + POP
    yield at_pickle("bomb-none-pop.pkl", "20,000 opcodes that do nothing", "limit-opcodes",
                    pickle(none_pop * 10_000 + NONE), "opcodes=10000")
    yield at_pickle("bomb-none-pop-zlib.pkl", "10 million opcodes in 10 KB", "limit-opcodes",
                    zipped(pickle(none_pop * 5_000_000 + NONE)), "opcodes=1000000")
    yield at_pickle("bomb-nodes.pkl", "many values that are dropped at once", "limit-nodes",
                    pickle((EMPTY_LIST + POP) * 5_000 + NONE), "nodes=1000")
    yield at_pickle("bomb-stack.pkl", "values piled on the stack", "limit-stack",
                    pickle(NONE * 5_000), "stack=1000")
    yield at_pickle("bomb-stack-zlib.pkl", "2 million values piled on the stack, from 2 KB",
                    "limit-stack", zipped(pickle(NONE * 2_000_000)))
    yield at_pickle("bomb-marks.pkl", "marks piled on the stack", "limit-stack",
                    pickle(MARK * 5_000), "stack=1000")
    names = b"".join(name("m", f"n{i}") + POP for i in range(2_000))
    yield at_pickle("bomb-globals.pkl", "2,000 different names", "limit-globals",
                    zipped(pickle(names + NONE)), "globals=1000")
    # Protocol 2 writes binary data as latin-1 text; decoding makes new bytes each time.
    source = name("_codecs", "encode") + put(0) + POP + text("x" * 10_000) + put(1) + POP
    source += text("latin1") + put(2) + POP
    again = get(0) + get(1) + get(2) + TUPLE2 + REDUCE + POP
    yield at_pickle("bomb-encode.pkl", "one text turned into bytes 1,000 times: 10 MB from 400 bytes",
                    "limit-owned", zipped(pickle(source + again * 1_000 + NONE, 2)),
                    "owned=1048576")
    yield inert("bomb-tiny-frames.pkl", "5,000 frames of two opcodes each",
                zipped(pickle(frame(none_pop) * 5_000 + NONE)))
    yield at_pickle("bomb-memo.pkl", "5,000 memo entries", "limit-memo",
                    pickle((NONE + MEMOIZE + POP) * 5_000 + NONE), "memo=1000")


def nesting():
    """100,000 levels each, in a few hundred bytes of zlib. Values must be dropped without recursion."""
    def deep(kind, what, body):
        return inert(f"nest-{kind}.pkl", f"{DEEP:,} {what}", zipped(pickle(body)))

    def left(kind, what, body):
        return at_pickle(f"nest-{kind}.pkl", f"{DEEP:,} {what}", "leftovers", zipped(pickle(body)))

    yield left("lists-open", "lists, none put into another", EMPTY_LIST * DEEP)
    yield left("marks", "marks, then STOP", MARK * DEEP)
    yield deep("lists", "lists, each in the one before", EMPTY_LIST * DEEP + APPEND * (DEEP - 1))
    yield deep("tuples", "tuples of one", NONE + TUPLE1 * DEEP)
    yield deep("tuples-marked", "tuples made with MARK and TUPLE",
               MARK * DEEP + NONE + TUPLE * DEEP)
    yield deep("dicts", "dicts, each the value of the one before",
               (EMPTY_DICT + NONE) * DEEP + NONE + SETITEM * DEEP)
    yield deep("keys", "tuples, as the key of a dict",
               EMPTY_DICT + NONE + TUPLE1 * DEEP + NONE + SETITEM)
    yield deep("calls", "calls, each the argument of the next",
               name("posix", "system") + put(0) + get(0) * (DEEP - 1) + EMPTY_TUPLE + REDUCE
               + (TUPLE1 + REDUCE) * (DEEP - 1))
    yield deep("states", "objects, each the state of the one before",
               name("m", "C") + put(0) + EMPTY_TUPLE + NEWOBJ
               + (get(0) + EMPTY_TUPLE + NEWOBJ) * (DEEP - 1) + BUILD * (DEEP - 1))


def memo():
    yield inert("memo-huge-slot.pkl", "LONG_BINPUT to slot 4,294,967,295",
                pickle(NONE + b"r" + u32(2**32 - 1)), note="a memo kept as a list would take 32 GB")
    yield inert("memo-huge-slot-get.pkl", "the same, read back",
                pickle(NONE + b"r" + u32(2**32 - 1) + POP + b"j" + u32(2**32 - 1)))
    yield at_pickle("memo-missing.pkl", "BINGET of a slot never set", "memo-missing", pickle(get(7)))
    yield at_pickle("memo-missing-long.pkl", "LONG_BINGET of a slot never set", "memo-missing",
                    pickle(b"j" + u32(2**32 - 1)))
    yield at_pickle("memo-redefined.pkl", "BINPUT to one slot twice", "memo-redefined",
                    pickle(NONE + put(0) + POP + EMPTY_LIST + put(0)))
    yield at_pickle("memo-redefined-memoize.pkl", "MEMOIZE lands on a slot that BINPUT set",
                    "memo-redefined", pickle(NONE + put(1) + MEMOIZE),
                    note="scanners that count differently see another program")
    yield at_pickle("memo-empty-stack.pkl", "BINPUT with nothing on the stack", "stack-underflow",
                    pickle(put(0) + NONE))
    yield at_pickle("memo-at-mark.pkl", "BINPUT with only a mark on top", "stack-underflow",
                    pickle(NONE + MARK + put(0) + TUPLE))


def laughs():
    """Small files that describe enormous values by reference."""
    levels = EMPTY_LIST + put(0)
    for level in range(1, 31):
        levels += array_of(*[get(level - 1)] * 10) + put(level)
    # Each level is left on the stack; one tuple gathers them.
    yield inert("laughs-lists.pkl", "30 lists of ten times the one before: 10^30 items",
                pickle(MARK + levels + TUPLE))
    yield inert("laughs-tuples.pkl", "200 tuples of twice the one before, by DUP",
                pickle(EMPTY_TUPLE + (DUP + TUPLE2) * 200))
    dicts = EMPTY_DICT + put(0)
    for level in range(1, 40):
        items = ((text(f"k{i}"), get(level - 1)) for i in range(5))
        dicts += pairs(items) + put(level)
    yield inert("laughs-dicts.pkl", "40 dicts of five times the one before",
                pickle(MARK + dicts + TUPLE))
    yield inert("laughs-arguments.pkl", "calls whose arguments are the call before, twice",
                pickle(name("m", "f") + put(0) + EMPTY_TUPLE + REDUCE + put(1)
                       + b"".join(put_pair(i) for i in range(2, 100))))


def put_pair(slot):
    """f(x, x) of the value in the slot before."""
    return POP + get(0) + get(slot - 1) + DUP + TUPLE2 + REDUCE + put(slot)


def lengths():
    huge = u64(2**64 - 1)
    for opcode, kind in ((b"\x8e", "binbytes8"), (b"\x8d", "binunicode8"), (b"\x96", "bytearray8")):
        protocol = 5 if kind == "bytearray8" else 4
        yield at_pickle(f"length-{kind}.pkl", f"{kind.upper()} of 2^64 - 1 bytes", "truncated",
                        pickle(opcode + huge + b"abc", protocol))
    yield at_pickle("length-binbytes8-1-tib.pkl", "BINBYTES8 of 2^40 bytes", "truncated",
                    pickle(b"\x8e" + u64(2**40) + b"abc"))
    yield at_pickle("length-binbytes8-zlib.pkl", "BINBYTES8 of 2^40 bytes in a zlib stream",
                    "limit-output", zipped(pickle(b"\x8e" + u64(2**40) + b"abc")))
    yield at_pickle("length-binbytes8-short-zlib.pkl", "BINBYTES8 of 100 MB in a stream of 20 bytes",
                    "truncated", zipped(pickle(b"\x8e" + u64(10**8) + b"abc")))
    yield at_pickle("length-binbytes.pkl", "BINBYTES of 4 GiB", "truncated",
                    pickle(b"B" + u32(2**32 - 1) + b"abc", 3))
    yield at_pickle("length-binunicode.pkl", "BINUNICODE of 4 GiB", "truncated",
                    pickle(b"X" + u32(2**32 - 1) + b"abc"))
    yield at_pickle("length-short-binbytes.pkl", "SHORT_BINBYTES of 255 bytes, 3 there", "truncated",
                    pickle(b"C\xffabc"))
    yield at_pickle("length-short-binunicode.pkl", "SHORT_BINUNICODE of 255 bytes, 3 there",
                    "truncated", pickle(b"\x8c\xffabc"))
    yield at_pickle("length-binstring-negative.pkl", "BINSTRING of -1 bytes", "truncated",
                    pickle(b"T" + u32(2**32 - 1) + b"abc", 2))
    yield at_pickle("length-long4.pkl", "LONG4 of 2 GiB", "limit-integer",
                    pickle(b"\x8b" + u32(2**31 - 1) + b"abc"))
    yield at_pickle("length-long4-negative.pkl", "LONG4 of -1 bytes", "limit-integer",
                    pickle(b"\x8b" + u32(2**32 - 1) + b"abc"))
    yield at_pickle("length-long4-2000.pkl", "an integer of 2,000 bytes", "limit-integer",
                    pickle(b"\x8b" + u32(2_000) + b"\x7f" * 2_000),
                    note="honest integers stay below 20 bytes")
    yield inert("length-long1-255.pkl", "an integer of 255 bytes", pickle(b"\x8a\xff" + b"\x7f" * 255))
    yield at_pickle("length-long1.pkl", "LONG1 of 255 bytes, 3 there", "truncated",
                    pickle(b"\x8a\xffabc"))
    yield at_pickle("length-frame.pkl", "a frame of 2^64 - 1 bytes", "frame-too-long",
                    pickle(frame(NONE, 2**64 - 1)))
    yield at_pickle("length-nothing.pkl", "an empty file", "file-empty", b"")
    yield at_pickle("length-header-only.pkl", "PROTO and no more", "truncated", b"\x80\x04")
    yield at_pickle("length-half-header.pkl", "half of PROTO", "not-a-pickle", b"\x80")


def frames():
    """CPython's C unpickler ignored frame ends until 3.13.15 (gh-154848): scanners saw something else."""
    yield at_pickle("frame-straddled-integer.pkl", "the argument of BININT crosses the frame's end",
                    "frame-straddled", pickle(frame(b"J\x01\x00", 3) + b"\x00\x00"))
    yield at_pickle("frame-straddled-text.pkl", "the characters of a text cross the frame's end",
                    "frame-straddled", pickle(frame(b"\x8c\x06pos", 5) + b"ix!"))
    yield at_pickle("frame-straddled-length.pkl", "a text's length is in the frame, the text is not",
                    "frame-straddled", pickle(frame(b"\x8c\x03", 2) + b"abc"))
    yield at_pickle("frame-straddled-opcode.pkl", "an opcode in the frame, its argument behind it",
                    "frame-straddled", pickle(frame(b"K") + b"\x01"))
    yield at_pickle("frame-straddled-name.pkl", "the lines of GLOBAL cross the frame's end",
                    "frame-straddled", pickle(frame(b"cposix\nsys", 10) + b"tem\n"))
    yield at_pickle("frame-straddled-frame.pkl", "a FRAME opcode crosses the frame's end",
                    "frame-straddled", pickle(frame(b"\x95\x01\x00", 3) + b"\x00" * 6 + NONE))
    yield at_pickle("frame-nested.pkl", "a frame inside a frame", "frame-nested",
                    pickle(frame(frame(NONE) + POP + NONE)))
    yield at_pickle("frame-beyond-end.pkl", "a frame one byte longer than the file", "frame-too-long",
                    pickle(frame(NONE, 3)))
    yield at_pickle("frame-unfinished.pkl", "STOP with a second program in the rest of the frame",
                    "frame-unfinished", b"\x80\x04" + frame(NONE + STOP + system() + STOP))
    yield inert("frame-empty.pkl", "a frame of no bytes", pickle(frame(b"") + NONE))


def stack():
    def case(kind, attack, error, body, protocol=4):
        return at_pickle(f"stack-{kind}.pkl", attack, error, pickle(body, protocol))

    yield case("pop-empty", "POP on the empty stack", "stack-underflow", POP + NONE)
    yield case("pop-mark", "POP of a mark", "stack-underflow", NONE + MARK + POP)
    yield case("dup-empty", "DUP on the empty stack", "stack-underflow", DUP)
    yield case("dup-mark", "DUP of a mark", "stack-underflow", NONE + MARK + DUP)
    yield case("tuple-no-mark", "TUPLE without MARK", "mark-missing", NONE + TUPLE)
    yield case("pop-mark-no-mark", "POP_MARK without MARK", "mark-missing", NONE + POP_MARK)
    yield case("tuple3-of-two", "TUPLE3 of two values", "stack-underflow", NONE + NONE + TUPLE3)
    yield case("tuple2-across-mark", "TUPLE2 across a mark", "stack-underflow",
               NONE + MARK + NONE + TUPLE2)
    yield case("append-tuple", "APPEND to a tuple", "wrong-type", EMPTY_TUPLE + NONE + APPEND)
    yield case("append-alone", "APPEND with no list", "stack-underflow", NONE + APPEND)
    yield case("appends-dict", "APPENDS to a dict", "wrong-type", EMPTY_DICT + MARK + NONE + APPENDS)
    yield case("appends-nothing", "APPENDS of no items to None", "wrong-type", NONE + MARK + APPENDS)
    yield case("appends-across-mark", "APPENDS whose list is below another mark", "stack-underflow",
               EMPTY_LIST + MARK + MARK + NONE + APPENDS)
    yield case("additems-list", "ADDITEMS to a list", "wrong-type",
               EMPTY_LIST + MARK + NONE + ADDITEMS)
    yield case("setitem-list", "SETITEM to a list", "wrong-type",
               EMPTY_LIST + NONE + NONE + SETITEM)
    yield case("setitem-set", "SETITEM to a set", "wrong-type", EMPTY_SET + NONE + NONE + SETITEM)
    yield case("setitems-odd", "SETITEMS of three values", "odd-items",
               EMPTY_DICT + MARK + NONE * 3 + SETITEMS)
    yield case("dict-odd", "DICT of one value", "odd-items", MARK + NONE + DICT)
    yield case("build-list", "BUILD on a list", "wrong-type", EMPTY_LIST + EMPTY_DICT + BUILD)
    yield case("build-integer", "BUILD on an integer", "wrong-type", integer(1) + EMPTY_DICT + BUILD)
    yield case("build-alone", "BUILD with a state and no object", "stack-underflow",
               EMPTY_DICT + BUILD)
    yield case("reduce-list", "REDUCE with a list of arguments", "wrong-type",
               name("posix", "system") + EMPTY_LIST + REDUCE)
    yield case("newobj-none", "NEWOBJ with None for arguments", "wrong-type",
               name("posix", "system") + NONE + NEWOBJ)
    yield case("stop-empty", "STOP with nothing on the stack", "leftovers", b"")
    yield case("stop-two", "STOP with two values", "leftovers", NONE + EMPTY_LIST)
    yield case("stop-mark", "STOP with a mark left", "leftovers", NONE + MARK)
    yield case("stop-hidden", "STOP above a call that a scanner may never look at", "leftovers",
               system() + MARK + NONE)


def opcodes():
    def refused(kind, attack, body, protocol=4):
        return at_pickle(f"opcode-{kind}.pkl", attack, "refused-opcode", pickle(body, protocol))

    yield refused("ext1", "EXT1: a class from the extension registry", b"\x82\x01")
    yield refused("ext2", "EXT2: the same", b"\x83" + u16(1))
    yield refused("ext4", "EXT4: the same", b"\x84" + u32(1))
    yield refused("persid", "PERSID: an object outside the file", b"Pid\n")
    yield refused("binpersid", "BINPERSID: the same", NONE + b"Q")
    yield refused("next-buffer", "NEXT_BUFFER: data outside the file", b"\x97", 5)
    yield refused("readonly-buffer", "READONLY_BUFFER: the same", NONE + b"\x98", 5)
    yield refused("second-proto", "PROTO in the middle of the program", b"\x80\x02" + NONE)
    yield inert("opcode-inst.pkl", "INST: protocol 0's call",
                pickle(MARK + text("id") + b"iposix\nsystem\n"))
    yield inert("opcode-obj.pkl", "OBJ: protocol 1's call",
                pickle(MARK + name("posix", "system") + text("id") + b"o"))
    yield inert("opcode-get.pkl", "GET of what POP threw away",
                pickle(system() + b"p7\n0g7\n"))
    for kind, attack, line in [
        ("int-hexadecimal", "INT of a text that readers take differently", b"I0x10\n"),
        ("int-sign", "INT with a plus sign", b"I+0\n"),
        ("int-blank", "INT with a blank", b"I 0\n"),
        ("int-underscore", "INT with an underscore", b"I1_0\n"),
        ("long-bare", "LONG without its L", b"L10\n"),
        ("float-hexadecimal", "FLOAT in hexadecimal", b"F0x1p3\n"),
        ("string-unclosed", "STRING without its second quote", b"S'id\n"),
        ("string-escape", "STRING with an escape Python does not write", b"S'\\N{DIGIT ONE}'\n"),
        ("unicode-cut", "UNICODE with an escape that is cut off", b"V\\u00\n"),
        ("get-sign", "GET of a slot with a sign", NONE + b"p0\ng+0\n"),
    ]:
        yield at_pickle(f"opcode-{kind}.pkl", attack, "invalid-text", pickle(line))
    yield at_pickle("opcode-put-huge.pkl", "PUT of a slot beyond u32", "invalid-text",
                    pickle(NONE + b"p99999999999\n"))
    yield at_pickle("opcode-unknown.pkl", "a byte that is no opcode", "unknown-opcode",
                    pickle(b"\xff" + NONE))
    yield at_pickle("opcode-protocol-6.pkl", "protocol 6", "protocol", pickle(NONE, 6))
    yield at_pickle("opcode-protocol-255.pkl", "protocol 255", "protocol", pickle(NONE, 255))
    yield at_pickle("opcode-protocol-1.pkl", "protocol 1 in a PROTO header", "protocol",
                    pickle(NONE, 1))
    yield inert("opcode-protocol-0.pkl", "a protocol 0 exploit, which has no header",
                b"cposix\nsystem\n(S'echo attacked'\ntR.")
    yield at_pickle("opcode-headless-4.pkl", "protocol 4 without its header", "not-a-pickle",
                    MARK + text("a") + b"\x94t.")
    yield at_model("opcode-after-stop.pkl", "a second program after STOP", "several-objects",
                   pickle(NONE) + pickle(system()), note="what follows is told, and called as little")
    yield at_model("opcode-after-stop-bomb.pkl", "6,000 opcodes in a second program", "several-objects",
                   pickle(NONE) + pickle((NONE + POP) * 3_000 + NONE), "opcodes=2000",
                   note="it runs on what is left of the budgets")
    yield at_model("opcode-after-stop-length.pkl", "BINBYTES8 of 2^64 - 1 bytes in a second program",
                   "several-objects", pickle(NONE) + b"\x80\x04\x8e" + b"\xff" * 8)
    yield at_model("opcode-after-stop-many.pkl", "1,000 programs after STOP", "several-objects",
                   pickle(NONE) * 1_000, note="the first eight are looked at")
    yield inert("opcode-after-stop-text.pkl", "bytes after STOP that are no program",
                pickle(NONE) + b"\n\0\0 nothing", note="reported as trailing bytes")


FAMILIES = [
    ("bomb", "Budgets: a small file that asks for much work or memory", bombs),
    ("nest", "Values nested 100,000 deep", nesting),
    ("memo", "The memo", memo),
    ("laughs", "Billion laughs: references that describe an enormous value", laughs),
    ("length", "Lengths that the file does not keep", lengths),
    ("frame", "Frames of protocol 4", frames),
    ("stack", "The stack and its marks", stack),
    ("opcode", "Opcodes that are refused, headers, trailing programs", opcodes),
]
