// Whatever stands in a page: folding is idempotent, and a quote that is found lies inside the
// text and folds to the quote that was looked for.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/json.hpp"
#include "core/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace torale::core;
    if (size == 0) return 0;
    const std::string_view all(reinterpret_cast<const char*>(bytes + 1), size - 1);
    const auto cut = all.size() * bytes[0] / 256;
    const auto text = all.substr(0, cut);
    const auto quote = all.substr(cut);

    const auto folded = fold(text);
    if (fold(folded) != folded) std::abort();
    // clean_utf8() takes away U+0000 too, which is valid UTF-8.
    const bool has_nul = folded.find('\0') != std::string::npos;
    if (!has_nul && clean_utf8(folded) != folded) std::abort();
    if (const auto span = find_folded(text, quote)) {
        if (span->byte_length == 0 || span->byte_offset + span->byte_length > text.size()) {
            std::abort();
        }
        const auto found = fold(text.substr(span->byte_offset, span->byte_length));
        if (found.find(fold(quote)) == std::string::npos) std::abort();
    }
    for (const auto sentence : split_sentences(text)) {
        if (sentence.data() < text.data() ||
            sentence.data() + sentence.size() > text.data() + text.size()) {
            std::abort();
        }
    }
    if (const auto json = parse_json(all)) {
        if (!parse_json(write_json(*json))) std::abort();
    }
    return 0;
}
