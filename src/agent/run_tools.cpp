// Agent mode: what the model asks for is done in parallel, shown in blocks, and committed before
// it is asked again. Limits end the asking, never the run: the model then answers from what it has.
#include <algorithm>
#include <utility>

#include "agent/prompt.hpp"
#include "agent/run.hpp"
#include "agent/sources.hpp"
#include "core/text.hpp"
#include "core/url.hpp"
#include "providers/page.hpp"

namespace torale::agent {

namespace {

// What a search of memories answers, wherever they were kept.
std::string show_memories(std::string token, const std::vector<core::Memory>& memories) {
    if (memories.empty()) return "no memory";
    BlockWriter to(std::move(token));
    to.open("memories");
    for (const core::Memory& memory : memories) to.raw("- ").line(memory.content, 500);
    to.close("memories");
    return to.take();
}

}  // namespace

bool Run::uses_tools() const {
    return briefing_.mode == Mode::agent && briefing_.purpose == Purpose::run &&
           !judges_.is_empty() && judges_.adapter().build_prompt != nullptr;
}

// True when no further step is affordable.
bool Run::must_answer() const {
    const AgentLimits& limits = briefing_.limits;
    const providers::Usage spent = ledger_.total();
    if (talk_.steps + 1 >= limits.steps_max) return true;
    if (talk_.tool_calls >= limits.tool_calls_max) return true;
    if (talk_.useless_steps > limits.tool_errors_max) return true;
    if (briefing_.answer_by && now_ >= *briefing_.answer_by) return true;
    if (is_short_of_budget()) return true;
    if (limits.cost_usd_max > 0 && spent.cost_usd >= limits.cost_usd_max / 2) return true;
    // A step rereads all that came before: half the tokens are needed for the answer.
    return limits.tokens_max > 0 && spent.tokens_in + spent.tokens_out >= limits.tokens_max / 2;
}

// What is reserved counts in full until the run ends: this question, what its tools bring into the
// next one, and the answer must all fit, else the answer would be refused.
bool Run::is_short_of_budget() const {
    constexpr int questions = 3;
    if (!briefing_.has_budgets || talk_.answers == 0) return false;
    const AgentLimits& limits = briefing_.limits;
    if (limits.tokens_max > 0 &&
        reserved_.tokens + questions * question_.tokens > limits.tokens_max) {
        return true;
    }
    return limits.cost_usd_max > 0 &&
           reserved_.cost_usd + questions * question_.cost_usd > limits.cost_usd_max;
}

Turn Run::act(const providers::LlmReply& answer) {
    conclusion_.steps.back().detail["tool_calls"] = answer.tool_calls.size();
    if (talk_.prompt->must_answer) {
        return ask_again(failure_of(core::Category::bad_reply,
                                    "the model went on calling tools when it had to answer"),
                         &patience_.garbage);
    }
    phase_ = Phase::acting;
    ++talk_.steps;
    talk_.prompt->exchanges.push_back({answer.opaque_turn, {}, ""});
    talk_.tasks.clear();
    std::vector<Outgoing> calls;
    for (const providers::ToolCall& call : answer.tool_calls) {
        talk_.tasks.push_back(read_tool_call(call));
    }
    // The tasks stay where they are from here on: what is started points into them.
    for (ToolTask& task : talk_.tasks) {
        if (task.is_done) continue;
        if (talk_.tool_calls >= briefing_.limits.tool_calls_max) {
            task.refuse("no call is left: answer from what you have");
            continue;
        }
        ++talk_.tool_calls;
        start_tool(task, calls);
    }
    const bool is_useless = std::all_of(talk_.tasks.begin(), talk_.tasks.end(),
                                        [](const ToolTask& task) { return task.is_useless; });
    talk_.useless_steps = is_useless ? talk_.useless_steps + 1 : 0;
    if (calls.empty()) return end_step();
    return send_paid(std::move(calls));
}

void Run::start_tool(ToolTask& task, std::vector<Outgoing>& calls) {
    switch (task.kind) {
        case ToolKind::search:
            start_search(task, calls);
            return;
        case ToolKind::fetch_url:
            if (!may_fetch(task.text, briefing_.task, conclusion_.sources)) {
                add_tool_step("fetch", task).status = "failed";
                task.refuse("this url stands in no source and on no source's site");
                return;
            }
            calls.push_back({make_call("", PageFetch{task.text}, core::milliseconds{0}), {}});
            task.call_id = calls.back().call.id;
            return;
        case ToolKind::search_memories:
        case ToolKind::add_memory:
            start_memory(task, calls);
            return;
        case ToolKind::unknown:
            break;
    }
    task.refuse("there is no such tool");
}

void Run::start_search(ToolTask& task, std::vector<Outgoing>& calls) {
    if (searchers_.is_empty() || task.provider >= searchers_.providers.size()) {
        task.refuse("no search can be used now");
        return;
    }
    const providers::Provider& provider = *searchers_.providers[task.provider];
    const providers::Adapter& adapter = *providers::find_adapter(provider.adapter);
    const core::SearchOptions& options = briefing_.task.search_options;
    if (works_without_call(adapter)) {
        calls.push_back({make_call(provider.name,
                                   providers::builtin::plan_query(briefing_.task.owner, task.text,
                                                                  options, now_),
                                   core::milliseconds{0}),
                         {}});
        task.call_id = calls.back().call.id;
        return;
    }
    const std::string key = tool_key(task, provider.name.c_str());
    if (auto stored = take_stored(key)) {
        take_found(task, std::move(*stored));
        return;
    }
    core::Request request =
        adapter.build_search(provider, {.text = task.text, .options = options, .now = now_});
    calls.push_back(priced(provider, key, std::move(request), core::milliseconds{0}));
    task.price = *calls.back().price;
    task.call_id = calls.back().call.id;
}

// Memories of the database came with the briefing; a memory service is asked.
void Run::start_memory(ToolTask& task, std::vector<Outgoing>& calls) {
    const bool is_search = task.kind == ToolKind::search_memories;
    if (!is_search) {
        conclusion_.memories.push_back({.content = task.text, .kind = task.memory_kind});
    }
    if (memory_services_.is_empty()) {
        Step& step = add_tool_step(is_search ? "recall" : "remember", task);
        if (!is_search) {
            task.answer("kept");
            return;
        }
        const auto found = find_memories(briefing_.memories, task.text);
        step.detail["memories"] = found.size();
        task.answer(show_memories(block_token(briefing_), found));
        return;
    }
    const providers::Provider& provider = memory_services_.current();
    const providers::Adapter& adapter = memory_services_.adapter();
    const std::string key = tool_key(task, provider.name.c_str());
    if (auto stored = take_stored(key)) {
        take_memories(task, std::move(*stored));
        return;
    }
    const providers::MemoryScope scope{briefing_.task.owner, briefing_.task.id};
    core::Request request =
        is_search ? adapter.build_memory_search(provider, {.scope = scope, .text = task.text})
                  : adapter.build_memory_add(
                        provider, {.scope = scope, .text = task.text, .kind = task.memory_kind});
    calls.push_back(priced(provider, key, std::move(request), core::milliseconds{0}));
    task.price = *calls.back().price;
    task.call_id = calls.back().call.id;
}

void Run::take_tool_reply(ToolTask& task, CallReply reply) {
    task.call_id = 0;
    if (auto* page = std::get_if<FetchedPage>(&reply)) {
        take_page(task, std::move(*page));
    } else if (auto* hits = std::get_if<DocumentHits>(&reply)) {
        const std::string& name = searchers_.providers[task.provider]->name;
        add_tool_step("search", task).provider = name;
        hold_found(task, std::move(*hits), name);
    } else if (auto* wire = std::get_if<core::Reply>(&reply)) {
        Received received{.reply = std::move(*wire)};
        if (task.kind == ToolKind::search) {
            take_found(task, std::move(received));
        } else {
            take_memories(task, std::move(received));
        }
    } else {
        task.refuse("internal error: the reply does not fit the call");
    }
}

void Run::take_found(ToolTask& task, Received received) {
    const providers::Provider& provider = *searchers_.providers[task.provider];
    const providers::Adapter& adapter = *providers::find_adapter(provider.adapter);
    if (adapter.read_search == nullptr) {
        task.refuse("the document search failed");
        return;
    }
    auto read = adapter.read_search(provider, received.reply, now_);
    Step& step = add_reply_step("search", provider.name, received, read.ok());
    step.detail["query"] = task.text;
    step.detail["tool"] = true;
    if (!read.ok()) {
        step.detail["error"] = read.error().message;
        ledger_.book_unknown(provider, read.error(), task.price);
        note_pause(provider, read.error());
        ++task.provider;  // the next one is asked in end_step()
        if (task.provider >= searchers_.providers.size()) {
            task.refuse("the search failed: " + read.error().message);
        }
        return;
    }
    if (!received.is_settled) ledger_.book(provider.name, read->usage);
    step.detail["cost_usd"] = read->usage.cost_usd;
    if (!received.is_replayed) {
        ledger_.keep(tool_key(task, provider.name.c_str()), received.reply);
    }
    hold_found(task, std::move(read->results), provider.name);
}

void Run::take_page(ToolTask& task, FetchedPage page) {
    Step& step = add_tool_step("fetch", task);
    step.duration_ms = page.reply.duration_ms;
    if (page.reply.status != 0) step.detail["http_status"] = page.reply.status;
    if (!page.failure) {
        auto read = providers::read_page(page.reply,
                                         page.final_url.empty() ? task.text : page.final_url, now_);
        if (read.ok()) {
            std::vector<providers::SearchResult> results;
            results.push_back({.url = std::move(read->url),
                               .title = std::move(read->title),
                               .snippet = std::move(read->text),
                               .published_at = read->published_at});
            hold_found(task, std::move(results), "fetch");
            return;
        }
        page.failure = std::move(read.error());
    }
    step.status = "failed";
    step.detail["error"] = page.failure->message;
    task.refuse("the page cannot be read: " + page.failure->message);
}

void Run::take_memories(ToolTask& task, Received received) {
    const providers::Provider& provider = memory_services_.current();
    const providers::Adapter& adapter = memory_services_.adapter();
    const bool is_search = task.kind == ToolKind::search_memories;
    auto read = is_search ? adapter.read_memory_search(provider, received.reply, now_)
                          : adapter.read_memory_add(provider, received.reply, now_);
    Step& step =
        add_reply_step(is_search ? "recall" : "remember", provider.name, received, read.ok());
    step.detail["tool"] = true;
    step.detail["query"] = task.text;
    if (!read.ok()) {
        step.detail["error"] = read.error().message;
        ledger_.book_unknown(provider, read.error(), task.price);
        note_pause(provider, read.error());
        task.refuse("the memory service failed: " + read.error().message);
        return;
    }
    if (!received.is_settled) ledger_.book(provider.name, read->usage);
    if (!received.is_replayed) {
        ledger_.keep(tool_key(task, provider.name.c_str()), received.reply);
    }
    if (!is_search) {
        task.answer("kept");
        return;
    }
    step.detail["memories"] = read->memories.size();
    task.answer(show_memories(block_token(briefing_), read->memories));
}

void Run::hold_found(ToolTask& task, std::vector<providers::SearchResult> results,
                     const std::string& provider) {
    task.found = std::move(results);
    task.found_by = provider;
    task.step = conclusion_.steps.size() - 1;
    task.is_done = true;
}

// What was found joins the sources of the run under the next numbers; what is there already is
// shown under the number it has.
void Run::show_found(ToolTask& task) {
    core::SearchOptions options = briefing_.task.search_options;
    // A page that the model asked for by name is not a search result that may be off the matter.
    if (task.kind == ToolKind::fetch_url) options = {};
    BlockWriter to(block_token(briefing_));
    std::vector<core::Source> found =
        read_sources(std::move(task.found), options, task.found_by, now_);
    const std::size_t share = static_cast<std::size_t>(briefing_.limits.tool_result_chars_max) /
                              std::max<std::size_t>(found.size(), 1);
    for (core::Source& source : found) {
        auto& all = conclusion_.sources;
        auto known = std::find_if(all.begin(), all.end(), [&](const core::Source& each) {
            return each.content_hash == source.content_hash;
        });
        if (known == all.end()) {
            source.number = static_cast<int>(all.size()) + 1;
            unchecked_.push_back(source.content_hash);
            all.push_back(std::move(source));
            known = all.end() - 1;
        }
        write_source(to, *known, std::max<std::size_t>(share, 300));
    }
    conclusion_.steps[task.step].detail["sources"] = found.size();
    task.answer(found.empty() ? "nothing found" : to.take());
}

Step& Run::add_tool_step(const char* kind, const ToolTask& task) {
    Step& step = add_step(kind, "", "ok");
    step.started_at = sent_at_;
    step.detail["tool"] = true;
    step.detail[task.kind == ToolKind::fetch_url ? "url" : "query"] = task.text;
    return step;
}

// When all tasks are done: results in the order of the calls, replies committed, the model asked
// again. A search whose provider failed goes to the next one first.
Turn Run::end_step() {
    if (!out_.empty()) return std::vector<Call>{};
    std::vector<Outgoing> calls;
    for (ToolTask& task : talk_.tasks) {
        if (!task.is_done && task.call_id == 0) start_search(task, calls);
    }
    if (!calls.empty()) return send_paid(std::move(calls));
    providers::Exchange& exchange = talk_.prompt->exchanges.back();
    for (ToolTask& task : talk_.tasks) {
        if (!task.found_by.empty()) show_found(task);
        exchange.results.push_back(std::move(task.result));
    }
    talk_.tasks.clear();
    if (!ledger_.has_uncommitted() && unchecked_.empty()) return judge(core::milliseconds{0});
    Checkpoint checkpoint;
    checkpoint.hashes = std::exchange(unchecked_, {});
    return commit(After::ask_model, std::move(checkpoint));
}

// By the answer that asked for it: a resumed run may meet another model first, whose calls are not
// these.
std::string Run::tool_key(const ToolTask& task, const char* what) const {
    const auto place = static_cast<std::size_t>(&task - talk_.tasks.data());
    return "tool:" + judges_.current().name + ":" + std::to_string(talk_.answers) + ":" +
           std::to_string(place) + ":" + what;
}

}  // namespace torale::agent
