"""Makes a description that can be asked by of the Open Inference Protocol's own one.

    described.py open_inference_rest.yaml > FILE

Prints it as JSON. Where the protocol's file says two things at once, or what no server does, it is read as README.md beside it tells: each
change below has its line there.
"""

import json
import sys

import yaml

# Whoever asks has a model by name, and a version of it.
VALUES = {"MODEL_NAME": "propenso", "MODEL_VERSION": "1"}

# The file's word for what is wrong with a request, of any kind.
ERROR = "#/components/schemas/inference_error_response"


def described(file):
    spec = yaml.safe_load(file)
    spec["paths"] = {path.replace("${", "{"): item for path, item in spec["paths"].items()}
    spec["paths"]["/v2"] = spec["paths"].pop("/v2/")
    for path, item in spec["paths"].items():
        for parameter in item.get("parameters", []):
            parameter["schema"]["enum"] = [VALUES[parameter["name"]]]
        for method, operation in item.items():
            if method == "parameters":
                continue
            operation["operationId"] = operation["operationId"].replace("$-", "").replace("$", "")
            if "parameters" in item:
                error = {"schema": {"$ref": ERROR}}
                operation["responses"]["404"] = {"description": "Not Found", "content": {"application/json": error}}
            if method == "post":
                operation["requestBody"]["required"] = True
    # What is an error says so.
    spec["components"]["schemas"]["inference_error_response"]["required"] = ["error"]
    return spec


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        json.dump(described(file), sys.stdout, indent=1)
