"""What the fake search services accept, refuse and say."""
import json
import urllib.parse

from fake_case import FIXTURES, FakeTest

# Service → path, headers with its key, where its results are.
SERVICES = {
    "tavily": ("/tavily/search", {"Authorization": "Bearer tvly-1"}, ["results"]),
    "exa": ("/exa/search", {"x-api-key": "exa-1"}, ["results"]),
    "brave": ("/brave/res/v1/web/search", {"X-Subscription-Token": "BSA1"}, ["web", "results"]),
    "parallel": ("/parallel/v1/search", {"x-api-key": "par-1"}, ["results"]),
    "searxng": ("/searxng/search", {}, ["results"]),
    "sonar": ("/sonar/chat/completions", {"Authorization": "Bearer pplx-1"}, ["search_results"]),
    "openai_search": ("/openai_search/v1/responses", {"Authorization": "Bearer sk-1"},
                      ["output", 1, "content", 0, "annotations"]),
}
GETS = ("brave", "searxng")
REFUSES_KEY = {"brave": 422}
REFUSES_FIELD = {"tavily": 400, "exa": 400, "brave": 422, "parallel": 422, "searxng": 400,
                 "sonar": 422, "openai_search": 400}
# What each documents against: changes of the good request that must be refused.
FAULTS = {
    "tavily": [{"max_results": 21}, {"max_results": "5"}, {"topic": "sports"}, {"time_range": "hour"},
               {"start_date": "08/20/2026"}, {"country": "DE", "topic": "general"}, {"country": "germany"},
               {"include_domains": ["*.gov.uk"]}, {"exclude_domains": ["a.test"] * 151}, {"query": ""},
               {"query": None}, {"search_depth": "deep"}, {"chunks_per_source": 4}, {"foo": 1}],
    "exa": [{"numResults": 101}, {"num_results": 3}, {"type": "magic"}, {"startPublishedDate": "2026-08-20"},
            {"category": "people"}, {"userLocation": "de"}, {"contents": {"highlights": 3}},
            {"contents": {"snippets": True}}, {"includeDomains": ["https://a.test"]}, {"query": 7}],
    "brave": [{"count": "21"}, {"count": "0"}, {"count": "x"}, {"country": "de"}, {"freshness": "week"},
              {"freshness": "2026-08-20"}, {"q": ""}, {"q": "x" * 401}, {"q": "w " * 50 + "w"},
              {"search_lang": "german"}, {"text_decorations": "no"}, {"foo": "1"}],
    "parallel": [{"search_queries": []}, {"search_queries": "x"}, {"max_results": 3}, {"mode": "agentic"},
                 {"advanced_settings": {"max_results": 0}},
                 {"advanced_settings": {"source_policy": {"after_date": "08/20/2026"}}},
                 {"advanced_settings": {"source_policy": {"include_domains": ["a.test"] * 150,
                                                          "exclude_domains": ["b.test"] * 51}}},
                 {"advanced_settings": {"foo": 1}}, {"objective": ""}],
    "searxng": [{"q": ""}, {"time_range": "hour"}, {"language": "german"}, {"pageno": "0"},
                {"safesearch": "3"}, {"foo": "1"}],
    "sonar": [{"model": "gpt-4"}, {"messages": []}, {"messages": [{"role": "assistant", "content": "x"}]},
              {"max_tokens": 0}, {"search_recency_filter": "fortnight"},
              {"search_after_date_filter": "2026-08-20"}, {"search_domain_filter": ["a.test", "-b.test"]},
              {"search_domain_filter": ["*.a.test"]}, {"search_language_filter": ["deu"]}, {"foo": 1}],
    "openai_search": [{"input": ""}, {"tools": []}, {"tools": [{"type": "web"}]}, {"tool_choice": "maybe"},
                      {"tools": [{"type": "web_search", "filters": {"allowed_domains": ["*.a.test"]}}]},
                      {"tools": [{"type": "web_search", "search_context_size": "huge"}]},
                      {"max_output_tokens": 3}, {"foo": 1}],
}


