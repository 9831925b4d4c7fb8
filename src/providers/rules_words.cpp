// Which words of a condition are content. Filler says nothing that a sentence could lack:
// "officially", "a specific", "has been".
#include <algorithm>
#include <array>

#include "providers/rules.hpp"
#include "providers/rules_draft.hpp"

namespace torale::providers::rules {

namespace {

constexpr std::array<std::string_view, 60> filler{
    "actual",       "actually",     "already", "appear",     "appears", "become",    "becomes",
    "certain",      "concrete",     "contain", "contains",   "current", "currently", "definite",
    "definitively", "exact",        "exactly", "exist",      "exists",  "finally",   "firm",
    "found",        "get",          "gets",    "give",       "given",   "happen",    "happens",
    "include",      "includes",     "last",    "latest",     "less",    "mention",   "mentioned",
    "mentions",     "more",         "new",     "newest",     "newly",   "next",      "now",
    "official",     "officially",   "one",     "particular", "precise", "publicly",  "recent",
    "recently",     "say",          "says",    "show",       "shows",   "something", "soon",
    "specific",     "specifically", "state",   "upcoming"};
static_assert(std::is_sorted(filler.begin(), filler.end()));

// Stop words that carry the meaning when they end a predicate: "is out", "sold out".
constexpr std::array<std::string_view, 5> particles{"back", "down", "off", "out", "up"};

bool has_only_letters(std::string_view word) {
    return std::all_of(word.begin(), word.end(), [](char c) {
        return is_ascii_letter(c) || static_cast<signed char>(c) < 0 || c == '\'';
    });
}

Term make_term(std::string_view folded) {
    if (!has_only_letters(folded)) return {std::string(folded), false};
    return {stem(folded), true};
}

// "pre-order" is also "pre order" and "preorder"; "gpt-5" also "gpt 5".
void add_spellings(WordPart& part, const std::string& folded) {
    part.any_of.push_back({make_term(folded)});
    if (folded.find('-') == std::string::npos) return;
    Phrase pieces;
    std::string joined;
    for (std::size_t at = 0; at <= folded.size();) {
        const std::size_t end = std::min(folded.find('-', at), folded.size());
        const std::string piece = folded.substr(at, end - at);
        if (!piece.empty()) pieces.push_back(make_term(piece));
        joined += piece;
        at = end + 1;
    }
    part.any_of.push_back(std::move(pieces));
    part.any_of.push_back({make_term(joined)});
}

class WordReader {
public:
    explicit WordReader(Draft& draft) : draft_(draft) {}

    void run() {
        take_quoted();
        take_cve_ids();
        for (std::size_t at = 0; at < draft_.tokens.size(); ++at) {
            if (draft_.used[at] || draft_.tokens[at].kind == Token::Kind::sign) continue;
            if (draft_.tokens[at].folded == "or") {
                pending_or_ = !draft_.condition.words.empty() && is_content(at + 1);
            } else if (is_content(at)) {
                read_content(at);
            }
        }
    }

private:
    void take_quoted() {
        for (std::size_t at = 0; at < draft_.tokens.size(); ++at) {
            if (draft_.used[at] || draft_.tokens[at].folded != "\"") continue;
            std::size_t end = at + 1;
            while (end < draft_.tokens.size() && draft_.tokens[end].folded != "\"") ++end;
            if (end == draft_.tokens.size()) return;
            WordPart part;
            Phrase phrase;
            for (std::size_t i = at + 1; i < end; ++i) {
                phrase.push_back({draft_.tokens[i].folded, false});
            }
            part.shown = draft_.slice(at, end + 1);
            part.is_name = true;
            part.any_of.push_back(std::move(phrase));
            if (end > at + 1) draft_.condition.words.push_back(std::move(part));
            draft_.take(at, end + 1);
        }
    }

    void take_cve_ids() {
        for (const Value& value : draft_.values) {
            if (value.kind != ValueKind::cve || draft_.used[value.begin]) continue;
            WordPart part;
            part.any_of.push_back({{draft_.tokens[value.begin].folded, false}});
            part.shown = draft_.tokens[value.begin].raw;
            part.is_name = true;
            part.in_sentence = true;
            draft_.condition.words.push_back(std::move(part));
            draft_.used[value.begin] = true;
        }
    }

    bool is_content(std::size_t at) const {
        if (at >= draft_.tokens.size() || draft_.used[at]) return false;
        const Token& token = draft_.tokens[at];
        if (token.kind == Token::Kind::sign) return false;
        const bool is_name = (token.is_capital && at > 0) || begins_place(at);
        if (is_stop_word(token.folded)) return is_particle(at);
        return is_name || !std::binary_search(filler.begin(), filler.end(), token.folded);
    }

