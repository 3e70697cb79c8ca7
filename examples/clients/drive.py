"""Calls the operations of an OpenAPI document by their ids, with Python's standard library alone."""

import json
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid


class Api:
    """Every operation of the document is a method: its parameters by name, and `body`."""

    def __init__(self, base, token=None):
        self.base, self.token = base, token
        with urllib.request.urlopen(f"{base}/openapi.json") as answer:
            self.document = json.load(answer)
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def resolve(self, node):
        while "$ref" in node:
            pointer = node["$ref"]
            node = self.document
            for part in pointer.removeprefix("#/").split("/"):
                node = node[part.replace("~1", "/").replace("~0", "~")]
        return node

    def call(self, operation_id, body=None, **given):
        method, path, operation = self.operations[operation_id]
        parameters = {p["name"]: p for p in map(self.resolve, operation.get("parameters", []))}
        unknown = set(given) - set(parameters)
        assert not unknown, f"{operation_id} has no parameter {unknown}"
        query, headers = [], {"Accept": "application/json"}
        for name, value in given.items():
            parameter = parameters[name]
            if parameter["in"] == "path":
                path = path.replace("{" + name + "}", urllib.parse.quote(value, safe=""))
            elif parameter["in"] == "header":
                headers[name] = value
            elif isinstance(value, list) and parameter.get("explode", True):
                query += [(name, one) for one in value]
            else:
                query.append((name, ",".join(value) if isinstance(value, list) else value))
        if "Idempotency-Key" in parameters:
            headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
        data = None
        if body is not None:
            content = self.resolve(operation["requestBody"])["content"]
            headers["Content-Type"] = next(iter(content))
            data = json.dumps(body).encode()
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = self.base + path + (f"?{urllib.parse.urlencode(query)}" if query else "")
        request = urllib.request.Request(url, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return self.read(operation, answer.status, answer)
        except urllib.error.HTTPError as error:
            return self.read(operation, error.code, error)

    def read(self, operation, status, answer):
        """The answer, which the document must announce with this status and type."""
        responses = operation["responses"]
        described = self.resolve(responses.get(str(status)) or responses["default"])
        text = answer.read()
        if not text:
            assert not described.get("content"), f"{status} without the content that is described"
            return status, None
        kind = answer.headers["Content-Type"].split(";")[0]
        value = json.loads(text)
        self.check(described["content"][kind]["schema"], value, "#")
        return status, value

    def check(self, schema, value, where):
        """The part of JSON Schema that tells whether a value has the members and types that are described."""
        schema = self.resolve(schema)
        for part in schema.get("allOf", []):
            self.check(part, value, where)
        if "anyOf" in schema:
            failures = [self.failure(one, value, where) for one in schema["anyOf"]]
            assert None in failures, failures
        types = schema.get("type")
        if types:
            allowed = tuple(t for name in ([types] if isinstance(types, str) else types) for t in python_types[name])
            assert isinstance(value, allowed), f"{where} is {type(value).__name__}, not {types}"
        if "enum" in schema:
            assert value in schema["enum"], f"{where} is {value!r}"
        if isinstance(value, dict):
            missing = set(schema.get("required", [])) - set(value)
            assert not missing, f"{where} lacks {missing}"
            for name, one in value.items():
                if name in schema.get("properties", {}):
                    self.check(schema["properties"][name], one, f"{where}/{name}")
                else:
                    assert schema.get("additionalProperties", True), f"{where} has {name}, which is not described"
        if isinstance(value, list):
            for one in value:
                self.check(schema.get("items", {}), one, f"{where}/-")

    def failure(self, schema, value, where):
        try:
            self.check(schema, value, where)
        except AssertionError as error:
            return str(error)
        return None


python_types = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def tour(base, token):
    """What a shop's own tool would do; prints what it saw."""
    api, seen = Api(base, token), {}

    def expect(status, answered):
        assert answered[0] == status, answered
        return answered[1]

    product = expect(201, api.call("createProduct", body={
        "sku": "PY-1", "name": "Kite", "category": "toys", "stock": 3, "price": {"amount": 900, "currency": "GBP"},
    }))
    customer = expect(201, api.call("createCustomer", body={
        "name": "Ada", "email": "ada@py.example", "account": "ada",
    }))
    order = expect(200, api.call("placeOrder", body={
        "customer": customer["id"], "lines": [{"product": product["id"], "quantity": 2}],
    }, expand=["lines.product", "customer"]))
    seen["total"] = order["total"]["amount"]
    seen["line"] = order["lines"]["data"][0]["product"]["name"]
    refused = expect(409, api.call("placeOrder", body={
        "customer": customer["id"], "lines": [{"product": product["id"], "quantity": 2}],
    }))
    seen["refused"] = refused["code"]
    expect(200, api.call("payOrder", id=order["id"], body={"reference": "py"}))
    seen["updated"] = expect(200, api.call("updateProduct", id=product["id"], body={"stock": 9}))["stock"]
    seen["stale"] = expect(412, api.call("updateProduct", id=product["id"], body={"stock": 1}, **{"If-Match": '"1"'}))["code"]
    cursor, names = None, []
    while True:
        more = {} if cursor is None else {"cursor": cursor}
        page = expect(200, api.call("listProducts", limit=2, sort=["name", "-createdAt"], **{"category[in]": ["toys", "books"]}, **more))
        names += [one["name"] for one in page["data"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    seen["names"] = names
    found = expect(200, api.call("queryOrders", body={"filter": {"or": [{"status": "paid"}]}, "expand": ["customer"]}))
    seen["found"] = [one["customer"]["name"] for one in found["data"]]
    seen["invalid"] = expect(422, api.call("createProduct", body={"sku": ""}))["code"]
    return seen


if __name__ == "__main__":
    print(json.dumps(tour(sys.argv[1], sys.argv[2])))
