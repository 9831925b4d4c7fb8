// From claims to findings: each cited claim is compared with each told one, then the claims decide
// together. What was told and is told again only counts as the same while nothing told later
// says otherwise.
#include "agent/dedupe.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "agent/likeness.hpp"
#include "agent/told_claims.hpp"

namespace torale::agent {

namespace {

using Kind = Likeness::Kind;

constexpr std::size_t candidates_max = 5;

// Of two whole pages: so much in common may be one story.
constexpr double story_min = 0.3;
// … and of two pages of the same days is one.
constexpr double echo_min = 0.6;
constexpr double old_echo_min = 0.3;
constexpr double old_change_min = 0.5;

// What one claim is beside all that was told.
struct Finding {
    Relation relation = Relation::fresh;
    bool is_contested = false;
    std::size_t earlier = 0;  // index into told; of fresh: none
    double score = 0;
    std::string why;
};

struct Likened {
    std::size_t claim = 0;  // index into Told::claims
    Likeness likeness;
};

// A told claim that a reader should see beside the new one.
struct Nominee {
    std::size_t claim = 0;  // index into Told::claims
    double score = 0;
    bool may_be_same = false;
};

Relation relation_of(const Likeness& likeness) {
    switch (likeness.kind) {
        case Kind::same:
            return Relation::same;
        case Kind::changed:
            return Relation::update;
        case Kind::contradicts:
            return Relation::contradiction;
        case Kind::withdraws:
            return Relation::retraction;
        case Kind::maybe:
            return likeness.maybe_adds ? Relation::update : Relation::fresh;
        case Kind::unrelated:
            break;
    }
    return Relation::fresh;
}

bool is_change(const Likeness& likeness) {
    return likeness.kind == Kind::changed || likeness.kind == Kind::contradicts ||
           likeness.kind == Kind::withdraws;
}

class ClaimJudge {
public:
    ClaimJudge(const Told& told, const Cited& cited, const std::vector<core::Source>& sources,
               Reader reader)
        : told_(told), cited_(cited), sources_(sources), reader_(reader) {}

    Finding judge() {
        liken();
        const Likened* same = find(&ClaimJudge::is_same);
        if (same != nullptr) return judge_repeated(*same);
        const Likened* best = nullptr;
        for (const Likened& one : likened_) {
            if (best == nullptr || one.likeness.score > best->likeness.score) best = &one;
        }
        if (best == nullptr) return {.why = "nothing alike was told"};
        // Told since may be just this change, in other words.
        for (const Likened& newer : likened_) {
            if (!is_change(best->likeness) || told_of(newer).finding >= told_of(*best).finding)
                break;
            if (newer.likeness.kind != Kind::maybe) continue;
            Finding doubtful = from(*best);
            doubtful.is_contested = true;
            doubtful.why += ", and perhaps that was told since";
            return doubtful;
        }
        return from(*best);
    }

    const std::vector<Nominee>& nominees() const { return nominees_; }

private:
    static bool is_same(const Likened& one) { return one.likeness.kind == Kind::same; }

    void liken() {
        for (std::size_t i = 0; i < told_.claims.size(); ++i) {
            const ToldClaim& told = told_.claims[i];
            const double overlap = overlap_of(cited_.story, told.story);
            const bool is_near = are_near_in_time(cited_.story, told.story);
            if (is_one_source(cited_.story, told.story)) {
                likened_.push_back({i, {Kind::same, false, 1, "another passage of a told source"}});
                continue;
            }
            Likeness likeness =
                compare_claims(cited_.claim, told.claim, told_.contexts[told.finding]);
            const bool is_dated = cited_.claim.published_at && told.claim.published_at;
            const bool may_be_same =
                is_near || likeness.shares_value || (!is_dated && overlap >= story_min);
            const double bonus = is_near ? 1 : 0;
            if (is_near || overlap >= story_min || likeness.kind != Kind::unrelated) {
                nominees_.push_back({i, std::max(overlap, likeness.score) + bonus, may_be_same});
            }
            if (is_near && is_echo(likeness, told, overlap)) {
                likeness.kind = Kind::same;
                likeness.why = "the story that was told, reported in the same days";
            }
            if (likeness.kind != Kind::unrelated) likened_.push_back({i, likeness});
        }
    }

