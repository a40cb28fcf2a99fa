"""Asks a propenso server by Triton's HTTP client all that the client can ask, and compares the answers with those of /v1/predict.

    python3 tools/clients/triton_http.py 127.0.0.1:5000 [KEY]

The server serves the example's model with its own contract, `casas-cobranzas`, from a registry, as version 1. Needs
tools/clients/requirements-triton.txt. Prints what was seen to hold, and ends with 1 at the first thing that does not.
"""

import sys

import numpy
import tritonclient.http as triton
from tritonclient.http.auth import BasicAuth
from tritonclient.utils import InferenceServerException, triton_to_np_dtype

from example import MODEL, clients, predicted, same

def texts(name, rows, binary=True):
    tensor = triton.InferInput(name, [len(rows), 1], "BYTES")
    values = numpy.array([[row[name].encode()] for row in rows], dtype=object)
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


def numbers(name, rows, datatype, binary=True):
    tensor = triton.InferInput(name, [len(rows), 1], datatype)
    values = numpy.array([[float(row[name])] for row in rows]).astype(triton_to_np_dtype(datatype))
    tensor.set_data_from_numpy(values, binary_data=binary)
    return tensor


def refused(ask, *words):
    try:
        ask()
    except InferenceServerException as error:
        for word in words:
            assert word in str(error), error
        return
    raise AssertionError(f"was not refused: {words}")


def main():
    address = sys.argv[1]
    key = sys.argv[2] if len(sys.argv) > 2 else None
    client = triton.InferenceServerClient(address, concurrency=4)
    if key:
        client.register_plugin(BasicAuth("anybody", key))

    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready(MODEL) and client.is_model_ready(MODEL, "1")
    assert not client.is_model_ready("otro") and not client.is_model_ready(MODEL, "99")
    server = client.get_server_metadata()
    assert server["name"] == MODEL and "binary_tensor_data" in server["extensions"]
    metadata = client.get_model_metadata(MODEL)
    config = client.get_model_config(MODEL, "1")
    names = [tensor["name"] for tensor in metadata["inputs"]]
    assert [tensor["name"] for tensor in config["input"]] == names
    assert config["max_batch_size"] > 0
    index = client.get_model_repository_index()
    assert {"name": MODEL, "version": "1", "state": "READY", "reason": "champion"} in index, index
    client.load_model(MODEL)
    refused(lambda: client.unload_model(MODEL), "not unloaded")
    refused(lambda: client.load_model(MODEL, config="{}"), "configuration")
    print("health, metadata, configuration, repository")

    rows = clients(names, 7_339)
    expected = predicted(address, key, rows)
    same(client.infer(MODEL, [texts(name, rows) for name in names]), expected)
    few, of_few = rows[:100], predicted(address, key, rows[:100])
    same(client.infer(MODEL, [texts(name, few, binary=False) for name in names], model_version="1"), of_few)
    for request, response in [("gzip", "deflate"), ("deflate", "gzip")]:
        answer = client.infer(
            MODEL, [texts(name, few) for name in names], request_compression_algorithm=request, response_compression_algorithm=response)
        same(answer, of_few)
    mixed = [texts(name, few, binary=place % 2 == 0) for place, name in enumerate(names)]
    same(client.infer(MODEL, mixed), of_few)
    whole = triton.InferInput("input-0", [len(few), len(names)], "BYTES")
    whole.set_data_from_numpy(numpy.array([[row[name].encode() for name in names] for row in few], dtype=object))
    same(client.infer(MODEL, [whole], request_id="42"), of_few)
    assert client.infer(MODEL, [whole], request_id="42").get_response()["id"] == "42"
    print(f"{len(rows)} clients as texts: binary, JSON, both, compressed, as one tensor")

    # Numbers in the types that clients' tables have.
    amounts = ["IMPORTE_FACTURA", "DEUDA_TOTAL"]
    def is_number(row):
        return all(row[name] and set(row[name]) <= set("0123456789.") for name in amounts)
    good = [row for row in rows if is_number(row)][:500]
    assert len(good) > 100
    for datatype in ["FP64", "FP32", "FP16", "INT64", "INT32", "INT16", "UINT64", "UINT32"]:
        kind = triton_to_np_dtype(datatype)
        # What 16 bits can hold.
        usable = [row for row in good if all(float(row[name]) < 30_000 for name in amounts)]
        sent = [{**row, **{name: float(numpy.float64(kind(float(row[name])))) for name in amounts}} for row in usable]
        tensors = [numbers(name, usable, datatype) if name in amounts else texts(name, usable) for name in names]
        same(client.infer(MODEL, tensors), predicted(address, key, sent))
    print("numbers as FP64, FP32, FP16, INT64, INT32, INT16, UINT64, UINT32")

    outputs = [triton.InferRequestedOutput("explain"), triton.InferRequestedOutput("decision"),
               triton.InferRequestedOutput("predict", binary_data=False)]
    answer = client.infer(MODEL, [texts(name, few) for name in names], outputs=outputs)
    assert answer.as_numpy("explain").shape == (len(few), len(names))
    assert len({name[0] for name in answer.as_numpy("decision").tolist()}) == len(few)
    waiting = [client.async_infer(MODEL, [texts(name, few) for name in names]) for _ in range(8)]
    for one in waiting:
        same(one.get_result(), of_few)
    print("several outputs, explanations, decisions, asynchronous requests")

    refused(lambda: client.infer("otro", [whole]), MODEL)
    refused(lambda: client.infer(MODEL, [whole], model_version="99"), "version")
    refused(lambda: client.infer(MODEL, [texts(names[0], few)]), "cannot be used")
    refused(lambda: client.infer(MODEL, [texts(name, few if name == names[0] else few[:3]) for name in names]), "shape")
    wrong = triton.InferInput("nada", [1, 1], "BYTES")
    wrong.set_data_from_numpy(numpy.array([[b"x"]], dtype=object))
    refused(lambda: client.infer(MODEL, [wrong]), "nada", names[0])
    refused(lambda: client.infer(MODEL, [whole], outputs=[triton.InferRequestedOutput("nada")]), "nada", "predict")
    refused(lambda: client.infer(MODEL, [whole], outputs=[triton.InferRequestedOutput("predict", class_count=2)]), "classification")
    statistics = client.get_inference_statistics(MODEL)["model_stats"][0]
    assert statistics["inference_count"] >= len(rows) and statistics["inference_stats"]["success"]["count"] >= 10
    print("wrong names, shapes, versions and outputs; statistics")


main()
