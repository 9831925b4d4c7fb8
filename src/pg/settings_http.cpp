// Where the settings of the HTTP layer are declared; a new one is one variable, one line of a
// table, one line of current_http().
#include "pg/settings_http.hpp"

#include <arpa/inet.h>

#include <string_view>

#include "pg/name_list.hpp"
#include "pg/setting_tables.hpp"

namespace torale::pg {

namespace {

int port = 0;
char* address = nullptr;
bool allow_remote = false;
int workers = 0;
char* database = nullptr;
char* authenticator = nullptr;
char* schemas = nullptr;
char* extra_search_path = nullptr;
char* anon_role = nullptr;
char* pre_request = nullptr;
int max_rows = 0;
char* cors_origins = nullptr;
char* public_url = nullptr;
int header_size_max = 0;
int body_size_max = 0;
int connections_max = 0;
int streams_max = 0;
int streams_per_client = 0;
int header_timeout = 0;
int body_timeout = 0;
int idle_timeout = 0;
int write_timeout = 0;
int requests_max = 0;
int plan_cache_size = 0;
int hand_over_delay = 0;
int rate_limit = 0;
int statement_timeout = 0;
char* trusted_proxies = nullptr;
int auth_failures_max = 0;
bool noauth = false;

constexpr int an_hour_ms = 3'600'000;
constexpr int a_gigabyte_kb = 1 << 20;

const IntegerSetting integers[] = {
    {"torale.http_port", &port, 0, 0, 65535, 0, "TCP port of the HTTP interface. Zero: no HTTP."},
    {"torale.http_workers", &workers, 2, 1, 64, 0,
     "Processes that answer HTTP requests; each takes a background worker slot."},
    {"torale.http_max_rows", &max_rows, 1000, 0, INT_MAX, 0,
     "Rows that one response shows at most. Zero: no limit."},
    {"torale.http_header_size_max", &header_size_max, 16, 1, 1024, GUC_UNIT_KB,
     "Size of a request's line and headers; a longer one is refused."},
    {"torale.http_body_size_max", &body_size_max, 1024, 1, a_gigabyte_kb / 4, GUC_UNIT_KB,
     "Size of a request's body; a longer one is refused."},
    {"torale.http_connections_max", &connections_max, 1000, 1, 20'000, 0,
     "Connections that one worker keeps open; above it those longest in their header give way."},
    {"torale.http_streams_max", &streams_max, 200, 0, 20'000, 0,
     "Streams of events that one worker keeps open."},
    {"torale.http_streams_per_client", &streams_per_client, 20, 1, 20'000, 0,
     "Streams of events that one worker keeps open for one key or user."},
    {"torale.http_header_timeout", &header_timeout, 10'000, 100, an_hour_ms, GUC_UNIT_MS,
     "Time a client has to send a request's line and headers."},
    {"torale.http_body_timeout", &body_timeout, 30'000, 100, an_hour_ms, GUC_UNIT_MS,
     "Time a client then has to send the body."},
    {"torale.http_idle_timeout", &idle_timeout, 60'000, 100, an_hour_ms, GUC_UNIT_MS,
     "Time after which a connection without a request is closed."},
    {"torale.http_statement_timeout", &statement_timeout, 30'000, 0, an_hour_ms, GUC_UNIT_MS,
     "Time a request's statement has where its role has no statement_timeout. Zero: no limit."},
    {"torale.http_write_timeout", &write_timeout, 30'000, 100, an_hour_ms, GUC_UNIT_MS,
     "Time after which a client that takes none of its response is left."},
    {"torale.http_requests_max", &requests_max, 1'000'000, 0, INT_MAX, 0,
     "Requests after which a worker makes room for a fresh one. Zero: never."},
    {"torale.http_plan_cache_size", &plan_cache_size, 16 * 1024, 0, a_gigabyte_kb, GUC_UNIT_KB,
     "Memory of one worker for prepared statements."},
    {"torale.http_hand_over_delay", &hand_over_delay, 100, 1, 60'000, GUC_UNIT_MS,
     "Time a statement runs before waiting connections are handed to another worker."},
    {"torale.http_rate_limit", &rate_limit, 600, 0, INT_MAX, 0,
     "Requests a minute of one API key, user or anonymous address. Zero: no limit."},
    {"torale.http_auth_failures_max", &auth_failures_max, 30, 1, INT_MAX, 0,
     "Refused credentials a minute after which an address has to wait for the next minute."},
};

const BooleanSetting booleans[] = {
    {"torale.http_allow_remote", &allow_remote, false,
     "Whether torale.http_address may be another than a loopback address."},
    {"torale.http_noauth", &noauth, false,
     "For development: who brings no credential is the owner \"local\". Only on loopback."},
};

bool check_address(char** value, void**, GucSource) {
    unsigned char bytes[sizeof(in6_addr)];
    if (inet_pton(AF_INET, *value, bytes) == 1 || inet_pton(AF_INET6, *value, bytes) == 1)
        return true;
    return refuse("It is not an IPv4 or IPv6 address.",
                  "Use 127.0.0.1, ::1, 0.0.0.0 or an address of this machine.");
}

bool check_public_url(char** value, void**, GucSource) {
    const std::string_view url = *value;
    if (url.empty() || url.starts_with("https://") || url.starts_with("http://")) return true;
    return refuse("It does not begin with https:// or http://.",
                  "Name the address that clients use.");
}

bool check_schemas(char** value, void**, GucSource) {
    if (std::string_view(*value).find_first_not_of(" \t\",") != std::string_view::npos) return true;
    return refuse("It names no schema.", "The first one named is the default.");
}

std::string proxies_fault(const char* text) {
    return net::parse_networks(text) ? "" : "It is not a list of addresses and networks.";
}

bool check_proxies(char** value, void**, GucSource) {
    return accept_or_refuse(*value, proxies_fault, "For example: 127.0.0.1, 10.0.0.0/8.");
}

const StringSetting strings[] = {
    {"torale.http_address", &address, "127.0.0.1", 0, check_address,
     "Address that the HTTP interface listens on."},
    {"torale.http_database", &database, "postgres", 0, nullptr,
     "Database that the HTTP interface serves."},
    {"torale.http_authenticator", &authenticator, "torale_authenticator", 0, nullptr,
     "Role that web workers connect as; it takes the role of each request."},
    {"torale.http_schemas", &schemas, "torale", GUC_LIST_INPUT, check_schemas,
     "Schemas whose tables, views and functions are served; the first one is the default."},
    {"torale.http_extra_search_path", &extra_search_path, "", GUC_LIST_INPUT, nullptr,
     "Schemas searched after the one that a request is about."},
    {"torale.http_anon_role", &anon_role, "torale_anon", 0, nullptr,
     "Role of requests without a credential. Empty: they are refused."},
    {"torale.http_pre_request", &pre_request, "", 0, nullptr,
     "Function called at the beginning of each request's transaction, with the request's role."},
    {"torale.http_cors_origins", &cors_origins, "*", GUC_LIST_INPUT, nullptr,
     "Origins whose pages may use the HTTP interface from a browser; * means every one."},
    {"torale.http_trusted_proxies", &trusted_proxies, "", 0, check_proxies,
     "Addresses and networks of proxies whose X-Forwarded-For names the client."},
    {"torale.public_url", &public_url, "", 0, check_public_url,
     "Address under which clients reach the HTTP interface, for links and descriptions."},
};

std::vector<net::Network> proxies() {
    auto networks = net::parse_networks(text_of(trusted_proxies));
    return networks ? std::move(*networks) : std::vector<net::Network>();
}

std::string without_slash(std::string url) {
    while (url.ends_with('/')) url.pop_back();
    return url;
}

}  // namespace

bool HttpSettings::is_loopback() const {
    in_addr v4{};
    if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
    in6_addr v6{};
    return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

HttpSettings current_http() {
    using std::chrono::milliseconds;
    return {.port = pg::port,
            .address = text_of(pg::address),
            .allow_remote = pg::allow_remote,
            .workers = pg::workers,
            .database = text_of(pg::database),
            .authenticator = text_of(pg::authenticator),
            .schemas = split_list(text_of(pg::schemas)),
            .extra_search_path = split_list(text_of(pg::extra_search_path)),
            .anon_role = text_of(pg::anon_role),
            .pre_request = text_of(pg::pre_request),
            .max_rows = pg::max_rows,
            .cors_origins = text_of(pg::cors_origins),
            .public_url = without_slash(text_of(pg::public_url)),
            .header_bytes_max = std::int64_t{pg::header_size_max} * 1024,
            .body_bytes_max = std::int64_t{pg::body_size_max} * 1024,
            .connections_max = pg::connections_max,
            .streams_max = pg::streams_max,
            .streams_per_client = pg::streams_per_client,
            .header_timeout = milliseconds(pg::header_timeout),
            .body_timeout = milliseconds(pg::body_timeout),
            .idle_timeout = milliseconds(pg::idle_timeout),
            .write_timeout = milliseconds(pg::write_timeout),
            .statement_timeout = milliseconds(pg::statement_timeout),
            .requests_max = pg::requests_max,
            .plan_cache_bytes = std::int64_t{pg::plan_cache_size} * 1024,
            .hand_over_delay = milliseconds(pg::hand_over_delay),
            .trusted_proxies = proxies(),
            .rate_limit = pg::rate_limit,
            .auth_failures_max = pg::auth_failures_max,
            .noauth = pg::noauth};
}

void define_http_settings() {
    define(integers);
    define(booleans);
    define(strings);
}

}  // namespace torale::pg
