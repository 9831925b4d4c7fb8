// Grounding applied to everything a judge wrote.
#include "agent/judgement.hpp"

#include <algorithm>
#include <utility>

#include "agent/grounding.hpp"
#include "agent/links.hpp"

namespace torale::agent {

namespace {

void clean_texts(core::Judgement& judgement, const std::vector<core::Source>& sources) {
    judgement.evidence = remove_unknown_links(judgement.evidence, sources);
    if (judgement.notification) {
        judgement.notification = remove_unknown_links(*judgement.notification, sources);
    }
    if (judgement.topic) judgement.topic = remove_unknown_links(*judgement.topic, sources);
    for (std::string& memory : judgement.memories) memory = remove_unknown_links(memory, sources);
}

bool is_blank(const std::optional<std::string>& text) {
    return !text || text->find_first_not_of(" \t\r\n") == std::string::npos;
}

const core::Source* find_source(const std::vector<core::Source>& sources, int number) {
    const auto found =
        std::find_if(sources.begin(), sources.end(),
                     [&](const core::Source& source) { return source.number == number; });
    return found == sources.end() ? nullptr : &*found;
}

// The first quote and where it stands, for judges that write none themselves. The quote is page
// text: its links are cleaned like a judge's.
std::string write_notification(const core::Judgement& judgement,
                               const std::vector<core::Source>& sources) {
    const core::Citation& citation = judgement.citations.front();
    std::string quote = remove_unknown_links(citation.quote, sources);
    std::replace(quote.begin(), quote.end(), '\n', ' ');
    std::string text = "“" + quote + "”";
    if (const core::Source* source = find_source(sources, citation.source)) {
        text += "\n\n— " + remove_unknown_links(source->title, sources);
        if (source->published_at)
            text += ", " + core::write_time(*source->published_at).substr(0, 10);
        text += "\n" + source->url;
    }
    return text;
}

}  // namespace

Settled settle_judgement(core::Judgement judgement, const std::vector<core::Source>& sources,
                         core::Time now) {
    Grounded grounded = ground(std::move(judgement), sources);
    Settled settled;
    settled.judgement = std::move(grounded.judgement);
    settled.dropped_citations = grounded.dropped_citations;
    settled.demoted = grounded.demoted;

    core::Judgement& final = settled.judgement;
    clean_texts(final, sources);
    settled.confidence = compute_confidence(final, sources, now);
    if (final.verdict != core::Verdict::met) {
        final.notification.reset();
        return settled;
    }
    if (is_blank(final.notification)) final.notification = write_notification(final, sources);
    settled.fingerprint = fingerprint(final);
    return settled;
}

}  // namespace torale::agent
