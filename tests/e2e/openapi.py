"""Checks what a server answers against the OpenAPI document that it gives of itself.

A Document is compiled once per text. An answer that the document does not have is an AssertionError that says what
is missing: the path, the method, the status, a header field, the content type, or where the body departs from its
schema.
"""
import decimal
import gzip
import hashlib
import json
import re
import threading
import warnings
from datetime import datetime
from urllib.parse import unquote, urlsplit

import jsonschema

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # newer versions have another resolver too
    from jsonschema import RefResolver


def loads(text):
    """JSON with exact numbers: to a binary fraction 19.99 is no multiple of 0.01."""
    return json.loads(text, parse_float=decimal.Decimal)


FORMATS = jsonschema.FormatChecker(formats=())
# What the server answers before it knows a route, or instead of one.
SERVER = {400, 408, 413, 414, 417, 431, 500, 501, 503, 505}


@FORMATS.checks("date-time", raises=ValueError)
def is_time(value):
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", value):
            return False
        datetime.fromisoformat(value[:19])
    return True


@FORMATS.checks("email")
def is_email(value):
    return not isinstance(value, str) or re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) is not None


@FORMATS.checks("int32")
def is_int32(value):
    return not isinstance(value, int) or -2**31 <= value < 2**31


@FORMATS.checks("int64")
def is_int64(value):
    return not isinstance(value, int) or -2**63 <= value < 2**63


@FORMATS.checks("uri-reference")
def is_reference(value):
    return not isinstance(value, str) or re.fullmatch(r"[^\s<>\"{}|\\^`]*", value) is not None


def tells_an_error(body):
    """An answer of JSON-RPC says so in its body, whatever its status."""
    try:
        answers = json.loads(body)
    except ValueError:
        return False
    answers = answers if isinstance(answers, list) else [answers]
    return any(isinstance(answer, dict) and isinstance(answer.get("error"), dict) for answer in answers)


def media_type(text):
    return text.split(";")[0].strip().lower()


class Document:
    known, lock = {}, threading.Lock()

    @classmethod
    def of(cls, text):
        key = hashlib.sha256(text).digest()
        with cls.lock:
            if key not in cls.known:
                cls.known[key] = cls(loads(text))
            return cls.known[key]

    def __init__(self, document):
        self.document = document
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.resolver = RefResolver("", document)
        self.validators = {}
        self.paths = []
        for path, item in document["paths"].items():
            parts = [re.escape(p) if not p.startswith("{") else "[^/]*" for p in re.split(r"(\{[^}]*\})", path)]
            self.paths.append((path.count("{"), re.compile("".join(parts)), path, item))
        self.paths.sort(key=lambda entry: entry[0])  # literals go before parameters

    def resolve(self, node):
        while "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def find(self, target):
        """All the paths of the document that the target may be meant for; the most literal first."""
        path = urlsplit(target).path if target.startswith("/") else target
        found = [(template, item) for _, pattern, template, item in self.paths
                 if pattern.fullmatch(path) or pattern.fullmatch(unquote(path))]
        return found

    def validate(self, schema, value, what):
        key = id(schema)
        if key not in self.validators:
            self.validators[key] = jsonschema.Draft202012Validator(schema, resolver=self.resolver, format_checker=FORMATS)
        errors = sorted(self.validators[key].iter_errors(value), key=lambda e: list(map(str, e.absolute_path)))
        assert not errors, what + ": " + "; ".join(
            f"{'/'.join(map(str, e.absolute_path)) or 'the whole'}: {e.message[:300]}" for e in errors[:5])

    def check_content(self, contents, kind, body, what):
        """One of the documented media types, and a body that fits its schema."""
        assert contents, f"{what}: the document has no body here, this one is {kind} of {len(body)} bytes"
        for name, content in contents.items():
            if media_type(name) == media_type(kind):
                if media_type(name) == "application/json" or media_type(name).endswith("+json"):
                    self.validate(content["schema"], loads(body), f"{what}, {name}")
                return
        raise AssertionError(f"{what}: the content type is {kind}, documented are {', '.join(contents)}")

    def check(self, method, target, sent, answer, body_too=True):
        """`sent` is the request's body as bytes or None; `answer` has status, headers and body."""
        what = f"{method} {target[:120]} -> {answer.status}"
        kind, body = answer.headers.get("Content-Type", ""), answer.body
        if body and answer.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        found = self.find(target)
        if method == "OPTIONS" and not any("options" in item for _, item in found):
            assert answer.status in {204, 404} | SERVER, f"{what}: OPTIONS is answered 204"
            return
        operations = [(path, item[method.lower()]) for path, item in found if method.lower() in item]
        if not operations:
            expected = {405} | SERVER if found else {404} | SERVER
            assert answer.status in expected, f"{what}: the document has no such {'method' if found else 'path'}"
            if answer.status == 405:
                allowed = {m.strip() for m in answer.headers["Allow"].split(",")}
                documented = {m.upper() for _, item in found[:1] for m in item if m in ("get", "head", "post", "put", "patch", "delete")}
                if "405" in found[0][1].get("get", {}).get("responses", {}):  # it is there to be refused
                    allowed, documented = allowed - {"GET", "HEAD"}, documented - {"GET"}
                assert allowed == documented | {"OPTIONS"}, f"{what}: Allow is {sorted(allowed)}, documented {sorted(documented)}"
            if method != "HEAD":
                problem = {"$ref": "#/components/schemas/Problem"}
                self.check_content({"application/problem+json": {"schema": self.problem(problem)}}, kind, body, what)
            return
        path, operation = operations[0]
        assert operation.get("summary") != "Not described.", f"{what}: the route does not say what it is"
        response = operation["responses"].get(str(answer.status)) or operation["responses"].get("default")
        if not response and "error" in answer.headers.get_all("X-Injected-Fault", []):  # of any status, and says so
            shapes = {"application/problem+json": {"schema": self.problem({"$ref": "#/components/schemas/Problem"})}}
            for status, refusal in operation["responses"].items():  # in the route's own shape, where it has one
                if status[0] in "45":
                    shapes |= {k: v for k, v in self.resolve(refusal).get("content", {}).items() if k not in shapes}
            response = {"description": "A fault", "content": shapes}
        assert response, f"{what}: {path} has no such status, only {', '.join(operation['responses'])}"
        response = self.resolve(response)
        for name, header in response.get("headers", {}).items():
            header = self.resolve(header)
            if name in answer.headers:
                if header["schema"].get("type") == "integer":
                    assert re.fullmatch(r"-?\d+", answer.headers[name]), f"{what}: {name} is no whole number"
            else:
                assert not header.get("required"), f"{what}: the header field {name} is missing"
        if method == "HEAD" or answer.status == 304:
            assert not body, f"{what}: there is a body"
        elif body or "content" in response:
            self.check_content(response.get("content"), kind, body, what)
        if body_too and sent and 200 <= answer.status < 300 and "requestBody" in operation and not tells_an_error(body):
            contents = operation["requestBody"]["content"]
            schema = next(iter(contents.values()))["schema"]
            self.validate(schema, loads(sent), f"{method} {target[:120]}: the request's body")

    def problem(self, schema):
        return self.__dict__.setdefault("problem_schema", schema)
