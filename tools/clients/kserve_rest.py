"""Asks a running server by KServe's own REST client (kserve.InferenceRESTClient), by both of its protocols: kserve_rest.py HOST:PORT [KEY]

What comes back is held against what /v1/predict says of the same clients, bit for bit.
"""

import asyncio
import csv
import json
import sys
import urllib.request

import httpx
import numpy
from kserve import InferInput, InferOutput, InferRequest, InferenceRESTClient, RESTConfig

MODEL = "propenso"


def clients(names, most):
    with open("examples/cobranza/cartera.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))[:most]
    return [{name: row[name] for name in names} for row in rows]


def asked(address, key, path, body=None):
    request = urllib.request.Request(f"http://{address}{path}", data=body and json.dumps(body).encode())
    if key:
        request.add_header("x-api-key", key)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def bits(values):
    return numpy.array(values, dtype="float64").ravel().view("uint64").tolist()


async def refused(waiting, *words):
    try:
        await waiting
    except httpx.HTTPStatusError as error:
        # Its message has the server's.
        for word in words:
            assert word in str(error) + error.response.text, (error, error.response.text)
        return
    raise AssertionError(f"was not refused: {words}")


async def first_protocol(url, headers, rows, expected):
    client = InferenceRESTClient(RESTConfig(protocol="v1", timeout=60))
    classes, probabilities = expected
    assert await client.is_model_ready(url, MODEL, headers=headers)
    answer = await client.infer(url, {"instances": rows}, headers=headers, model_name=MODEL)
    assert answer["predictions"] == classes
    shares = {"instances": rows, "parameters": {"predict_method": "predict_proba"}}
    answer = await client.infer(url, shares, headers=headers, model_name=MODEL)
    assert bits(answer["predictions"]) == bits(probabilities)
    few = rows[:20]
    answer = await client.explain(url, MODEL, {"instances": few}, headers=headers)
    for explanation, probability in zip(answer["explanations"], probabilities):
        total = explanation["base"] + sum(explanation["contributions"].values())
        assert abs(total - probability) < 1e-9, (total, probability)
    await refused(client.infer(url, {"instances": [{**rows[0], "CODIGO_POSTAL": "no"}]}, headers=headers, model_name=MODEL), "CODIGO_POSTAL")
    await refused(client.infer(url, {"instances": few}, headers=headers, model_name="otro"), "404")
    print(f"first protocol: {len(rows)} clients, probabilities, explanations, refusals")


async def second_protocol(url, headers, names, rows, expected):
    client = InferenceRESTClient(RESTConfig(protocol="v2", timeout=60))
    classes, probabilities = expected
    assert await client.is_server_live(url, headers=headers)
    assert await client.is_server_ready(url, headers=headers)
    assert await client.is_model_ready(url, MODEL, headers=headers)
    for binary in [False, True]:
        inputs = []
        for name in names:
            tensor = InferInput(name, [len(rows), 1], "BYTES")
            tensor.set_data_from_numpy(numpy.array([[row[name].encode()] for row in rows], dtype=object), binary_data=binary)
            inputs.append(tensor)
        request = InferRequest(MODEL, inputs, request_id="42")
        # The client writes into what it is given.
        answer = await client.infer(url, request, headers=dict(headers), model_name=MODEL)
        outputs = {output.name: output.as_numpy() for output in answer.outputs}
        assert answer.id == "42"
        assert outputs["predict"].ravel().tolist() == classes
        assert bits(outputs["probability"]) == bits(probabilities)
    wrong = InferInput("NADA", [1, 1], "BYTES")
    wrong.set_data_from_numpy(numpy.array([[b"x"]], dtype=object), binary_data=False)
    await refused(client.infer(url, InferRequest(MODEL, [wrong]), headers=dict(headers), model_name=MODEL), "NADA")
    print(f"second protocol: {len(rows)} clients, in JSON and behind it, refusals")


async def main():
    address = sys.argv[1]
    key = sys.argv[2] if len(sys.argv) > 2 else None
    headers = {"x-api-key": key} if key else {}
    url = f"http://{address}"
    names = [tensor["name"] for tensor in asked(address, key, f"/v2/models/{MODEL}")["inputs"]]
    rows = clients(names, 1_000)
    predictions = asked(address, key, "/v1/predict", {"instances": rows})["predictions"]
    expected = ([one["class"] for one in predictions], [one["probability"] for one in predictions])
    await first_protocol(url, headers, rows, expected)
    await second_protocol(url, headers, names, rows, expected)


asyncio.run(main())
