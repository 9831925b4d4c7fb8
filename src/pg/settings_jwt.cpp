// Where the settings of tokens are declared; a new one is one variable, one line of a table, one
// line of current_jwt().
#include "pg/settings_jwt.hpp"

#include <string_view>

#include "pg/name_list.hpp"
#include "pg/setting_tables.hpp"
#include "rest/role_claim.hpp"

namespace torale::pg {

namespace {

char* jwks_url = nullptr;
char* jwks_file = nullptr;
char* issuer = nullptr;
char* audience = nullptr;
char* authorized_parties = nullptr;
char* role_claim = nullptr;
int leeway = 0;
int jwks_max_age = 0;

constexpr std::size_t url_bytes_max = 2000;

bool check_jwks_url(char** value, void**, GucSource) {
    const std::string_view url = *value;
    const bool is_http = url.starts_with("https://") || url.starts_with("http://");
    if (url.empty() || (is_http && url.size() <= url_bytes_max)) return true;
    GUC_check_errdetail("It is no URL of http or https with at most %zu bytes.", url_bytes_max);
    GUC_check_errhint("For example https://clerk.example.com/.well-known/jwks.json.");
    return false;
}

std::string role_claim_fault(const char* text) {
    const auto parsed = rest::parse_claim_path(text);
    return parsed ? "" : parsed.error().message;
}

bool check_role_claim(char** value, void**, GucSource) {
    return accept_or_refuse(*value, role_claim_fault,
                            "Write it like $.role or $['https://example.com/claims'].roles[0].");
}

const StringSetting strings[] = {
    {"torale.jwt_jwks_url", &jwks_url, "", GUC_SUPERUSER_ONLY, check_jwks_url,
     "Where the issuer of tokens publishes its keys; fetched by the scheduler of "
     "torale.http_database, for torale.egress_allow as a provider."},
    {"torale.jwt_jwks_file", &jwks_file, "", GUC_SUPERUSER_ONLY, nullptr,
     "File with keys that tokens are verified with, as a JWKS document."},
    {"torale.jwt_issuer", &issuer, "", 0, nullptr,
     "Issuer that a token must name (claim iss). Empty: any."},
    {"torale.jwt_audience", &audience, "", GUC_LIST_INPUT, nullptr,
     "Audiences, one of which a token must name when it names any (claim aud). Empty: any."},
    {"torale.jwt_authorized_parties", &authorized_parties, "", GUC_LIST_INPUT, nullptr,
     "Parties, one of which a token must have been issued to (claim azp). Empty: any."},
    {"torale.jwt_role_claim", &role_claim, "$.role", 0, check_role_claim,
     "Path of the claim that names the database role of a token."},
};

const IntegerSetting integers[] = {
    {"torale.jwt_leeway", &leeway, 30, 0, 300, GUC_UNIT_S,
     "How far the clock of an issuer of tokens may be off."},
    {"torale.jwks_max_age", &jwks_max_age, 300, 10, 86'400, GUC_UNIT_S,
     "Age at which the keys of torale.jwt_jwks_url are fetched again."},
};

}  // namespace

JwtSettings current_jwt() {
    using std::chrono::seconds;
    return {.jwks_url = text_of(pg::jwks_url),
            .jwks_file = text_of(pg::jwks_file),
            .jwks_max_age = seconds(pg::jwks_max_age),
            .issuer = text_of(pg::issuer),
            .audiences = split_list(text_of(pg::audience)),
            .authorized_parties = split_list(text_of(pg::authorized_parties)),
            .role_claim = text_of(pg::role_claim),
            .leeway = seconds(pg::leeway)};
}

void define_jwt_settings() {
    define(strings);
    define(integers);
}

}  // namespace torale::pg
