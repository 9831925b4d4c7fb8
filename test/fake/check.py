#!/usr/bin/env python3
"""Checks the fake outside world itself: test/fake/check.py [path of torale-fake].

What it believes and refuses is what the end-to-end tests prove, so it is proven first, against
fixtures and signatures made elsewhere."""
import base64
import gzip
import hashlib
import hmac
import http.client
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest

TEST = pathlib.Path(__file__).resolve().parent.parent
FIXTURES = TEST / "fixtures"
PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else str(
    TEST.parent / "build" / "torale-fake")
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


class Perplexity(FakeTest):
    def setUp(self):
        self.script(perplexity={})

    def test_accepts_the_documented_request_and_honours_max_results(self):
        request = json.loads((FIXTURES / "perplexity/request.json").read_text())
        status, body = self.search(request | {"max_results": 2})
        self.assertEqual((status, len(body["results"])), (200, 2))
        self.assertEqual(set(body["results"][0]),
                         {"title", "url", "snippet", "date", "last_updated"})

    def test_refuses_what_the_service_refuses(self):
        for fault, field in [({"max_results": 21}, "max_results"), ({"max_results": "5"}, "max_results"),
                             ({"max_results": 0}, "max_results"), ({"foo": 1}, "foo"),
                             ({"query": ""}, "query"), ({"query": 7}, "query"),
                             ({"query": ["a"] * 6}, "query"), ({"query": []}, "query"),
                             ({"search_after_date_filter": "2026-08-20"}, "search_after_date_filter"),
                             ({"last_updated_before_filter": "13/40/2026"}, "last_updated_before_filter"),
                             ({"country": "de"}, "country"), ({"country": "DEU"}, "country"),
                             ({"search_domain_filter": ["a.com", "-b.com"]}, "search_domain_filter"),
                             ({"search_domain_filter": ["https://a.com"]}, "search_domain_filter"),
                             ({"search_domain_filter": ["a.com"] * 21}, "search_domain_filter"),
                             ({"search_language_filter": ["eng"]}, "search_language_filter"),
                             ({"search_recency_filter": "fortnight"}, "search_recency_filter"),
                             ({"max_tokens": 1000001}, "max_tokens"),
                             ({"search_context_size": "low", "max_tokens": 5}, "search_context_size")]:
            with self.subTest(fault):
                status, body = self.search({"query": "x"} | fault)
                self.assertEqual(status, 422)
                self.assertEqual(body["detail"][0]["loc"], ["body", field])
        self.assertEqual(self.search({})[0], 422)
        self.assertEqual(self.search([])[0], 422)

    def test_accepts_every_documented_field(self):
        status, body = self.search({
            "query": ["a", "b"], "max_results": 20, "max_tokens": 1000000, "max_tokens_per_page": 1,
            "country": "DE", "search_domain_filter": ["-a.com", "-b.com"], "search_mode": "web",
            "search_language_filter": ["en", "de"], "search_recency_filter": None,
            "search_after_date_filter": "08/20/2026", "search_before_date_filter": "8/2/2026",
            "display_server_time": True, "search_type": "web"})
        self.assertEqual(status, 200, body)

    def test_wants_its_key_and_content_type(self):
        bad = [{"Authorization": "pplx-test"}, {"Authorization": "Bearer sk-1"}, {"x-api-key": "pplx-1"}]
        for headers in bad:
            status, body = self.search({"query": "x"}, {"Content-Type": "application/json"} | headers)
            self.assertEqual((status, body["error"]["code"]), (401, 401))
        self.assertEqual(self.search({"query": "x"}, PERPLEXITY | {"Content-Type": "text/plain"})[0], 422)
        status, _, _ = self.call("POST", "/search", "{", PERPLEXITY)
        self.assertEqual(status, 422)

    def test_rules_count_and_fall_through(self):
        self.script(perplexity={"keys": ["pplx-1"], "rules": [
            {"match": {"contains": "rocket"}, "times": 2, "status": 429, "headers": {"Retry-After": "7"},
             "reply": {"body_file": "perplexity/429_rate_limited.json"}},
            {"match": {"regex": "rocket (\\d+)"}, "sequence": [
                {"results": [{"title": "first {{1}}", "url": "https://a.example/{{n}}"}]},
                {"results": [{"title": "later \\"}, {"title": "{{query}}"}]}]}]})
        headers = PERPLEXITY | {"Authorization": "Bearer pplx-1"}
        self.assertEqual(self.search({"query": "x"})[0], 401)
        for _ in range(2):
            status, head, _ = self.call("POST", "/search", '{"query": "rocket 9"}', headers)
            self.assertEqual((status, head["Retry-After"]), (429, "7"))
        self.assertEqual(self.search({"query": "rocket 9"}, headers)[1]["results"][0]["title"], "first 9")
        for _ in range(2):
            results = self.search({"query": 'rocket 9 "\n'}, headers)[1]["results"]
            self.assertEqual(results[1]["title"], 'rocket 9 "\n')
        self.assertEqual(len(self.search({"query": "other"}, headers)[1]["results"]), 3)

    def test_unchecked_mode_answers_without_reading_the_body(self):
        self.script(perplexity={"strict": False, "rules": [{"reply": {"results": [{"title": "{{task}}"}]}}]})
        status, body = self.search({"unknown": 1, "query": "task 17 \"x\""})
        self.assertEqual((status, body["results"][0]["title"]), (200, "17"))


