"""Asks a propenso server over gRPC: by Triton's client all that it can ask, by grpcio's health check and its reflection; and compares
the answers with those of /v1/predict.

    python3 tools/clients/triton_grpc.py 127.0.0.1:5000 [KEY [CERTIFICATE]]

The server serves the example's model with its own contract, `casas-cobranzas`, from a registry, as version 1. Needs
tools/clients/requirements-triton.txt. With a certificate the server is asked over TLS, and has to show that one. Prints what was seen to
hold, and ends with 1 at the first thing that does not.
"""

import queue
import struct
import sys

import grpc
import numpy
import tritonclient.grpc as triton
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tritonclient.grpc import service_pb2, service_pb2_grpc
from tritonclient.utils import InferenceServerException, triton_to_np_dtype

from example import MODEL, clients, predicted, same

SERVICE = "inference.GRPCInferenceService"


def texts(name, rows):
    tensor = triton.InferInput(name, [len(rows), 1], "BYTES")
    tensor.set_data_from_numpy(numpy.array([[row[name].encode()] for row in rows], dtype=object))
    return tensor


def numbers(name, rows, datatype):
    tensor = triton.InferInput(name, [len(rows), 1], datatype)
    tensor.set_data_from_numpy(numpy.array([[float(row[name])] for row in rows]).astype(triton_to_np_dtype(datatype)))
    return tensor


def refused(ask, status, *words):
    try:
        ask()
    except InferenceServerException as error:
        assert error.status() == f"StatusCode.{status}", error
        for word in words:
            assert word in str(error), error
        return
    raise AssertionError(f"was not refused: {words}")


class Caller:
    """Triton's client with a key, which it takes with each call alone."""

    def __init__(self, address, headers, certificate):
        self.client = triton.InferenceServerClient(address, ssl=bool(certificate), root_certificates=certificate)
        self.headers = headers

    def __getattr__(self, name):
        method = getattr(self.client, name)
        return lambda *given, **named: method(*given, headers=self.headers, **named)


def ask_about(caller):
    assert caller.is_server_live() and caller.is_server_ready()
    assert caller.is_model_ready(MODEL) and caller.is_model_ready(MODEL, "1")
    assert not caller.is_model_ready("otro") and not caller.is_model_ready(MODEL, "99")
    server = caller.get_server_metadata()
    assert server.name == MODEL and "binary_tensor_data" in server.extensions
    metadata = caller.get_model_metadata(MODEL)
    config = caller.get_model_config(MODEL, "1").config
    names = [tensor.name for tensor in metadata.inputs]
    assert [tensor.name for tensor in config.input] == names
    assert config.max_batch_size > 0 and config.version_policy.latest.num_versions == 1
    index = caller.get_model_repository_index().models
    assert ("1", "READY", "champion") in [(one.version, one.state, one.reason) for one in index], index
    caller.load_model(MODEL)
    refused(lambda: caller.unload_model(MODEL), "FAILED_PRECONDITION", "not unloaded")
    refused(lambda: caller.load_model(MODEL, config="{}"), "INVALID_ARGUMENT", "configuration")
    print("health, metadata, configuration, repository")
    return names


def ask_for_answers(caller, names, few, of_few, rows, expected):
    same(caller.infer(MODEL, [texts(name, rows) for name in names]), expected)
    inputs = [texts(name, few) for name in names]
    same(caller.infer(MODEL, inputs, model_version="1"), of_few)
    for compression in ["gzip", "deflate"]:
        same(caller.infer(MODEL, inputs, compression_algorithm=compression), of_few)
    whole = triton.InferInput("input-0", [len(few), len(names)], "BYTES")
    whole.set_data_from_numpy(numpy.array([[row[name].encode() for name in names] for row in few], dtype=object))
    answer = caller.infer(MODEL, [whole], request_id="42")
    same(answer, of_few)
    assert answer.get_response().id == "42"
    outputs = [triton.InferRequestedOutput(name) for name in ["explain", "decision", "predict"]]
    answer = caller.infer(MODEL, inputs, outputs=outputs)
    assert answer.as_numpy("explain").shape == (len(few), len(names))
    assert len({name[0] for name in answer.as_numpy("decision").tolist()}) == len(few)
    answers = queue.Queue()
    for _ in range(8):
        caller.async_infer(MODEL, inputs, lambda result, error: answers.put((result, error)))
    for _ in range(8):
        answer, error = answers.get(timeout=60)
        assert error is None, error
        same(answer, of_few)
    print(f"{len(rows)} clients raw, as columns and as one tensor, compressed, several outputs, asynchronous")
    return whole


def ask_in_all_types(caller, names, rows, predict):
    amounts = ["IMPORTE_FACTURA", "DEUDA_TOTAL"]

    def is_number(row):
        return all(row[name] and set(row[name]) <= set("0123456789.") and float(row[name]) < 30_000 for name in amounts)

    usable = [row for row in rows if is_number(row)][:500]
    assert len(usable) > 100
    for datatype in ["FP64", "FP32", "FP16", "INT64", "INT32", "INT16", "UINT64", "UINT32"]:
        kind = triton_to_np_dtype(datatype)
        sent = [{**row, **{name: float(numpy.float64(kind(float(row[name])))) for name in amounts}} for row in usable]
        tensors = [numbers(name, usable, datatype) if name in amounts else texts(name, usable) for name in names]
        same(caller.infer(MODEL, tensors), predict(sent))
    print("numbers as FP64, FP32, FP16, INT64, INT32, INT16, UINT64, UINT32")


