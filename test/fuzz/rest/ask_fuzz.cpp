// A request as lines: method, target, headers "name: value", a blank line, the body. An Ask that
// keeps its promises, or a refusal that a JSON body can carry.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rest/ask.hpp"
#include "rest/scanner.hpp"

namespace {

using namespace torale;

void expect(bool holds) {
    if (!holds) std::abort();
}

std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() < text.size() ? line.size() + 1 : text.size());
    return line;
}

core::HttpRequest read_request(std::string_view text) {
    core::HttpRequest request;
    request.method = take_line(text);
    request.target = take_line(text);
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.empty()) break;
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos) continue;
        request.headers.push_back(
            {std::string(line.substr(0, colon)), std::string(line.substr(colon + 2))});
    }
    request.body = text;
    return request;
}

void check(const rest::Ask& ask, const core::HttpRequest& request) {
    using namespace rest;
    expect(is_plain_text(ask.name) && ask.name.empty() == (ask.target == Target::root));
    expect(ask.schema == "torale" || ask.schema == "other");
    expect(!ask.accept.empty() && !ask.content_type.empty());
    expect(is_plain_text(ask.prefer.timezone) && is_plain_text(ask.content_type));
    for (const AcceptEntry& entry : ask.accept) expect(is_plain_text(entry.written));
    expect(!ask.range || !ask.range->last || *ask.range->last >= ask.range->first);
    expect(ask.body == request.body && ask.path == request.path());
    expect(!ask.is_get_call || ask.action == Action::call);
    expect(ask.query.arguments.empty() || ask.target == Target::routine);
}

void check(const rest::Failure& failure) {
    expect(failure.status >= 400 && failure.status < 500 && failure.code.starts_with("PGRST"));
    for (const std::string& text : {failure.message, failure.details, failure.hint}) {
        expect(rest::is_plain_text(text) && text.size() < 4'000);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    const core::HttpRequest request = read_request(text);
    const auto ask = rest::parse_ask(request, {"torale", "other"});
    if (ask)
        check(*ask, request);
    else
        check(ask.error());
    return 0;
}
