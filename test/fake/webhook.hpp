// A receiver of torale's webhooks that believes nothing: POST /hook/NAME.
#pragma once
#include <map>

#include "fake/script.hpp"

namespace torale::fake {

// One receiver, as webhook.json names it under "hooks" (or "any" for names not listed):
//   {"secrets": ["whsec_…"], "schemes": ["torale", "standard"], "freshness_s": 300,
//    "required_headers": {"Authorization": "Bearer x"}, "check_body": true, "rules": [as ever]}
// Without secrets the signatures are read but not verified. Rules match on the body.
struct Hook {
    std::vector<std::string> secrets;
    bool has_torale = true;
    bool has_standard = true;
    long long freshness_s = 300;
    Headers required_headers;
    bool checks_body = true;
    Script script;
};

class Webhooks {
public:
    Webhooks() { load(Json::object(), {}); }
    void load(const Json& json, const std::filesystem::path& folder);
    // 200, what the script says, or 400 with the reason why the request is not believed.
    Reply answer(const Request& request, std::string_view name, std::uint64_t n,
                 std::string& verdict);
    // How often each webhook-id came, for tests of "told exactly once".
    const std::map<std::string, int>& deliveries() const { return deliveries_; }
    void forget() { deliveries_.clear(); }

private:
    std::map<std::string, Hook, std::less<>> hooks_;
    Hook any_;
    std::map<std::string, int> deliveries_;
};

// Why the request is not a genuine torale webhook at unix second `now`; "" when it is.
std::string webhook_fault(const Hook& hook, const Request& request, long long now);

// Standard base64 and lower-case hex of HMAC-SHA256.
std::string hmac_base64(std::string_view key, std::string_view text);
std::string hmac_hex(std::string_view key, std::string_view text);
// The key of a Standard Webhooks secret: the decoded bytes behind "whsec_"; "" when not base64.
std::string standard_key(std::string_view secret);

}  // namespace torale::fake