def ask_in_lists(stub, metadata, names, few, of_few):
    """What no raw bytes are sent of is answered in lists of their types."""
    request = service_pb2.ModelInferRequest(model_name=MODEL)
    for name in names:
        tensor = request.inputs.add(name=name, datatype="BYTES", shape=[len(few), 1])
        tensor.contents.bytes_contents.extend(row[name].encode() for row in few)
    answer = stub.ModelInfer(request, metadata=metadata)
    assert not answer.raw_output_contents
    outputs = {output.name: output.contents for output in answer.outputs}
    assert list(outputs["predict"].int64_contents) == of_few[0]
    assert list(outputs["probability"].fp64_contents) == of_few[1].tolist()
    print("lists of types in and out")


def ask_message_by_message(caller, names, few, of_few):
    answers = queue.Queue()
    caller.start_stream(lambda result, error: answers.put((result, error)))
    inputs = [texts(name, few) for name in names]
    stream = caller.client
    for name in ["first", "second"]:
        stream.async_stream_infer(MODEL, inputs, request_id=name)
    stream.async_stream_infer("otro", inputs, request_id="third")
    stream.async_stream_infer(MODEL, inputs, request_id="fourth")
    for expected in ["first", "second", None, "fourth"]:
        answer, error = answers.get(timeout=60)
        if expected is None:
            assert "there is one model" in str(error), error
        else:
            assert error is None and answer.get_response().id == expected, error
            same(answer, of_few)
    stream.stop_stream()
    print("message by message, the wrong one in its place")


def ask_wrongly(caller, channel, metadata, names, few, whole):
    refused(lambda: caller.infer("otro", [whole]), "NOT_FOUND", MODEL)
    refused(lambda: caller.infer(MODEL, [whole], model_version="99"), "NOT_FOUND", "version")
    refused(lambda: caller.infer(MODEL, [texts(names[0], few)]), "INVALID_ARGUMENT", "client 0", names[1])
    uneven = [texts(name, few if name == names[0] else few[:3]) for name in names]
    refused(lambda: caller.infer(MODEL, uneven), "INVALID_ARGUMENT", "shape")
    wrong = triton.InferInput("nada", [1, 1], "BYTES")
    wrong.set_data_from_numpy(numpy.array([[b"x"]], dtype=object))
    refused(lambda: caller.infer(MODEL, [wrong]), "INVALID_ARGUMENT", "nada", names[0])
    output = triton.InferRequestedOutput("nada")
    refused(lambda: caller.infer(MODEL, [whole], outputs=[output]), "INVALID_ARGUMENT", "nada", "predict")
    output = triton.InferRequestedOutput("predict", class_count=2)
    refused(lambda: caller.infer(MODEL, [whole], outputs=[output]), "INVALID_ARGUMENT", "classification")
    refused(lambda: caller.infer(MODEL, [whole], client_timeout=0.000_001), "DEADLINE_EXCEEDED")
    refused(lambda: caller.get_trace_settings(), "UNIMPLEMENTED")
    # What is no message at all.
    raw = channel.unary_unary(f"/{SERVICE}/ModelInfer")
    for nonsense in [b"\xff" * 100, struct.pack("<BB", 0x2A, 0) * 1_000_000]:
        try:
            raw(nonsense, metadata=metadata)
        except grpc.RpcError as error:
            assert error.code() == grpc.StatusCode.INVALID_ARGUMENT, error
        else:
            raise AssertionError("nonsense was answered")
    statistics = caller.get_inference_statistics(MODEL).model_stats[0]
    assert statistics.inference_count > 0 and statistics.inference_stats.success.count >= 10
    print("wrong names, shapes, versions, outputs and messages; a deadline; statistics")


def ask_by_others(channel, metadata):
    health = health_pb2_grpc.HealthStub(channel)
    serving = health_pb2.HealthCheckResponse.SERVING
    for service in ["", SERVICE]:
        assert health.Check(health_pb2.HealthCheckRequest(service=service)).status == serving
    try:
        health.Check(health_pb2.HealthCheckRequest(service="otro"))
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND, error
    else:
        raise AssertionError("there is no such service")
    watch = health.Watch(health_pb2.HealthCheckRequest())
    assert next(iter(watch)).status == serving
    watch.cancel()
    described = ProtoReflectionDescriptorDatabase(channel)
    assert SERVICE in described.get_services(), described.get_services()
    file = described.FindFileContainingSymbol(SERVICE)
    assert "ModelStreamInfer" in [method.name for method in file.service[0].method]
    print("grpcio's health check and reflection")


def main():
    address = sys.argv[1]
    key = sys.argv[2] if len(sys.argv) > 2 else None
    certificate = sys.argv[3] if len(sys.argv) > 3 else None
    headers = {"authorization": f"Bearer {key}"} if key else None
    metadata = [("authorization", f"Bearer {key}")] if key else None
    if certificate:
        with open(certificate, "rb") as file:
            channel = grpc.secure_channel(address, grpc.ssl_channel_credentials(file.read()))
    else:
        channel = grpc.insecure_channel(address)

    def predict(instances):
        return predicted(address, key, instances, certificate)

    caller = Caller(address, headers, certificate)
    names = ask_about(caller)
    rows = clients(names, 7_339)
    few, of_few = rows[:100], predict(rows[:100])
    whole = ask_for_answers(caller, names, few, of_few, rows, predict(rows))
    ask_in_all_types(caller, names, rows, predict)
    ask_in_lists(service_pb2_grpc.GRPCInferenceServiceStub(channel), metadata, names, few, of_few)
    ask_message_by_message(caller, names, few, of_few)
    ask_wrongly(caller, channel, metadata, names, few, whole)
    ask_by_others(channel, metadata)
    if key:
        nobody = Caller(address, None, certificate)
        refused(lambda: nobody.infer(MODEL, [whole]), "UNAUTHENTICATED", "key")


main()