class Gemini(FakeTest):
    def setUp(self):
        self.script(gemini={})
        self.request = json.loads((FIXTURES / "gemini/request.json").read_text())

    def test_accepts_both_spellings_of_the_documented_request(self):
        status, body = self.judge(self.request)
        self.assertEqual(status, 200, body)
        verdict = json.loads(body["candidates"][0]["content"]["parts"][0]["text"])
        self.assertEqual(verdict["verdict"], "not_met")
        snake = {"system_instruction": self.request["systemInstruction"],
                 "contents": self.request["contents"],
                 "generation_config": {"max_output_tokens": 5, "response_mime_type": "text/plain"}}
        self.assertEqual(self.judge(snake)[0], 200)

    def test_refuses_what_the_service_refuses(self):
        schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
        mime = {"responseMimeType": "application/json"}
        user = {"role": "user", "parts": [{"text": "x"}]}
        call = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}
        declared = {"functionDeclarations": [{"name": "f"}]}
        for fault in [{"contents": []}, {"contents": [{"parts": [{"text": "x"}]}]}, {"contents": {}},
                      {"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]},
                      {"contents": [{"role": "user", "parts": []}]},
                      {"contents": [{"role": "user", "parts": [{"text": 1}]}]},
                      {"contents": [{"role": "user", "parts": [{"text": "x", "inlineData": {}}]}]},
                      {"contents": [user, {"role": "model", "parts": [{"text": "x"}]}]},
                      {"generationConfg": {}}, {"generationConfig": {"maxTokens": 1}},
                      {"generationConfig": {"temperature": 2.5}}, {"generationConfig": {"maxOutputTokens": "x"}},
                      {"generationConfig": {"maxOutputTokens": 0}},
                      {"generationConfig": {"responseJsonSchema": schema}},
                      {"generationConfig": mime | {"responseJsonSchema": schema, "responseSchema": schema}},
                      {"generationConfig": mime | {"responseJsonSchema": schema | {"$schema": "x"}}},
                      {"generationConfig": mime | {"responseJsonSchema": {"type": "string", "pattern": "x"}}},
                      {"generationConfig": mime | {"responseJsonSchema": schema | {"required": ["b"]}}},
                      {"generationConfig": mime | {"responseSchema": {"type": "string", "const": "x"}}},
                      {"generationConfig": mime | {"responseJsonSchema": {"enum": [1, 2]}}},
                      {"generationConfig": {"responseMimeType": "json"}},
                      {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}},
                      {"generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW", "thinkingBudget": 1}}},
                      {"generationConfig": mime, "tools": [{"googleSearch": {}}]},
                      {"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}},
                      {"tools": [declared], "toolConfig": {"functionCallingConfig": {
                          "mode": "AUTO", "allowedFunctionNames": ["f"]}}},
                      {"tools": [{"functionDeclarations": [{"name": "9f"}]}]},
                      {"safetySettings": [{"category": "HARM", "threshold": "OFF"}]}]:
            with self.subTest(fault):
                status, body = self.judge({"contents": [user]} | fault)
                self.assertEqual((status, body["error"]["status"]), (400, "INVALID_ARGUMENT"), body)
        newer = MODEL.replace("gemini-2.5-flash", "gemini-3-flash-preview")
        unsigned = {"contents": [user, call, user], "tools": [declared]}
        self.assertEqual(self.judge(unsigned, path=newer)[0], 400)
        self.assertEqual(self.judge(unsigned)[0], 200)

    def test_wants_its_key_in_the_header_and_a_known_model(self):
        bare = {"Content-Type": "application/json"}
        self.assertEqual(self.judge(self.request, bare)[0], 403)
        self.assertEqual(self.judge(self.request, bare, MODEL + "?key=test")[0], 403)
        status, body = self.judge(self.request, bare | {"x-goog-api-key": "bad"})
        self.assertEqual((status, body["error"]["details"][0]["reason"]), (400, "API_KEY_INVALID"))
        status, body = self.judge(self.request, path=MODEL.replace("2.5", "0.1"))
        self.assertEqual((status, body["error"]["status"]), (404, "NOT_FOUND"))

    def test_judges_by_quoting_the_sources_of_the_prompt(self):
        prompt = ("Judge, please.\n\n[1] Acme sets a date\nurl: https://a.example\nIt flies on 14 March 2027. "
                  "The date is final.\n\n[2] Forum\nurl: https://b.example\ntext: Nobody knows. It rains.\n")
        self.script(gemini=[{"reply": {"judge": "quote-first-source"}}])
        self.assertEqual(self.answer(prompt)["citations"],
                         [{"source": 1, "quote": "It flies on 14 March 2027."}])
        self.script(gemini=[{"reply": {"judge": "quote-containing", "needle": "rain"}}])
        self.assertEqual(self.answer(prompt)["citations"], [{"source": 2, "quote": "It rains."}])
        self.script(gemini=[{"reply": {"judge": "quote-containing", "needle": "snow"}}])
        self.assertEqual(self.answer(prompt)["verdict"], "not_met")
        self.script(gemini=[{"reply": {"forge": "quote"}}])
        self.assertNotIn(self.answer(prompt)["citations"][0]["quote"], prompt)
        self.script(gemini=[{"reply": {"forge": "url"}}])
        self.assertIn("forged.example", self.answer(prompt)["notification"])
        self.script(gemini=[{"reply": {"forge": "source"}}])
        self.assertEqual(self.answer(prompt)["citations"][0]["source"], 99)

    def test_speaks_in_every_odd_mode(self):
        expected = {"fenced": b"```json", "think": b"<think>", "thought_parts": b'"thought":true',
                    "max_tokens": b'"content":{"role":"model"}', "safety": b'"content":{}',
                    "prompt_blocked": b"blockReason", "garbage": b"}{", "html": b"<!DOCTYPE",
                    "invalid_utf8": b"caf\xe9", "truncated": b'{"candidates"', "prose": b"Here is"}
        for mode, wanted in expected.items():
            with self.subTest(mode):
                self.script(gemini=[{"reply": {"verdict": {"verdict": "met"}, "mode": mode}}])
                status, head, body = self.call("POST", MODEL, json.dumps(self.request), GEMINI)
                self.assertEqual(status, 200)
                self.assertIn(wanted, body)
                self.assertEqual(head["Content-Type"], "text/html" if mode == "html" else "application/json")


