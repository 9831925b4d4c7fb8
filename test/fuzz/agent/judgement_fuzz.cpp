// Whatever a model answers: a judgement that keeps its ranges, or a failure that says why; and
// grounding never lets through a quote that its source does not hold.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/grounding.hpp"
#include "agent/prompt.hpp"
#include "core/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace torale;
    const std::string_view text(reinterpret_cast<const char*>(bytes), size);
    constexpr int source_count = 2;
    const auto judgement = agent::read_judgement(text, source_count);
    if (!judgement) {
        if (judgement.error().message.empty()) std::abort();
        return 0;
    }
    if (const auto confidence = judgement->model_confidence) {
        if (*confidence < 0 || *confidence > 100) std::abort();
    }
    std::vector<core::Source> sources(source_count);
    for (int i = 0; i < source_count; ++i) {
        sources[i].number = i + 1;
        sources[i].url = "https://example.com/" + std::to_string(i);
        sources[i].snippet = std::string(text.substr(size / 2 * i, size / 2));
    }
    const auto grounded = agent::ground(*judgement, sources);
    for (const auto& citation : grounded.judgement.citations) {
        if (citation.source < 1 || citation.source > source_count) std::abort();
        const auto& snippet = sources[citation.source - 1].snippet;
        if (snippet.find(citation.quote) == std::string::npos) std::abort();
    }
    const bool is_met = grounded.judgement.verdict == core::Verdict::met;
    if (is_met && grounded.judgement.citations.empty()) std::abort();
    return 0;
}