class Searchers(FakeTest):
    def setUp(self):
        self.script(**{name: {} for name in SERVICES})

    def good(self, name):
        request = json.loads((FIXTURES / name / "request.json").read_text())
        return request["parameters"] if name in GETS else request

    def ask(self, name, request, headers=None, path=None):
        usual, key, _ = SERVICES[name]
        headers = {"Accept": "application/json"} | (key if headers is None else headers)
        path = path or usual
        if name in GETS:
            status, _, body = self.call("GET", path + "?" + urllib.parse.urlencode(request), None, headers)
        else:
            status, _, body = self.call("POST", path, json.dumps(request),
                                        {"Content-Type": "application/json"} | headers)
        return status, body

    def results(self, name, body):
        found = json.loads(body)
        for step in SERVICES[name][2]:
            found = found[step]
        return found

    def test_accepts_the_documented_request(self):
        for name in SERVICES:
            with self.subTest(name):
                status, body = self.ask(name, self.good(name))
                self.assertEqual(status, 200, body)
                self.assertEqual(len(self.results(name, body)), 3)

    def test_honours_the_number_of_results(self):
        for name, change in {"tavily": {"max_results": 2}, "exa": {"numResults": 2}, "brave": {"count": "2"},
                             "parallel": {"advanced_settings": {"max_results": 2}}}.items():
            with self.subTest(name):
                self.assertEqual(len(self.results(name, self.ask(name, self.good(name) | change)[1])), 2)

    def test_refuses_what_the_service_refuses(self):
        for name, faults in FAULTS.items():
            for fault in faults:
                with self.subTest(f"{name}: {fault}"):
                    status, body = self.ask(name, self.good(name) | fault)
                    self.assertEqual(status, REFUSES_FIELD[name], body)
                    json.loads(body)

    def test_wants_its_key_in_its_header(self):
        for name, (_, key, _) in SERVICES.items():
            if not key:
                continue
            (header, value), = key.items()
            for wrong in ({}, {header: "x" + value}, {header: value.split("-")[0][:2]}, {"X-Other-Key": value}):
                with self.subTest(f"{name}: {wrong}"):
                    status, body = self.ask(name, self.good(name), wrong)
                    self.assertEqual(status, REFUSES_KEY.get(name, 401), body)

    def test_wants_its_path_method_and_content_type(self):
        for name, (path, key, _) in SERVICES.items():
            with self.subTest(name):
                self.assertEqual(self.ask(name, self.good(name), path=path + "/")[0], 404)
                other = "POST" if name in GETS else "GET"
                self.assertEqual(self.call(other, path, None, key)[0], 405)
                if name not in GETS:
                    status, _, _ = self.call("POST", path, json.dumps(self.good(name)),
                                             key | {"Content-Type": "text/plain"})
                    self.assertEqual(status, REFUSES_FIELD[name])
                    self.assertEqual(self.call("POST", path, "{", key | {"Content-Type": "application/json"})[0],
                                     REFUSES_FIELD[name])

    def test_beta_of_parallel_wants_its_header(self):
        request = json.loads((FIXTURES / "parallel/request_beta.json").read_text())
        key = SERVICES["parallel"][1]
        beta = {"parallel-beta": "search-extract-2025-10-10"}
        self.assertEqual(self.ask("parallel", request, key | beta, "/parallel/v1beta/search")[0], 200)
        self.assertEqual(self.ask("parallel", request, key, "/parallel/v1beta/search")[0], 422)

    def test_searxng_without_json_shows_a_page(self):
        status, head, body = self.call("GET", "/searxng/search?q=x")
        self.assertEqual((status, head["Content-Type"]), (200, "text/html"))
        self.assertIn(b"<title>", body)

    def test_says_scripted_results_in_each_shape(self):
        result = {"title": "T {{n}}", "url": "https://a.example/1", "snippet": "S \"quoted\"", "date": "2026-08-20"}
        for name in SERVICES:
            with self.subTest(name):
                self.script(**{name: {"rules": [{"match": {"contains": "ACME"}, "reply": {"results": [result]}}]}})
                found = self.results(name, self.ask(name, self.good(name))[1])
                self.assertEqual(len(found), 1)
                self.assertEqual(found[0]["url"], "https://a.example/1")
                if name != "openai_search":
                    self.assertIn('S "quoted"', json.dumps(found[0]).replace('\\"', '"'))
                    self.assertIn("2026-08-20", json.dumps(found[0]))

    def test_fails_as_the_script_says(self):
        for name in SERVICES:
            with self.subTest(name):
                self.script(**{name: {"rules": [
                    {"times": 1, "status": 429, "headers": {"Retry-After": "7"}, "reply": {"body": "{}"}},
                    {"times": 1, "reply": {"body_file": f"{name}/200_truncated.json"}}]}})
                self.assertEqual(self.ask(name, self.good(name))[0], 429)
                status, body = self.ask(name, self.good(name))
                self.assertEqual((status, body), (200, (FIXTURES / name / "200_truncated.json").read_bytes()))
                self.assertEqual(self.ask(name, self.good(name))[0], 200)
