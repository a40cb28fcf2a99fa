"""Attacks on the compression around a pickle."""

import bz2
import gzip
import io
import lzma
import struct
import zipfile
import zlib

from .asm import *  # noqa: F403

ZEROS = bytes(64 << 20)
VALID = pickle(mapping(key=text("value")))


def gz(content):
    return gzip.compress(content, 9, mtime=0)


def xz(content):
    return lzma.compress(content, lzma.FORMAT_XZ, preset=6)


def alone(content):
    return lzma.compress(content, lzma.FORMAT_ALONE, preset=6)


def bombs():
    def zeros(kind, content, size="64 MiB"):
        return at_pickle(f"zip-zeros-{kind}", f"{size} of zeros", "not-a-pickle", content,
                         note="stops at the first byte")

    yield zeros("zlib.pkl", zipped(ZEROS))
    yield zeros("gzip.joblib.gz", gz(ZEROS[:8 << 20]), "8 MiB")
    yield zeros("bz2.joblib.bz2", bz2.compress(ZEROS, 9))
    yield zeros("xz.joblib.xz", xz(ZEROS))
    yield zeros("lzma.joblib.lzma", alone(ZEROS))
    yield zeros("lz4.joblib.lz4", lz4_zeros(), "4 MiB")
    bomb = pickle(b"\x8e" + u64(len(ZEROS)) + ZEROS)
    for kind, content in (("bz2.joblib.bz2", bz2.compress(bomb, 9)), ("xz.joblib.xz", xz(bomb))):
        yield at_pickle(f"zip-bytes-{kind}", "a valid pickle of 64 MiB of zeros", "limit-output",
                        content, "output=1048576")
    small = pickle(b"\x8e" + u64(16 << 20) + ZEROS[:16 << 20])
    yield at_pickle("zip-bytes-zlib.pkl", "a valid pickle of 16 MiB of zeros in 16 KB",
                    "limit-output", zipped(small), "output=1048576")
    behind = bz2.compress(pickle(NONE) + ZEROS, 9)
    yield inert("zip-behind-stop.joblib.bz2", "64 MiB of zeros behind STOP", behind,
                "output=1048576", "must stay unread")
    members = b"".join(gz(b"") for _ in range(500)) + gz(VALID)
    yield inert("zip-empty-members.joblib.gz", "500 empty gzip members, then the pickle", members)


def layers():
    for kind, content in (("gzip-in-zlib", zipped(gz(VALID))), ("zlib-in-zlib", zipped(zipped(VALID))),
                          ("xz-in-gzip", gz(xz(VALID))), ("zlib-in-bz2", bz2.compress(zipped(VALID))),
                          ("lzma-in-zlib", zipped(alone(VALID)))):
        yield at_pickle(f"layers-{kind}.pkl", "compressed twice", "two-layers", content)