    // Reported in the days of a told story, and no guard spoke. What stood there when the judge
    // looked before is believed to be that story more readily.
    bool is_echo(const Likeness& likeness, const ToldClaim& told, double overlap) const {
        const bool is_guarded = likeness.kind == Kind::unrelated && *likeness.why != '\0';
        const bool is_open = !is_change(likeness) && !is_guarded;
        if (reader_ == Reader::none && is_open) {
            if (likeness.kind == Kind::maybe) return true;
            if (likeness.shares_value && overlap >= story_min) return true;
        }
        if (titles_name_others(told)) return false;
        const bool was_there = !cited_.source->is_new;
        if (was_there && overlap >= old_change_min && likeness.kind != Kind::withdraws) return true;
        return is_open && overlap >= (was_there ? old_echo_min : echo_min);
    }

    // Each headline has a name that the other page never mentions.
    bool titles_name_others(const ToldClaim& told) const {
        const auto is_foreign = [](const Claim& claim, const Story& other) {
            const auto& names = claim.title.names;
            const std::string& opening = claim.title.opening;
            return (!opening.empty() && !other.words.contains(opening)) ||
                   std::any_of(names.begin(), names.end(), [&](const std::string& name) {
                       return !other.words.contains(name);
                   });
        };
        return is_foreign(cited_.claim, told.story) && is_foreign(told.claim, cited_.story);
    }

    const Likened* find(bool (*wanted)(const Likened&)) const {
        const auto found = std::find_if(likened_.begin(), likened_.end(), wanted);
        return found == likened_.end() ? nullptr : &*found;
    }

    const ToldClaim& told_of(const Likened& one) const { return told_.claims[one.claim]; }

    Finding from(const Likened& one) const {
        return {.relation = relation_of(one.likeness),
                .is_contested = one.likeness.kind == Kind::maybe,
                .earlier = told_of(one).finding,
                .score = one.likeness.score,
                .why = one.likeness.why};
    }

    // When the told claim was true: its source's date, else when it was told.
    core::Time time_of(const ToldClaim& claim) const {
        return claim.claim.published_at.value_or(told_.findings[claim.finding].created_at);
    }

    // A, then B, now A again? `same` is the newest finding that said A.
    Finding judge_repeated(const Likened& same) const {
        for (const Likened& other : likened_) {
            const ToldClaim& later = told_of(other);
            if (later.finding >= told_of(same).finding) break;
            if (is_change(other.likeness)) return judge_return(same, other);
        }
        if (was_opposite_since(told_of(same))) {
            Finding again = from(same);
            again.relation = Relation::update;
            again.why = "it was otherwise in between";
            return again;
        }
        return from(same);
    }

    Finding judge_return(const Likened& same, const Likened& change) const {
        const ToldClaim& later = told_of(change);
        Finding returned = from(change);
        returned.relation = Relation::update;
        returned.why = "as before, after something else was told";
        const auto& published = cited_.claim.published_at;
        if (published) {
            if (*published > time_of(later)) return returned;
            Finding old = from(same);
            old.why = "older than what was told last";
            return old;
        }
        if (cited_.claim.url == later.claim.url) return returned;
        if (cited_.claim.url == told_of(same).claim.url) return from(same);
        returned.is_contested = true;
        returned.why = "perhaps as before, perhaps an old page without a date";
        return returned;
    }

    // A source of this search, dated between the two reports, says the opposite: nobody was told.
    bool was_opposite_since(const ToldClaim& told) const {
        const Polarity& polarity = cited_.claim.quote.polarity;
        if ((polarity.upper | polarity.lower) == 0 || !cited_.claim.published_at) return false;
        return std::any_of(sources_.begin(), sources_.end(), [&](const core::Source& source) {
            return source.published_at && *source.published_at > time_of(told) &&
                   *source.published_at < *cited_.claim.published_at &&
                   tells_the_opposite(cited_.claim, source.snippet, cited_.reference);
        });
    }