class Webhook(FakeTest):
    secret = "whsec_dG9yYWxlLXRlc3Qtc2VjcmV0LTAxMjM0NTY3ODlhYmM="

    def setUp(self):
        self.body = (FIXTURES / "webhook/payload_v1.json").read_bytes()
        self.script(webhook={"hooks": {"one": {"secrets": ["other", self.secret]}}})

    def headers(self, body=None, **changes):
        body = body or self.body
        at = str(changes.pop("at", int(time.time())))
        torale = hmac.new(self.secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        key = base64.b64decode(self.secret[6:])
        standard = hmac.new(key, f"dlv_1.{at}.".encode() + body, hashlib.sha256).digest()
        event = json.loads(body)
        headers = {"Content-Type": "application/json", "User-Agent": "Torale-Webhooks/1.0",
                   "X-Torale-Event": event["event_type"], "X-Torale-Delivery": event["id"],
                   "X-Torale-Timestamp": at, "X-Torale-Signature": f"t={at},v1={torale}",
                   "webhook-id": "dlv_1", "webhook-timestamp": at,
                   "webhook-signature": "v9,x v1," + base64.b64encode(standard).decode()}
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        return {name: value for name, value in headers.items() if value is not None}

    def post(self, headers, body=None):
        status, _, text = self.call("POST", "/hook/one", body or self.body, headers)
        return status, json.loads(text)

    def test_believes_a_genuine_delivery(self):
        self.assertEqual(self.post(self.headers()), (200, {"ok": True}))
        with_context = (FIXTURES / "webhook/payload_v1_context.json").read_bytes()
        self.assertEqual(self.post(self.headers(with_context), with_context)[0], 200)

    def test_refuses_every_forgery_with_the_reason(self):
        old = self.headers(at=int(time.time()) - 301)
        swapped = self.body.replace(b'"object":"event","api_version":"v1"',
                                    b'"api_version":"v1","object":"event"')
        for headers, body, reason in [
                (self.headers(X_Torale_Signature="t=1,v1=" + "0" * 64), None, "t is not fresh"),
                (self.headers(X_Torale_Timestamp="1"), None, "X-Torale-Timestamp is not t"),
                (self.headers(X_Torale_Signature=None), None, "no X-Torale-Signature"),
                (self.headers(webhook_signature="v1,AAAA"), None, "webhook-signature does not match"),
                (self.headers(webhook_id="a.b"), None, "bad webhook-id"),
                (self.headers(webhook_id="dlv_2"), None, "webhook-signature does not match"),
                (self.headers(), self.body + b" ", "X-Torale-Signature does not match"),
                (self.headers(swapped), swapped, "body: key object is not where it belongs"),
                (self.headers(X_Torale_Delivery="x"), None, "X-Torale-Delivery is not the id"),
                (self.headers(User_Agent="curl/7"), None, "User-Agent is not Torale-Webhooks/…"),
                (old, None, "t is not fresh")]:
            with self.subTest(reason):
                status, reply = self.post(headers, body)
                self.assertEqual((status, reply["reason"]), (400, reason))

    def test_answers_as_scripted_once_believed(self):
        self.script(webhook={"hooks": {"one": {"secret": self.secret, "rules": [
            {"times": 1, "status": 503, "headers": {"Retry-After": 3}, "reply": {"body": "busy"}}]}}})
        self.call("POST", "/__reset")
        self.assertEqual(self.call("POST", "/hook/one", self.body, self.headers())[0], 503)
        self.assertEqual(self.call("POST", "/hook/one", self.body, self.headers())[0], 200)
        stats = json.loads(self.call("GET", "/__stats")[2])
        self.assertEqual((stats["webhook_ids"], stats["webhook_ids_repeated"]), (1, 1))

    def test_computes_the_signatures_of_the_published_vectors(self):
        for vector in json.loads((FIXTURES / "webhook/vectors.json").read_text()):
            is_standard = vector["scheme"] == "standard"
            self.script(webhook={"any": {"secret": vector["secret"], "schemes": [vector["scheme"]],
                                         "freshness_s": 10**10, "check_body": False}})
            at = str(vector["timestamp"])
            headers = {"Content-Type": "application/json", "User-Agent": "Torale-Webhooks/1.0"}
            headers |= ({"webhook-id": vector["id"], "webhook-timestamp": at,
                         "webhook-signature": vector["signature"]} if is_standard else
                        {"X-Torale-Signature": vector["signature"], "X-Torale-Timestamp": at})
            self.assertEqual(self.call("POST", "/hook/any", vector["body"], headers)[0], 200)
            self.assertEqual(self.call("POST", "/hook/any", vector["body"] + " ", headers)[0], 400)


class Transport(FakeTest):
    def reply(self, **reply):
        self.script(perplexity=[{"reply": reply}])
        return self.call("POST", "/search", '{"query": "x"}', PERPLEXITY)

    def test_sends_bodies_in_every_wrapping(self):
        body = "lorem ipsum " * 1000
        _, head, text = self.reply(body=body, gzip=True)
        self.assertEqual((head["Content-Encoding"], gzip.decompress(text).decode()), ("gzip", body))
        _, head, text = self.reply(body=body, chunked=True)
        self.assertEqual((head["Transfer-Encoding"], text.decode()), ("chunked", body))
        _, head, text = self.reply(body=body, http10=True)
        self.assertEqual(("Content-Length" in head, text.decode()), (False, body))
        self.assertEqual(len(self.reply(body=body, pad_to_bytes=50 << 20)[2]), 50 << 20)
        raw = (FIXTURES / "perplexity/200_invalid_utf8.json").read_bytes()
        self.assertEqual(self.reply(body_file="perplexity/200_invalid_utf8.json")[2], raw)

    def test_breaks_connections_as_scripted(self):
        with self.assertRaises(http.client.IncompleteRead) as broken:
            self.reply(body="0123456789", close_after_bytes=4)
        self.assertEqual(broken.exception.partial, b"0123")
        with self.assertRaises(ConnectionResetError):
            self.reply(body="0123456789", reset=True)

    def test_delays_and_drips(self):
        for how, least_s in [({"delay_ms": 300}, 0.3), ({"body_delay_ms": 300}, 0.3),
                             ({"drip_bytes_per_s": 100}, 0.25)]:
            with self.subTest(how):
                began = time.monotonic()
                self.assertEqual(self.reply(body="x" * 40, **how)[2], b"x" * 40)
                self.assertGreaterEqual(time.monotonic() - began, least_s)

    def test_answers_pipelined_requests_in_order(self):
        self.script(perplexity=[{"match": {"contains": "slow"}, "reply": {"body": "slow", "delay_ms": 100}},
                                {"reply": {"body": "fast"}}])
        raw = b""
        for word in (b"slow", b"fast", b"slow", b"fast"):
            body = b'{"query": "' + word + b'"}'
            raw += (b"POST /search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                    b"Authorization: Bearer pplx-1\r\nContent-Length: %d\r\n\r\n" % len(body)) + body
        with socket.create_connection(("127.0.0.1", self.port), 20) as connection:
            for at in range(0, len(raw), 50):
                connection.sendall(raw[at:at + 50])
            text = b""
            while text.count(b"fast") < 2:
                text += connection.recv(4096)
        self.assertEqual([part[-4:] for part in text.split(b"HTTP/1.1 ")[1:]],
                         [b"slow", b"fast", b"slow", b"fast"])

    def test_holds_a_thousand_delayed_replies_at_once(self):
        self.script(perplexity=[{"reply": {"body": "done", "delay_ms": 500}}])
        request = (b"POST /search HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: "
                   b"Bearer pplx-1\r\nConnection: close\r\nContent-Length: 13\r\n\r\n{\"query\":\"x\"}")
        connections = [socket.create_connection(("127.0.0.1", self.port), 20) for _ in range(900)]
        began = time.monotonic()
        for connection in connections:
            connection.sendall(request)
        for connection in connections:
            with connection.makefile("rb") as reply:
                self.assertTrue(reply.read().endswith(b"done"))
            connection.close()
        self.assertLess(time.monotonic() - began, 5)
        stats = json.loads(self.call("GET", "/__stats")[2])
        self.assertGreater(stats["connections"]["pending_max"], 500)

    def test_records_every_request(self):
        self.call("POST", "/__reset")
        self.reply(body="x")
        self.call("POST", "/nowhere", "{}")
        lines = [json.loads(line) for line in self.call("GET", "/__log")[2].splitlines()]
        self.assertEqual([(line["route"], line["verdict"], line["status"]) for line in lines],
                         [("perplexity", "ok", 200), ("unknown", "refused", 404)])
        self.assertIn("Authorization", lines[0]["headers"])
        self.assertEqual(lines[0]["body"], '{"query": "x"}')
        self.assertNotIn("pplx-test", json.dumps(lines))
        recorded = [json.loads(line) for line in self.record.read_text().splitlines()]
        self.assertEqual(recorded[-2:], lines)
        self.assertEqual(self.call("GET", f"/__log?from={lines[1]['n']}")[2].count(b"\n"), 1)

    def test_refuses_broken_scripts_and_requests(self):
        self.assertEqual(self.call("POST", "/__script", '{"perplexity": [1]}')[0], 400)
        self.assertEqual(self.call("POST", "/__script", '{"nobody": []}')[0], 400)
        for raw in (b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nHost : x\r\n\r\n",
                    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", self.port), 20) as connection:
                connection.sendall(raw)
                self.assertTrue(connection.recv(4096).startswith(b"HTTP/1.1 400 "), raw)


if __name__ == "__main__":
    unittest.main()