    // "New" is filler unless it is half a name, even where a sentence begins with it.
    bool begins_place(std::size_t at) const {
        constexpr std::array<std::string_view, 9> places{"york",      "zealand", "jersey",
                                                         "delhi",     "orleans", "mexico",
                                                         "hampshire", "england", "guinea"};
        return draft_.tokens[at].folded == "new" && at + 1 < draft_.tokens.size() &&
               std::find(places.begin(), places.end(), draft_.tokens[at + 1].folded) !=
                   places.end();
    }

    // Ends the condition or its clause, after something that it can belong to.
    bool is_particle(std::size_t at) const {
        const std::string& word = draft_.tokens[at].folded;
        if (std::find(particles.begin(), particles.end(), word) == particles.end() || at == 0) {
            return false;
        }
        return at + 1 == draft_.tokens.size() || is_stop_word(draft_.tokens[at + 1].folded) ||
               draft_.tokens[at + 1].kind == Token::Kind::sign ||
               draft_.tokens[at + 1].clause != draft_.tokens[at].clause;
    }

    void read_content(std::size_t at) {
        const Token& token = draft_.tokens[at];
        std::vector<WordPart>& words = draft_.condition.words;
        if (token.kind == Token::Kind::number && follows_word(at)) return join_number(at);
        if (pending_or_) {
            pending_or_ = false;
            add_spellings(words.back(), token.folded);
            words.back().shown += " or " + std::string(token.raw);
            last_word_ = draft_.tokens.size();
            return;
        }
        WordPart part;
        add_spellings(part, token.folded);
        part.shown = token.raw;
        part.is_name = token.is_capital && at > 0;
        words.push_back(std::move(part));
        last_word_ = at;
    }

    bool follows_word(std::size_t at) const { return at > 0 && last_word_ + 1 == at; }

    // "iPhone 17": the number belongs to the word before it and has to follow it in the text.
    void join_number(std::size_t at) {
        const std::string& number = draft_.tokens[at].folded;
        WordPart& part = draft_.condition.words.back();
        std::vector<Phrase> joined;
        for (const Phrase& phrase : part.any_of) {
            Phrase longer = phrase;
            longer.push_back({number, false});
            joined.push_back(std::move(longer));
        }
        const std::string& word = draft_.tokens[at - 1].folded;
        joined.push_back({{word + "-" + number, false}});
        joined.push_back({{word + number, false}});
        part.any_of = std::move(joined);
        part.shown += " " + std::string(draft_.tokens[at].raw);
        part.is_name = true;
    }

    Draft& draft_;
    bool pending_or_ = false;
    std::size_t last_word_ = static_cast<std::size_t>(-2);
};

// "Please notify me when …", "let us know if …": how many tokens it takes.
std::size_t match_request(const Draft& draft) {
    std::size_t at = draft.match(0, "please");
    std::size_t verb = 0;
    for (const std::string_view word : {"notify", "tell", "alert", "inform", "email", "ping",
                                        "message", "remind", "warn", "let"}) {
        verb = std::max(verb, draft.match(at, word));
    }
    if (verb == 0) return at;
    at += verb;
    const std::size_t whom = std::max(draft.match(at, "me"), draft.match(at, "us"));
    if (whom == 0) return 0;
    at += whom;
    at += draft.match(at, "know");
    return at;
}

bool is_auxiliary(std::string_view word) {
    for (const std::string_view known : {"is", "are", "was", "were", "will", "does", "do", "did",
                                         "has", "have", "can", "should", "would"}) {
        if (word == known) return true;
    }
    return false;
}

void ask_for(Draft& draft, ValueKind kind, const char* shown) {
    TypedPart part;
    part.kind = kind;
    part.shown = shown;
    draft.condition.typed.push_back(std::move(part));
}

}  // namespace

void take_requests(Draft& draft) {
    std::size_t at = match_request(draft);
    draft.take(0, at);
    if (at >= draft.tokens.size()) return;
    const std::string_view next =
        at + 1 < draft.tokens.size() ? std::string_view(draft.tokens[at + 1].folded) : "";
    if (draft.tokens[at].folded == "when" && is_auxiliary(next)) {
        // A question for a date may be answered by what lies ahead.
        ask_for(draft, ValueKind::date, "a date");
        draft.take(at, at + 2);
        return;
    }
    if (draft.match(at, "how much") > 0) {
        ask_for(draft, ValueKind::money, "a price");
        draft.take(at, at + 2);
        return;
    }
    for (const std::string_view word :
         {"as soon as", "once", "whenever", "when", "if", "about", "that", "whether"}) {
        if (const std::size_t count = draft.match(at, word)) {
            draft.take(at, at + count);
            return;
        }
    }
}

void take_words(Draft& draft) {
    WordReader(draft).run();
}

}  // namespace torale::providers::rules