    const Told& told_;
    const Cited& cited_;
    const std::vector<core::Source>& sources_;
    Reader reader_;
    std::vector<Likened> likened_;
    std::vector<Nominee> nominees_;
};

// Best first: by score, newer ones before older ones.
std::vector<std::size_t> pick_candidates(const Told& told, std::vector<Nominee> nominees) {
    std::stable_sort(nominees.begin(), nominees.end(),
                     [](const Nominee& a, const Nominee& b) { return a.score > b.score; });
    std::vector<std::size_t> picked;
    for (const Nominee& one : nominees) {
        const std::size_t finding = told.claims[one.claim].finding;
        if (std::find(picked.begin(), picked.end(), finding) != picked.end()) continue;
        picked.push_back(finding);
        if (picked.size() == candidates_max) break;
    }
    return picked;
}

// A contested claim decides only when nothing certain is there to be told.
const Finding* strongest(const std::vector<Finding>& claims) {
    constexpr std::array order{Relation::retraction, Relation::contradiction, Relation::update};
    for (const Relation relation : order) {
        for (const Finding& claim : claims) {
            if (claim.relation == relation && !claim.is_contested) return &claim;
        }
    }
    return nullptr;
}

Resolution decide(const std::vector<Finding>& claims, const std::vector<ToldFinding>& told) {
    const auto resolution = [&](const Finding& claim, Relation relation) {
        Resolution made;
        made.relation = relation;
        made.is_contested = claim.is_contested;
        if (relation != Relation::fresh) made.earlier_id = told[claim.earlier].notification_id;
        made.why = claim.why;
        return made;
    };
    if (const Finding* certain = strongest(claims)) {
        return resolution(*certain, certain->relation);
    }
    const auto is_same = [](const Finding& claim) { return claim.relation == Relation::same; };
    const auto is_contested = [](const Finding& claim) { return claim.is_contested; };
    const auto is_fresh = [&](const Finding& claim) {
        return !claim.is_contested && claim.relation == Relation::fresh;
    };
    const auto same = std::find_if(claims.begin(), claims.end(), is_same);
    const auto contested = std::find_if(claims.begin(), claims.end(), is_contested);
    const bool has_fresh = std::any_of(claims.begin(), claims.end(), is_fresh);
    if (same != claims.end() && has_fresh) {
        Resolution grown = resolution(*same, Relation::update);
        grown.why = "one claim was told, another was not";
        return grown;
    }
    if (contested != claims.end()) return resolution(*contested, contested->relation);
    if (same != claims.end()) return resolution(*same, Relation::same);
    return resolution(claims.front(), Relation::fresh);
}

}  // namespace

const char* name_of(Relation relation) {
    switch (relation) {
        case Relation::fresh:
            return "new";
        case Relation::same:
            return "same";
        case Relation::update:
            return "update";
        case Relation::contradiction:
            return "contradiction";
        case Relation::retraction:
            return "retraction";
    }
    return "new";
}

Resolution resolve(const core::Judgement& judgement, const std::vector<core::Source>& sources,
                   const std::vector<ToldFinding>& told, Reader reader) {
    Resolution nothing;
    if (judgement.verdict != core::Verdict::met || told.empty()) {
        nothing.why = "nothing was told before";
        return nothing;
    }
    const Told earlier = read_told(told);
    const std::vector<Cited> cited = read_cited(judgement, sources, told.front().created_at);
    if (cited.empty()) {
        nothing.why = "no claim is cited";
        return nothing;
    }
    std::vector<Finding> claims;
    std::vector<Nominee> nominees;
    for (const Cited& one : cited) {
        ClaimJudge judge(earlier, one, sources, reader);
        claims.push_back(judge.judge());
        nominees.insert(nominees.end(), judge.nominees().begin(), judge.nominees().end());
    }
    Resolution resolution = decide(claims, told);
    for (const Nominee& one : nominees) {
        if (one.may_be_same) resolution.believable.insert(earlier.claims[one.claim].finding);
    }
    resolution.candidates = pick_candidates(earlier, std::move(nominees));
    // A finding is rare and its comparison cheap: where a model reads, only what is surely the
    // same or like nothing is settled without it.
    if (reader == Reader::none || resolution.relation == Relation::same ||
        resolution.candidates.empty()) {
        return resolution;
    }
    Resolution unread = resolve(judgement, sources, told, Reader::none);
    unread.is_contested = true;
    return unread;
}

Resolution settle_contested(const Resolution& contested) {
    Resolution settled = contested;
    if (!settled.is_contested) return settled;
    settled.is_contested = false;
    settled.why +=
        std::string("; no model was asked, so it is told as ") + name_of(settled.relation);
    return settled;
}

}  // namespace torale::agent
