"""A running torale-fake for the checks of the fake world; TORALE_FAKE names the program."""
import http.client
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

TEST = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = TEST / "fixtures"
PROGRAM = os.environ.get("TORALE_FAKE", str(TEST.parent / "build" / "torale-fake"))
PERPLEXITY = {"Content-Type": "application/json", "Authorization": "Bearer pplx-test"}
GEMINI = {"Content-Type": "application/json", "x-goog-api-key": "test"}
MODEL = "/v1beta/models/gemini-2.5-flash:generateContent"


class FakeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        record = pathlib.Path(cls.folder.name) / "record"
        cls.record = record
        cls.server = subprocess.Popen([PROGRAM, "--script", str(FIXTURES), "--record", str(record)],
                                      stdout=subprocess.PIPE, text=True)
        cls.port = int(cls.server.stdout.readline())

    @classmethod
    def tearDownClass(cls):
        http_call(cls.port, "POST", "/__quit")
        assert cls.server.wait(10) == 0
        cls.server.stdout.close()
        cls.folder.cleanup()

    def call(self, method, path, body=None, headers=None):
        return http_call(self.port, method, path, body, headers or {})

    def script(self, **scripts):
        status, _, body = self.call("POST", "/__script", json.dumps(scripts))
        self.assertEqual(status, 200, body)

    def search(self, body, headers=None):
        status, head, text = self.call("POST", "/search", json.dumps(body), headers or PERPLEXITY)
        return status, json.loads(text)

    def judge(self, body, headers=None, path=MODEL):
        status, _, text = self.call("POST", path, json.dumps(body), headers or GEMINI)
        return status, json.loads(text)

    def answer(self, prompt):
        status, body = self.judge({"contents": [{"role": "user", "parts": [{"text": prompt}]}]})
        self.assertEqual(status, 200, body)
        usage = body["usageMetadata"]
        self.assertEqual(usage["totalTokenCount"], usage["promptTokenCount"] +
                         usage["candidatesTokenCount"] + usage["thoughtsTokenCount"])
        return json.loads(body["candidates"][0]["content"]["parts"][0]["text"])


def http_call(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read()
    finally:
        connection.close()
