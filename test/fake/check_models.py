"""What the fake models and the fake memory accept, refuse and say: OpenAI, Anthropic, Gemini with
functions, mem0."""
import json

from fake_case import FIXTURES, GEMINI, MODEL, FakeTest

PROMPT = "Judge.\n\n[1] Acme sets a date\nurl: https://a.example\nIt flies on 14 March 2027.\n"
SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
          "additionalProperties": False}
TURNS = [[{"name": "search", "args": {"query": "acme"}}, {"name": "teleport", "args": {}}],
         [{"name": "search", "args": "{\"query\":"}]]
NEWER = MODEL.replace("gemini-2.5-flash", "gemini-3-flash-preview")


class OpenAi(FakeTest):
    headers = {"Content-Type": "application/json", "Authorization": "Bearer sk-test"}
    user = {"role": "user", "content": PROMPT}
    tools = [{"type": "function", "function": {"name": "search", "parameters": SCHEMA}}]

    def setUp(self):
        self.script(openai={})

    def chat(self, body, headers=None):
        status, _, text = self.call("POST", "/v1/chat/completions", json.dumps(body), headers or self.headers)
        return status, json.loads(text)

    def ask(self, **more):
        status, body = self.chat({"model": "gpt-5-mini", "messages": [self.user]} | more)
        self.assertEqual(status, 200, body)
        return body["choices"][0]

    def test_accepts_the_documented_request(self):
        status, body = self.chat(json.loads((FIXTURES / "openai/request.json").read_text()))
        self.assertEqual(status, 200, body)
        self.assertEqual(json.loads(body["choices"][0]["message"]["content"])["verdict"], "not_met")
        usage = body["usage"]
        self.assertEqual(usage["total_tokens"], usage["prompt_tokens"] + usage["completion_tokens"])

    def test_refuses_what_the_service_refuses(self):
        strict = {"type": "json_schema", "json_schema": {"name": "a", "strict": True, "schema": SCHEMA}}
        opened = json.loads(json.dumps(strict))
        del opened["json_schema"]["schema"]["additionalProperties"]
        optional = json.loads(json.dumps(strict))
        optional["json_schema"]["schema"]["required"] = []
        call = {"role": "assistant", "content": None, "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "search", "arguments": "{}"}}]}
        as_object = json.loads(json.dumps(call))
        as_object["tool_calls"][0]["function"]["arguments"] = {}
        result = {"role": "tool", "tool_call_id": "1", "content": "x"}
        nameless = {"role": "assistant", "tool_calls": [{"type": "function", "function": {"name": "f"}}]}
        self.ask(response_format=strict)
        self.ask(messages=[self.user, call, result], tools=self.tools, tool_choice="none")
        for fault in [{"foo": 1}, {"model": None}, {"messages": []}, {"messages": [{"role": "model"}]},
                      {"messages": [{"role": "user", "content": None}]}, {"max_tokens": 0},
                      {"max_tokens": 1, "max_completion_tokens": 1}, {"temperature": 3},
                      {"reasoning_effort": "huge"}, {"response_format": opened},
                      {"response_format": optional}, {"response_format": {"type": "xml"}},
                      {"response_format": {"type": "json_object"}}, {"tools": []},
                      {"tool_choice": "none"}, {"parallel_tool_calls": False},
                      {"tools": self.tools, "tool_choice": {"type": "function", "function": {"name": "x"}}},
                      {"messages": [self.user, call]}, {"messages": [self.user, call, self.user, result]},
                      {"messages": [self.user, result]}, {"messages": [self.user, as_object, result]},
                      {"messages": [self.user, nameless]}]:
            with self.subTest(fault):
                status, body = self.chat({"model": "gpt-5-mini", "messages": [self.user]} | fault)
                self.assertEqual((status, body["error"]["type"]), (400, "invalid_request_error"), body)

    def test_wants_its_key_unless_it_has_none(self):
        bare = {"Content-Type": "application/json"}
        request = {"model": "m", "messages": [self.user]}
        for headers in [bare, bare | {"Authorization": "sk-test"}, bare | {"x-api-key": "sk-test"}]:
            self.assertEqual(self.chat(request, headers)[1]["error"]["code"], "invalid_api_key")
        self.script(openai={"key": False, "refuses": ["temperature"]})
        self.assertEqual(self.chat(request, bare)[0], 200)
        self.assertEqual(self.chat(request | {"temperature": 0}, bare)[1]["error"]["param"], "temperature")

    def test_drives_tools_turn_by_turn_and_then_judges(self):
        self.script(openai=[{"reply": {"tools": TURNS}}])
        messages = [self.user]
        for turn in TURNS:
            choice = self.ask(messages=messages, tools=self.tools)
            self.assertEqual(choice["finish_reason"], "tool_calls")
            calls = choice["message"]["tool_calls"]
            self.assertEqual([c["function"]["name"] for c in calls], [c["name"] for c in turn])
            messages = messages + [choice["message"]] + [
                {"role": "tool", "tool_call_id": c["id"], "content": "[2] Found\nIt rains."} for c in calls]
        self.assertEqual(calls[0]["function"]["arguments"], "{\"query\":")
        content = json.loads(self.ask(messages=messages, tools=self.tools)["message"]["content"])
        self.assertEqual(content["citations"], [{"source": 1, "quote": "It flies on 14 March 2027."}])
        # A judge reads what tools returned, too.
        self.script(openai=[{"reply": {"tools": TURNS, "judge": "quote-containing", "needle": "rains"}}])
        content = json.loads(self.ask(messages=messages, tools=self.tools)["message"]["content"])
        self.assertEqual(content["citations"][0]["source"], 2)
        self.script(openai=[{"reply": {"tools": TURNS, "endless": True}}])
        self.assertEqual(self.ask(messages=messages, tools=self.tools)["finish_reason"], "tool_calls")
        self.assertEqual(self.ask(messages=messages, tools=self.tools, tool_choice="none")["finish_reason"], "stop")
        self.script(openai=[{"reply": {"tools": TURNS, "stubborn": True, "without_ids": True}}])
        message = self.ask(tools=self.tools, tool_choice="none")["message"]
        self.assertNotIn("id", message["tool_calls"][0])

    def test_gives_the_answer_as_a_call_when_that_is_declared(self):
        answer = [{"type": "function", "function": {"name": "final_answer", "parameters": SCHEMA}}]
        calls = self.ask(tools=answer)["message"]["tool_calls"]
        self.assertEqual(json.loads(calls[0]["function"]["arguments"])["verdict"], "not_met")
        self.script(openai={"arguments": "object"})
        calls = self.ask(tools=answer)["message"]["tool_calls"]
        self.assertEqual(calls[0]["function"]["arguments"]["verdict"], "not_met")

    def test_speaks_in_every_odd_mode(self):
        for mode, finish in [("refusal", "stop"), ("max_tokens", "length"), ("safety", "content_filter"),
                             ("malformed", "tool_calls"), ("fenced", "stop"), ("garbage", "stop")]:
            with self.subTest(mode):
                self.script(openai=[{"reply": {"mode": mode}}])
                self.assertEqual(self.ask()["finish_reason"], finish)
        for mode, wanted in [("truncated", b'{"choices"'), ("html", b"<!DOCTYPE"), ("invalid_utf8", b"caf\xe9")]:
            self.script(openai=[{"reply": {"mode": mode}}])
            body = json.dumps({"model": "m", "messages": [self.user]})
            self.assertIn(wanted, self.call("POST", "/v1/chat/completions", body, self.headers)[2])
        self.script(openai=[{"status": 429, "headers": {"retry-after-ms": "7"}, "reply": {
            "body_file": "openai/429_rate_limit.json"}}])
        self.assertEqual(self.chat({"model": "m", "messages": [self.user]})[0], 429)


class Anthropic(FakeTest):
    headers = {"Content-Type": "application/json", "x-api-key": "sk-ant", "anthropic-version": "2023-06-01"}
    user = {"role": "user", "content": PROMPT}
    tools = [{"name": "search", "input_schema": SCHEMA}]
    use = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "search", "input": {}}]}

    def setUp(self):
        self.script(anthropic={})

    def chat(self, body, headers=None):
        status, _, text = self.call("POST", "/v1/messages", json.dumps(body), headers or self.headers)
        return status, json.loads(text)

    def ask(self, **more):
        status, body = self.chat({"model": "m", "max_tokens": 9, "messages": [self.user]} | more)
        self.assertEqual(status, 200, body)
        return body

    def result(self, *blocks):
        return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "x"}, *blocks]}

    def test_accepts_the_documented_request(self):
        status, body = self.chat(json.loads((FIXTURES / "anthropic/request.json").read_text()))
        self.assertEqual((status, body["stop_reason"]), (200, "end_turn"), body)

    def test_refuses_what_the_service_refuses(self):
        text = {"type": "text", "text": "x"}
        late = {"role": "user", "content": [text, *self.result()["content"]]}
        self.ask(messages=[self.user, self.use, self.result(text)], tools=self.tools)
        schema = SCHEMA | {"minLength": 1}
        for fault in [{"max_tokens": None}, {"max_tokens": 0}, {"foo": 1}, {"model": None}, {"messages": []},
                      {"messages": [{"role": "system", "content": "x"}]}, {"temperature": 1.5},
                      {"messages": [{"role": "user", "content": ""}]},
                      {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]},
                      {"messages": [self.user, self.use]}, {"messages": [self.user, self.use, self.user]},
                      {"messages": [self.user, self.use, late]}, {"messages": [self.user, self.result()]},
                      {"messages": [self.use, self.result()]},
                      {"messages": [self.user, {"role": "assistant", "content": [{"type": "thinking", "thinking": "x"}]}]},
                      {"tools": [{"name": "f"}]}, {"tool_choice": {"type": "any"}},
                      {"tools": self.tools, "tool_choice": {"type": "tool", "name": "x"}},
                      {"tools": self.tools, "tool_choice": {"type": "any"}, "max_tokens": 2000,
                       "thinking": {"type": "enabled", "budget_tokens": 1024}},
                      {"thinking": {"type": "enabled", "budget_tokens": 1024}},
                      {"output_config": {"format": {"type": "json_schema", "schema": schema}}},
                      {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}]:
            with self.subTest(fault):
                status, body = self.chat({"model": "m", "max_tokens": 9, "messages": [self.user]} | fault)
                self.assertEqual((status, body["error"]["type"]), (400, "invalid_request_error"), body)

    def test_wants_its_key_and_version(self):
        request = {"model": "m", "max_tokens": 9, "messages": [self.user]}
        for name in ["x-api-key", "anthropic-version"]:
            headers = {key: value for key, value in self.headers.items() if key != name}
            self.assertEqual(self.chat(request, headers)[0], 401 if name == "x-api-key" else 400)
        self.assertEqual(self.chat(request, self.headers | {"x-api-key": "bad"})[0], 401)

    def test_drives_tools_turn_by_turn_and_then_judges(self):
        self.script(anthropic=[{"reply": {"tools": TURNS}}])
        messages = [self.user]
        for turn in TURNS:
            body = self.ask(messages=messages, tools=self.tools)
            uses = [block for block in body["content"] if block["type"] == "tool_use"]
            self.assertEqual(body["stop_reason"], "tool_use")
            self.assertEqual([use["name"] for use in uses], [call["name"] for call in turn])
            self.assertEqual(body["content"][0]["type"], "thinking")
            if turn is TURNS[-1]:
                break
            messages = messages + [{"role": "assistant", "content": body["content"]},
                                   {"role": "user", "content": [{"type": "tool_result", "tool_use_id": use["id"],
                                                                 "content": "ok"} for use in uses]}]
        self.assertEqual(uses[0]["input"], "{\"query\":")
        body = self.ask(messages=messages, tools=self.tools, tool_choice={"type": "none"})
        self.assertIn("14 March", json.loads(body["content"][0]["text"])["citations"][0]["quote"])

    def test_pauses_once_and_refuses(self):
        self.script(anthropic=[{"reply": {"mode": "pause_turn"}}])
        body = self.ask()
        self.assertEqual(body["stop_reason"], "pause_turn")
        messages = [self.user, {"role": "assistant", "content": body["content"]}]
        self.assertEqual(self.ask(messages=messages)["stop_reason"], "end_turn")
        for mode, stop in [("refusal", "refusal"), ("max_tokens", "max_tokens"), ("malformed", "tool_use")]:
            self.script(anthropic=[{"reply": {"mode": mode}}])
            self.assertEqual(self.ask()["stop_reason"], stop)


