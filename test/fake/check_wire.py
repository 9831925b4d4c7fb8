"""What the webhook receiver believes, and how replies travel."""
import base64
import gzip
import hashlib
import hmac
import http.client
import json
import socket
import time

from fake_case import FIXTURES, PERPLEXITY, FakeTest


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
