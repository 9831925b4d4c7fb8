// Search services behind one engine: what differs is a shape, the script is the same. Each is
// reached under its own name, since several share the path /search: POST /tavily/search.
#pragma once
#include <map>
#include <set>

#include "fake/script.hpp"

namespace torale::fake {

// What was asked for, once the request is believed.
struct Asked {
    std::string query;
    std::size_t results_max = 10;
};

struct Refusal {
    int status = 0;  // 0 = not refused
    std::string body;
    std::string content_type = "application/json";
};

// Checks the fields of a request one by one and remembers the first fault.
class Fields {
public:
    // In a query string numbers and flags are texts.
    explicit Fields(const Json& body, bool is_query = false) : body_(body), is_query_(is_query) {}
    Fields& text(const char* name, std::size_t chars_max = SIZE_MAX, bool is_required = false);
    Fields& integer(const char* name, long long least, long long most);
    Fields& flag(const char* name);
    Fields& choice(const char* name, const std::set<std::string>& choices);
    Fields& domains(const char* name, std::size_t most);
    Fields& pattern(const char* name, const char* regex);
    Fields& object(const char* name);
    // "" when all is well, else "NAME: what is wrong". Unknown names are faults for fault() alone.
    const std::string& fault_of_known() const { return fault_; }
    std::string fault();

    void blame(const std::string& name, const std::string& what);

private:
    const Json* find(const char* name);

    const Json& body_;
    bool is_query_;
    std::set<std::string> known_;
    std::string fault_;
};

struct SearchShape {
    const char* name;
    const char* method;
    std::set<std::string> paths;  // behind /NAME
    const char* key_header;       // null = no key
    const char* key_scheme;
    const char* key_prefix;
    Refusal (*refuse_key)();
    Refusal (*check)(const Request& request, const Json& body, Asked& asked);
    Json (*shape_item)(const Json& plain);  // {title, url, snippet, date} in the service's words
    const char* before;                     // the body around the items
    const char* after;
};

extern const SearchShape tavily_shape;
extern const SearchShape exa_shape;
extern const SearchShape brave_shape;
extern const SearchShape parallel_shape;
extern const SearchShape searxng_shape;
extern const SearchShape sonar_shape;
extern const SearchShape openai_search_shape;
const std::vector<const SearchShape*>& search_shapes();

class Searcher {
public:
    explicit Searcher(const SearchShape& shape) : shape_(&shape) { load(Json::object(), {}); }
    // Replies may have "results": [{title, url, snippet, date}], which the shape translates.
    void load(const Json& json, const std::filesystem::path& folder);
    // `path` is the part behind /NAME.
    Reply answer(const Request& request, const std::string& path, std::uint64_t n,
                 std::string& verdict);

private:
    Reply speak(const Asked& asked, std::uint64_t n, const Request& request);

    const SearchShape* shape_;
    Script script_;
    std::vector<Template> default_items_;
    Template before_, after_;
};

}  // namespace torale::fake