class GeminiTools(FakeTest):
    user = {"role": "user", "parts": [{"text": PROMPT}]}
    tools = [{"functionDeclarations": [{"name": "search", "parametersJsonSchema": SCHEMA}]}]

    def ask(self, contents, path=MODEL, **more):
        status, body = self.judge({"contents": contents, "tools": self.tools} | more, path=path)
        self.assertEqual(status, 200, body)
        return body["candidates"][0]["content"]

    def respond(self, content):
        calls = [part["functionCall"] for part in content["parts"]]
        return {"role": "user", "parts": [{"functionResponse": {
            key: value for key, value in {"name": call["name"], "id": call.get("id"),
                                          "response": {"output": "ok"}}.items() if value}} for call in calls]}

    def test_drives_functions_and_wants_every_answer_and_signature(self):
        self.script(gemini=[{"reply": {"tools": TURNS}}])
        for path in [MODEL, NEWER]:
            with self.subTest(path):
                content = self.ask([self.user], path)
                self.assertEqual([p["functionCall"]["name"] for p in content["parts"]], ["search", "teleport"])
                self.assertEqual("thoughtSignature" in content["parts"][0], path == NEWER)
                self.assertEqual("id" in content["parts"][0]["functionCall"], path == NEWER)
                answers = self.respond(content)
                second = self.ask([self.user, content, answers], path)
                self.assertEqual(second["parts"][0]["functionCall"]["args"], ["{\"query\":"])
                fewer = {"role": "user", "parts": answers["parts"][:1]}
                swapped = {"role": "user", "parts": answers["parts"][::-1]}
                for wrong in [fewer, swapped, self.user]:
                    status, body = self.judge({"contents": [self.user, content, wrong]}, path=path)
                    self.assertEqual(status, 400, body)
        content["parts"][0].pop("thoughtSignature")
        self.assertIn("thought_signature", self.judge({"contents": [self.user, content, answers]},
                                                      path=NEWER)[1]["error"]["message"])

    def test_answers_by_a_call_when_that_is_declared(self):
        self.script(gemini=[{"reply": {"tools": TURNS, "endless": True, "judge": "quote-first-source"}}])
        declared = [{"functionDeclarations": [{"name": "search"}, {"name": "final_answer"}]}]
        forced = {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["final_answer"]}}
        content = self.ask([self.user], tools=declared, toolConfig=forced)
        call = content["parts"][0]["functionCall"]
        self.assertEqual((call["name"], call["args"]["verdict"]), ("final_answer", "met"))
        none = {"functionCallingConfig": {"mode": "NONE"}}
        self.assertIn("met", self.ask([self.user], toolConfig=none)["parts"][0]["text"])

    def test_speaks_of_faults(self):
        for mode, finish in [("malformed", "MALFORMED_FUNCTION_CALL"), ("refusal", "SAFETY")]:
            self.script(gemini=[{"reply": {"mode": mode}}])
            status, body = self.judge({"contents": [self.user]}, GEMINI)
            self.assertEqual(body["candidates"][0]["finishReason"], finish)