def damage():
    """Cut, wrong checksums, headers that ask for too much memory."""
    noise = pickle(binary(bytes((i * i * 31 + (i >> 3)) % 251 for i in range(4_000))))

    def case(kind, attack, content, error="decompression", **more):
        return at_pickle(f"damage-{kind}", attack, error, content, **more)

    half = [("zlib.pkl", zipped(noise)), ("gzip.joblib.gz", gz(noise)),
            ("bz2.joblib.bz2", bz2.compress(noise)), ("xz.joblib.xz", xz(noise)),
            ("lzma.joblib.lzma", alone(noise))]
    for kind, content in half:
        yield case(f"cut-{kind}", "the first half of a compressed pickle", content[:len(content) // 2])
    wrong = zipped(VALID)[:-1]
    yield case("checksum-zlib.pkl", "a wrong Adler-32", wrong + bytes([zipped(VALID)[-1] ^ 1]))
    whole = gz(VALID)
    yield case("checksum-gzip.joblib.gz", "a wrong CRC-32",
               whole[:-8] + struct.pack("<I", zlib.crc32(VALID) ^ 1) + whole[-4:])
    yield case("length-gzip.joblib.gz", "a wrong length in the gzip trailer", whole[:-1] + b"\x7f")
    yield case("header-only-zlib.pkl", "two bytes of zlib header", b"\x78\x9c")
    yield case("reserved-block-zlib.pkl", "a deflate block of the reserved type",
               b"\x78\x9c\xff\xff\xff")
    yield case("far-distance-zlib.pkl", "a deflate match before the stream's beginning",
               b"\x78\x9c\x4b\x04\x42\x00" + b"\0" * 8)
    yield case("dictionary-xz.joblib.xz", "an xz header that asks for a dictionary of 4 GiB",
               xz_with_dictionary(40))
    yield case("dictionary-lzma.joblib.lzma", "an lzma header that asks for a dictionary of 4 GiB",
               lzma_with_dictionary(0xFFFFFF00))
    yield case("block-lz4.joblib.lz4", "an lz4 block of 2 GiB",
               lz4_frame(struct.pack("<I", 0x7FFFFFFF) + b"abc"))
    yield case("cut-lz4.joblib.lz4", "an lz4 frame cut inside a block", lz4_zeros()[:100])


def xz_with_dictionary(code):
    """A valid xz file but for the dictionary size in its block header, checksum put right."""
    content = bytearray(xz(VALID))
    start = 12
    size = (content[start] + 1) * 4
    at = content.index(b"\x21\x01", start, start + size) + 2
    content[at] = code
    end = start + size - 4
    content[end:end + 4] = struct.pack("<I", zlib.crc32(bytes(content[start:end])))
    return bytes(content)


def lzma_with_dictionary(size):
    content = alone(VALID)
    return content[:1] + struct.pack("<I", size) + content[5:]


def lz4_frame(blocks):
    descriptor = b"\x60\x70"
    check = bytes([xxh32(descriptor) >> 8 & 0xFF])
    return b"\x04\x22\x4d\x18" + descriptor + check + blocks + bytes(4)


def lz4_zeros():
    """One block of 4 MiB: a literal zero, one long match, and the five literals a block ends with."""
    count, rest = divmod((4 << 20) - 6 - 19, 255)
    block = b"\x1f\x00\x01\x00" + b"\xff" * count + bytes([rest]) + b"\x50" + bytes(5)
    return lz4_frame(struct.pack("<I", len(block)) + block)


def xxh32(data):
    """The checksum of lz4 headers, for fewer than four bytes."""
    h = (374761393 + len(data)) & 0xFFFFFFFF
    for byte in data:
        h = h + byte * 374761393 & 0xFFFFFFFF
        h = ((h << 11 | h >> 21) & 0xFFFFFFFF) * 2654435761 & 0xFFFFFFFF
    h = (h ^ h >> 15) * 2246822519 & 0xFFFFFFFF
    h = (h ^ h >> 13) * 3266489917 & 0xFFFFFFFF
    return h ^ h >> 16


def archive(members, method=zipfile.ZIP_DEFLATED):
    """A zip without times, so that remaking it gives the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method, compresslevel=9) as target:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            target.writestr(info, content)
    return file.getvalue()


def packed():
    """Models that were put into a zip archive."""
    def case(kind, attack, error, content, **more):
        return at_pickle(f"packed-{kind}.zip", attack, error, content, **more)

    name = "modelo_final.pkl"
    one = archive({name: VALID})
    yield inert("packed-one.zip", "a pickle alone in a zip", one, note="what is opened")
    yield inert("packed-path.zip", "a member whose name is a path outside the archive",
                archive({"../../etc/passwd": VALID}), note="names are shown, never used")
    yield inert("packed-beside-junk.zip", "what macOS and Windows leave beside it",
                archive({name: VALID, f"__MACOSX/._{name}": b"\0\x05\x16\x07", "Thumbs.db": b"x"}))
    yield inert("packed-compressed.zip", "a compressed pickle in a zip", archive({name: zipped(VALID)}))
    yield case("several", "two pickles", "archive-several", archive({name: VALID, "scaler.pkl": VALID}))
    yield case("many", "200 members of nothing", "archive-several",
               archive({f"{i}": b"" for i in range(200)}))
    yield case("nested", "a zip in a zip", "archive-nested", archive({"a.zip": one}))
    yield case("empty", "a zip without a member", "archive-empty", b"PK\x05\x06" + bytes(18))
    yield case("folder", "a zip of a folder alone", "archive-empty", archive({"modelo/": b""}))
    yield case("encrypted", "a member that asks for a password", "archive-encrypted", encrypted(one))
    yield case("method", "a member packed by bzip2", "archive-method", archive({name: VALID}, zipfile.ZIP_BZIP2))
    yield case("cut", "the first half of a zip", "archive-damaged", one[:len(one) // 2])
    yield case("checksum", "a wrong CRC-32", "archive-damaged",
               one.replace(struct.pack("<I", zlib.crc32(VALID)), bytes(4)))
    yield case("zeros", "8 MiB of zeros in 8 KB", "file-zeros", archive({name: ZEROS[:8 << 20]}), note="stops at the first bytes")
    bomb = pickle(b"\x8e" + u64(4 << 20) + ZEROS[:4 << 20])
    yield case("bytes", "a valid pickle of 4 MiB of zeros in 4 KB", "limit-output", archive({name: bomb}),
               limits="output=1048576")
    yield case("several-bombs", "two files of 2 MiB of zeros", "archive-several",
               archive({"a.pkl": ZEROS[:2 << 20], "b.pkl": ZEROS[:2 << 20]}), note="none is unpacked")


def encrypted(content):
    """The same archive with the flag that its members are encrypted."""
    content = bytearray(content)
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def skops():
    def case(kind, attack, error, schema, **more):
        return at_pickle(f"skops-{kind}.skops", attack, error, archive({"schema.json": schema}), **more)

    yield at_pickle("skops-no-schema.skops", "a zip of two files that is no skops file", "archive-several",
                    archive({"a.pkl": VALID, "b.txt": b"3"}))
    yield case("zeros", "2 MiB of zeros for a schema", "skops", ZEROS[:2 << 20])
    yield case("zeros-limited", "the same, beyond the budget", "limit-output", ZEROS[:2 << 20],
               limits="output=1048576")
    yield case("lists", "500,000 lists of one number", "skops", "[" + "[0]," * 500_000 + "0]")
    yield case("objects", "400,000 objects of one name", "skops", "[" + '{"a":0},' * 400_000 + "0]")
    yield case("deep", "100,000 levels of lists", "skops", "[" * 100_000)
    yield case("array-outside", "an array whose file is a path outside the archive", "skops",
               '{"__class__": "ndarray", "__module__": "numpy", "__loader__": "NdArrayNode",'
               ' "type": "numpy", "file": "../../etc/passwd", "__id__": 1}')
    function = '{"__loader__": "FunctionNode", "__module__": "posix", "__class__": "system", "content": "posix.system"}'
    yield inert("skops-function.skops", "posix.system for a model", archive({"schema.json": function}))


FAMILIES = [
    ("zip", "Decompression bombs", bombs),
    ("layers", "Compressed more than once", layers),
    ("packed", "Zip archives around a model", packed),
    ("skops", "Archives of skops", skops),
    ("damage", "Damaged and greedy compressed streams", damage),
]
