"""Asks a running server by KServe's own client of gRPC (kserve.InferenceGRPCClient): kserve_grpc.py HOST:PORT [KEY]

What comes back is held against what /v1/predict says of the same clients, bit for bit.
"""

import asyncio
import logging
import sys

import grpc
import numpy
from kserve import InferInput, InferRequest
from kserve.inference_client import InferenceGRPCClient

from example import MODEL, clients, predicted

NAMES = [
    "ESCENARIO_RECOBRO", "PORTADO", "VPT", "CODIGO_POSTAL", "ESTADO_CLIENTE", "VAP_SCF", "VAP_OB", "FECHA_BPI", "EDAD",
    "CANTIDAD_FACTURAS", "IMPORTE_FACTURA", "DEUDA_TOTAL", "NUM_LINEAS_ACTIVAS",
]


def tensor(name, values, raw):
    """A column of texts: as raw bytes, or in the list of its type."""
    column = InferInput(name, [len(values), 1], "BYTES")
    column.set_data_from_numpy(numpy.array([[value.encode()] for value in values], dtype=object), binary_data=raw)
    return column


async def refused(waiting, status, *words):
    try:
        await waiting
    except grpc.RpcError as error:
        assert error.code() == status, error
        for word in words:
            assert word in error.details(), error
        return
    raise AssertionError(f"was not refused: {words}")


async def main():
    address = sys.argv[1]
    key = sys.argv[2] if len(sys.argv) > 2 else None
    headers = [("authorization", f"Bearer {key}")] if key else None
    client = InferenceGRPCClient(address)
    assert await client.is_server_live() and await client.is_server_ready()
    assert await client.is_model_ready(MODEL, headers=headers)
    rows = clients(NAMES, 1_000)
    classes, probabilities = predicted(address, key, rows)
    for raw in [True, False]:
        inputs = [tensor(name, [row[name] for row in rows], raw) for name in NAMES]
        answer = await client.infer(InferRequest(MODEL, inputs, request_id="42"), headers=headers)
        outputs = {output.name: output.as_numpy().ravel() for output in answer.outputs}
        assert answer.id == "42"
        assert outputs["predict"].tolist() == classes
        assert outputs["probability"].view("uint64").tolist() == probabilities.view("uint64").tolist()
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    await refused(client.infer(InferRequest(MODEL, [tensor("NADA", ["x"], True)]), headers=headers), invalid, "NADA")
    await refused(client.infer(InferRequest("otro", inputs), headers=headers), grpc.StatusCode.NOT_FOUND, MODEL)
    print(f"over gRPC: {len(rows)} clients raw and in lists, refusals")
    await client.close()


# The client tells the log of every refusal.
logging.disable(logging.CRITICAL)
asyncio.run(main())
