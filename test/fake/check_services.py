"""What the fake Perplexity and the fake Gemini accept, refuse and say."""
import json

from fake_case import FIXTURES, GEMINI, MODEL, PERPLEXITY, FakeTest


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
        response = {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]}
        unsigned = {"contents": [user, call, response], "tools": [declared]}
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
