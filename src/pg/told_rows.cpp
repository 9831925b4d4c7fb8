// Reads what was told.
#include "pg/told_rows.hpp"

#include <bit>
#include <charconv>
#include <map>
#include <string_view>

#include "pg/json_text.hpp"

namespace torale::pg {

namespace {

using core::Json;

agent::ToldQuote read_quote(const Json& item) {
    agent::ToldQuote quote;
    quote.quote = text_of(item, "quote");
    quote.url = text_of(item, "url");
    quote.title = text_of(item, "title");
    quote.text = text_of(item, "text");
    quote.content_hash = text_of(item, "content_hash");
    quote.published_at = core::parse_time(text_of(item, "published_at"));
    const auto fingerprint = item.find("fingerprint");
    if (fingerprint != item.end() && fingerprint->is_number_integer()) {
        quote.fingerprint = std::bit_cast<std::uint64_t>(fingerprint->get<std::int64_t>());
    }
    return quote;
}

agent::ToldFindings read_findings(const std::string& text) {
    agent::ToldFindings findings;
    const Json items = Json::parse(text, nullptr, false);
    if (!items.is_array()) return findings;
    for (const Json& item : items) {
        agent::ToldFinding& finding = findings.emplace_back();
        finding.notification_id = text_of(item, "notification_id");
        finding.created_at = core::parse_time(text_of(item, "created_at")).value_or(core::Time{});
        finding.title = text_of(item, "title");
        finding.body = text_of(item, "body");
        finding.relation = text_of(item, "relation");
        const auto quotes = item.find("quotes");
        if (quotes == item.end() || !quotes->is_array()) continue;
        for (const Json& quote : *quotes) finding.quotes.push_back(read_quote(quote));
    }
    return findings;
}

}  // namespace

TextArray tasks_of(const std::vector<scheduler::ToldRequest>& requests) {
    TextArray tasks;
    for (const scheduler::ToldRequest& request : requests) tasks.push_back(request.task_id);
    return tasks;
}

std::vector<agent::ToldFindings> read_told_findings(
    const Rows& rows, const std::vector<scheduler::ToldRequest>& requests) {
    std::map<std::string_view, agent::ToldFindings> by_task;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        by_task[rows.text(i, 0)] = read_findings(rows.text(i, 1));
    }
    std::vector<agent::ToldFindings> told(requests.size());
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto found = by_task.find(requests[i].task_id);
        if (found != by_task.end()) told[i] = found->second;
    }
    return told;
}

std::vector<std::uint64_t> read_fingerprints(const Value& value) {
    std::vector<std::uint64_t> fingerprints;
    const auto* texts = std::get_if<TextArray>(&value);
    if (texts == nullptr) return fingerprints;
    for (const std::string& text : *texts) {
        std::int64_t number = 0;
        std::from_chars(text.data(), text.data() + text.size(), number);
        if (number != 0) fingerprints.push_back(std::bit_cast<std::uint64_t>(number));
    }
    return fingerprints;
}

}  // namespace torale::pg
