"""Makes what the fuzz targets `grpc` and `tensors` begin with: the example's first clients, as they go over the wire.

    target/clients/triton/bin/python tools/make_wire_seeds.py fuzz/seeds

Needs tools/clients/requirements-triton.txt. What an input means is said in fuzz/src/calls.rs and fuzz/src/tensors.rs.
"""

import pathlib
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "clients"))

from example import MODEL, PORTFOLIO, clients  # noqa: E402
from grpc_health.v1 import health_pb2  # noqa: E402
from grpc_reflection.v1alpha import reflection_pb2  # noqa: E402
from tritonclient.grpc import service_pb2 as messages  # noqa: E402

# By their places in the lists of the targets.
INFER, STREAM, METADATA, CONFIG, STATISTICS, INDEX, CHECK, REFLECTION = range(8)
FRAMED = 0x80
BYTES, FP64 = 13, 12


def inputs():
    with open(PORTFOLIO, encoding="utf-8") as file:
        return [name for name in file.readline().strip().split(";") if name != "CUST_CODE"]


def text_bytes(texts):
    return b"".join(struct.pack("<I", len(text.encode())) + text.encode() for text in texts)


def infer(rows, raw):
    message = messages.ModelInferRequest(model_name=MODEL, id="1")
    for name in rows[0]:
        texts = [row[name] for row in rows]
        tensor = message.inputs.add(name=name, datatype="BYTES", shape=[len(rows), 1])
        if raw:
            message.raw_input_contents.append(text_bytes(texts))
        else:
            tensor.contents.bytes_contents.extend(text.encode() for text in texts)
    output = message.outputs.add(name="probability")
    output.parameters["classification"].int64_param = 2
    return message.SerializeToString()


def one_tensor(rows, names):
    """Every input in one tensor, as numbers: most clients are refused by their names."""
    message = messages.ModelInferRequest(model_name=MODEL)
    message.inputs.add(name="all", datatype="FP64", shape=[len(rows), len(names)])
    message.raw_input_contents.append(struct.pack(f"<{len(rows) * len(names)}d", *range(len(rows) * len(names))))
    return message.SerializeToString()


def framed(message):
    return b"\0" + struct.pack(">I", len(message)) + message


def calls(rows, names):
    raw = infer(rows, True)
    stream = framed(infer(rows[:1], False)) + framed(infer(rows[:2], True))
    reflection = reflection_pb2.ServerReflectionRequest(file_containing_symbol="inference.GRPCInferenceService")
    return {
        "raw": bytes([INFER]) + raw,
        "typed": bytes([INFER]) + infer(rows, False),
        "one": bytes([INFER]) + one_tensor(rows, names),
        "stream": bytes([FRAMED | STREAM]) + stream,
        "metadata": bytes([METADATA]) + messages.ModelMetadataRequest(name=MODEL, version="1").SerializeToString(),
        "config": bytes([CONFIG]) + messages.ModelConfigRequest(name=MODEL).SerializeToString(),
        "statistics": bytes([STATISTICS]) + messages.ModelStatisticsRequest(name=MODEL).SerializeToString(),
        "index": bytes([INDEX]) + messages.RepositoryIndexRequest(ready=True).SerializeToString(),
        "health": bytes([CHECK]) + health_pb2.HealthCheckRequest(service=MODEL).SerializeToString(),
        "reflection": bytes([REFLECTION]) + reflection.SerializeToString(),
    }


def tensors(rows, names):
    """A tensor for each input: its place, its type, whether its shape is told, how many bytes it has by eights, and they."""
    for is_text in (True, False):
        seed = b""
        for place, name in enumerate(names):
            if is_text:
                cells = text_bytes(row[name] for row in rows)
                flags, shape = 1, struct.pack("<q", len(rows))
            else:
                cells, flags, shape = struct.pack(f"<{len(rows)}d", *([62.83] * len(rows))), 0, b""
            cells = cells.ljust(-(-len(cells) // 8) * 8, b"\0")
            seed += bytes([place, BYTES if is_text else FP64, flags, len(cells) // 8]) + shape + cells
        yield ("texts" if is_text else "numbers"), seed


def main():
    folder = pathlib.Path(sys.argv[1])
    names = inputs()
    rows = clients(names, 3)
    for name, seed in calls(rows, names).items():
        (folder / f"{name}.grpc").write_bytes(seed)
    for name, seed in tensors(rows, names):
        (folder / f"{name}.tensors").write_bytes(seed)


if __name__ == "__main__":
    main()
