// One request of the dialect, read but not yet planned: where, what, and under which wishes.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/http.hpp"
#include "rest/failure.hpp"
#include "rest/query.hpp"

namespace torale::rest {

enum class Action { read, insert, update, upsert_one, remove, call, options, describe };
enum class Target { relation, routine, root };

enum class Return { unset, minimal, headers_only, representation };
enum class Count { none, exact, planned, estimated };
enum class Resolution { unset, merge_duplicates, ignore_duplicates };
enum class Missing { unset, as_default, as_null };
enum class Handling { unset, strict, lenient };
enum class TransactionEnd { unset, commit, rollback };

struct Preferences {
    Return return_ = Return::unset;
    Count count = Count::none;
    Resolution resolution = Resolution::unset;
    Missing missing = Missing::unset;
    Handling handling = Handling::unset;
    TransactionEnd end = TransactionEnd::unset;
    std::string timezone;
    std::optional<std::int64_t> max_affected;
    std::vector<std::string> invalid;  // as written, for PGRST122
    bool operator==(const Preferences&) const = default;
};

enum class Media { json, object, object_stripped, array_stripped, csv, openapi, any, other };

struct AcceptEntry {
    Media media = Media::any;
    std::string written;  // as the client wrote it, without q
    bool operator==(const AcceptEntry&) const = default;
};

// Range: a-b or a-; GET only.
struct RowRange {
    std::int64_t first = 0;
    std::optional<std::int64_t> last;
    bool operator==(const RowRange&) const = default;
};

struct Ask {
    Action action = Action::read;
    Target target = Target::relation;
    bool is_head = false;      // GET and HEAD differ in the body alone
    bool is_get_call = false;  // a call by GET or HEAD: read only
    std::string name;          // decoded; relation or routine
    std::string schema;
    bool schema_was_named = false;  // by a profile header, or several are exposed
    std::string method;
    std::string path;  // raw, for request.path
    Query query;
    Preferences prefer;
    std::vector<AcceptEntry> accept;  // by q, best first; never empty
    std::optional<RowRange> range;
    std::string content_type;  // lower case, without parameters; application/json when absent
    std::string body;
    bool operator==(const Ask&) const = default;
};

// Path, method, profile, query string, Prefer, Accept, Range; PGRST1xx for what is wrong, in the
// order of postgrest.md §1. `schemas` are the exposed ones, the first is the default.
Result<Ask> parse_ask(const core::HttpRequest& request, const std::vector<std::string>& schemas);

}  // namespace torale::rest
