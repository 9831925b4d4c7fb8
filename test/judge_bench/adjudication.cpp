// Answers the product's question whether a contested finding was told before: finds the documents
// behind the quotes and asks the voice about each pair.
#include "judge_bench/adjudication.hpp"

#include <algorithm>
#include <vector>

#include "core/json.hpp"
#include "core/text.hpp"
#include "judge_bench/prompt_reading.hpp"

namespace torale::judge_bench {

namespace {

struct Told {
    std::string quote;
    std::string title;
};

std::vector<Told> read_quotes(std::string_view block) {
    std::vector<Told> quotes;
    while (!block.empty()) {
        const std::size_t end = std::min(block.find('\n'), block.size());
        const std::string_view line = block.substr(0, end);
        block.remove_prefix(std::min(block.size(), end + 1));
        if (line.starts_with("quote: ")) quotes.push_back({std::string(line.substr(7)), ""});
        if (line.starts_with("title: ") && !quotes.empty()) quotes.back().title = line.substr(7);
    }
    return quotes;
}

// Copies of one text have the same quote; the title tells them apart.
std::vector<const Document*> find_documents(const World& world, std::string_view block) {
    std::vector<const Document*> documents;
    for (const Told& told : read_quotes(block)) {
        const std::string quote = core::fold(told.quote);
        const Document* found = nullptr;
        for (const Document& document : world.documents) {
            if (core::fold(document.text).find(quote) == std::string::npos) continue;
            const bool has_title = core::fold(document.title) == core::fold(told.title);
            if (found == nullptr || has_title) found = &document;
            if (has_title) break;
        }
        documents.push_back(found);
    }
    return documents;
}

struct Answered {
    std::string relation = "distinct";
    int told = 0;
};

// `same` is the weakest thing to say and the first to be taken: it needs one told finding only.
Answered compare(const Comparison& asked, Voice& voice,
                 const std::vector<std::vector<const Document*>>& told) {
    Answered answered;
    Comparison comparison = asked;
    for (std::size_t i = 0; i < told.size(); ++i) {
        for (const Document* earlier : told[i]) {
            comparison.earlier = earlier;
            const std::string relation = voice.relate(comparison);
            if (relation == "distinct") continue;
            if (answered.relation == "distinct" || relation == "same") {
                answered = {.relation = relation, .told = static_cast<int>(i) + 1};
            }
            if (relation == "same") return answered;
        }
    }
    return answered;
}

}  // namespace

std::string adjudicate(const World& world, Voice& voice, std::string_view prompt, Time now) {
    std::vector<std::vector<const Document*>> told;
    for (int number = 1;; ++number) {
        const auto block = read_block(prompt, "told finding " + std::to_string(number));
        if (block.empty()) break;
        told.push_back(find_documents(world, block));
    }
    // The finding is `same` only when all of it was told.
    Answered answered;
    for (const Document* later : find_documents(world, read_block(prompt, "new finding"))) {
        const Comparison asked{
            .world = world, .earlier = nullptr, .later = later, .prompt = prompt, .now = now};
        const Answered one = compare(asked, voice, told);
        if (answered.told == 0 || one.relation != "same") answered = one;
        if (one.relation != "same") break;
    }
    return core::write_json(
        {{"why", "the documents say so"},
         {"relation", answered.relation},
         {"told", answered.told > 0 ? core::Json(answered.told) : core::Json()}});
}

}  // namespace torale::judge_bench
