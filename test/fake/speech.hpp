// What a scripted model says, whatever the wire: the services read a conversation out of their
// requests, and dress what is said as their replies.
#pragma once
#include "fake/script.hpp"

namespace torale::fake {

struct Conversation {
    std::string system;
    std::string heard;          // all a user or a tool said, what a judge reads
    std::size_t turns = 0;      // of the model, with tool calls
    bool must_answer = false;   // it may call nothing but final_answer
    bool is_continued = false;  // the model spoke last and goes on
    std::vector<std::string> tools;
    std::size_t prompt_bytes = 0;

    bool knows(std::string_view tool) const;
    std::string whole() const { return system + "\n" + heard; }
};

struct SpokenCall {
    std::string name;
    Json args;  // an object; a string is written as it is: bad arguments
};

struct Speech {
    std::string text;  // "" with calls
    std::vector<SpokenCall> calls;
    std::string mode;    // of the answer, "" for calls
    std::string finish;  // as the service calls it; "" = the usual
    bool without_ids = false;
};

// A reply of an LLM's script may be, beside body and body_file:
//   {"verdict": {…}}              this judgement
//   {"text": "…", "finish": "…"}
//   {"judge": "quote-first-source"}, {"judge": "quote-containing", "needle": "…"}
//   {"forge": "url" | "quote" | "source"}   claims what the sources do not say
// each with "mode", on all wires: fenced, prose, think, garbage, truncated_answer, truncated,
// invalid_utf8, html, max_tokens, refusal, malformed; pause_turn on Anthropic's alone.
//
// And for an agent, with any of these as the answer in the end (quote-first-source when none is):
//   {"tools": [[{"name": "search", "args": {…}}, …], …]}   the calls of each turn, one turn a
// request: the conversation itself tells how far it is. With "endless": true the last turn comes
// again until the model may call nothing, with "stubborn": true even then. "without_ids": true
// leaves out ids where the wire lets a model do so. "args" as a string are bad arguments.
Speech next_speech(const Json& spec, const Conversation& conversation, const Values& values);

// The text as careless models write it; other modes leave it alone.
std::string dressed(const std::string& text, const std::string& mode);
const std::string& default_verdict();

// A judgement made from the numbered sources of a prompt, as "judge" or "forge" of `spec` says.
Json judge_prompt(std::string_view prompt, const Json& spec);

// JSON that a broken service sends: cut in half, not UTF-8, or a page.
struct Answer {
    std::string body;
    std::string content_type = "application/json";
};
Answer spoil(std::string body, const std::string& mode);

}  // namespace torale::fake