class Mem0(FakeTest):
    headers = {"Content-Type": "application/json", "Authorization": "Token m0-test"}

    def setUp(self):
        self.script(mem0={})
        self.call("POST", "/__reset")
        self.note = json.loads((FIXTURES / "mem0/request_add.json").read_text())
        self.query = json.loads((FIXTURES / "mem0/request.json").read_text())

    def post(self, path, body, headers=None):
        status, _, text = self.call("POST", path, json.dumps(body), headers or self.headers)
        return status, json.loads(text) if text.startswith((b"{", b"[")) else text

    def found(self):
        return [m["memory"] for m in self.post("/v3/memories/search/", self.query)[1]["results"]]

    def test_finds_what_was_added_for_this_task_alone(self):
        status, body = self.post("/v3/memories/add/", self.note)
        self.assertEqual((status, body["status"], body["results"][0]["event"]), (200, "SUCCEEDED", "ADD"))
        self.post("/v3/memories/add/", self.note | {"app_id": "task-8"})
        self.assertEqual(self.found(), [self.note["messages"][0]["content"]])
        self.call("POST", "/__reset")
        self.assertEqual(self.found(), [])

    def test_takes_its_time_when_told(self):
        self.script(mem0={"lag": 1})
        self.assertEqual(self.post("/v3/memories/add/", self.note | {"infer": True})[1]["status"], "PENDING")
        self.assertEqual([len(self.found()), len(self.found())], [0, 1])

    def test_refuses_what_the_service_refuses(self):
        for fault in [{"user_id": "u1"}, {"app_id": "x"}, {"query": " "}, {"filters": None}, {"filters": {}},
                      {"top_k": 0}, {"top_k": 1001}, {"threshold": 2}, {"limit": 3}]:
            with self.subTest(fault):
                self.assertEqual(self.post("/v3/memories/search/", self.query | fault)[0], 400)
        for fault in [{"messages": []}, {"messages": [{"role": "system", "content": "x"}]}, {"infer": "no"},
                      {"user_id": None, "app_id": None}, {"metadata": []}, {"text": "x"}]:
            with self.subTest(fault):
                self.assertEqual(self.post("/v3/memories/add/", self.note | fault)[0], 400)

    def test_wants_its_slash_and_the_word_token(self):
        self.assertEqual(self.post("/v3/memories/search", self.query)[0], 301)
        bearer = self.headers | {"Authorization": "Bearer m0-test"}
        self.assertEqual(self.post("/v3/memories/add/", self.note, bearer)[1], {"detail": "Invalid API key"})
        self.script(mem0=[{"status": 429, "headers": {"Retry-After": "12"},
                           "reply": {"body_file": "mem0/429_rate_limit.json"}}])
        self.assertEqual(self.post("/v3/memories/search/", self.query)[0], 429)
