// Signatures are checked with our own code, never with torale's: provider reference §4.1.
#include "fake/webhook.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <ctime>

namespace torale::fake {
namespace {

std::string hmac(std::string_view key, std::string_view text) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    return {reinterpret_cast<char*>(digest), size};
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

bool read_seconds(std::string_view text, long long& value) {
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && at == text.data() + text.size();
}

std::string check_time(const char* name, std::string_view text, long long now, long long most) {
    long long at = 0;
    if (!read_seconds(text, at)) return std::string(name) + " is not a unix time";
    if (std::llabs(now - at) > most) return std::string(name) + " is not fresh";
    return "";
}

// t=UNIX,v1=HEX[,v1=HEX]: HMAC over "{t}.{body}", the secret as plain text.
std::string check_torale(const Hook& hook, const Request& request, long long now) {
    const auto signature = request.header("x-torale-signature");
    if (signature.empty()) return "no X-Torale-Signature";
    const auto parts = split(signature, ',');
    if (parts.size() < 2 || parts[0].substr(0, 2) != "t=") return "X-Torale-Signature has no t=";
    const auto time = parts[0].substr(2);
    if (auto fault = check_time("t", time, now, hook.freshness_s); !fault.empty()) return fault;
    if (request.header("x-torale-timestamp") != time) return "X-Torale-Timestamp is not t";
    const auto signed_text = std::string(time) + "." + std::string(request.body);
    bool is_good = hook.secrets.empty();
    for (std::size_t i = 1; i < parts.size(); ++i) {
        if (parts[i].substr(0, 3) != "v1=" || parts[i].size() != 67) {
            return "X-Torale-Signature: not v1= and 64 hex digits";
        }
        for (const auto& secret : hook.secrets) {
            is_good = is_good || same(parts[i].substr(3), hmac_hex(secret, signed_text));
        }
    }
    return is_good ? "" : "X-Torale-Signature does not match";
}

std::string check_standard(const Hook& hook, const Request& request, long long now) {
    const auto id = request.header("webhook-id");
    const auto time = request.header("webhook-timestamp");
    const auto signature = request.header("webhook-signature");
    if (id.empty() || id.find('.') != std::string_view::npos) return "bad webhook-id";
    if (auto fault = check_time("webhook-timestamp", time, now, hook.freshness_s); !fault.empty()) {
        return fault;
    }
    if (signature.empty()) return "no webhook-signature";
    std::string text(id);
    text.append(".").append(time).append(".").append(request.body);
    bool is_good = hook.secrets.empty();
    for (const auto one : split(signature, ' ')) {
        if (one.substr(0, 3) != "v1,") continue;  // other versions are skipped, as readers must
        for (const auto& secret : hook.secrets) {
            const auto key = standard_key(secret);
            is_good = is_good || (!key.empty() && same(one.substr(3), hmac_base64(key, text)));
        }
    }
    return is_good ? "" : "webhook-signature does not match";
}

using OrderedJson = nlohmann::ordered_json;

// Exactly these keys in this order; a trailing '?' marks one that may be absent.
std::string check_keys(const char* name, const OrderedJson& json,
                       const std::vector<std::string>& wanted) {
    if (!json.is_object()) return std::string(name) + " is not an object";
    auto at = json.begin();
    for (auto key : wanted) {
        const bool is_optional = key.back() == '?';
        if (is_optional) key.pop_back();
        if (at != json.end() && at.key() == key)
            ++at;
        else if (!is_optional)
            return std::string(name) + ": key " + key + " is not where it belongs";
    }
    return at == json.end() ? "" : std::string(name) + ": unknown key " + at.key();
}

std::string check_sources(const OrderedJson& sources) {
    if (!sources.is_array()) return "grounding_sources is not a list";
    for (const auto& source : sources) {
        if (auto fault = check_keys("grounding_sources", source, {"url", "title"});
            !fault.empty()) {
            return fault;
        }
        if (!source["url"].is_string() || !source["title"].is_string()) {
            return "a grounding source is not of strings";
        }
    }
    return "";
}

std::string check_body(const Request& request) {
    const auto body = OrderedJson::parse(request.body, nullptr, false);
    if (body.is_discarded()) return "the body is not JSON";
    auto fault = check_keys("body", body,
                            {"id", "event_type", "created_at", "object", "api_version", "data"});
    if (!fault.empty()) return fault;
    if (body["object"] != "event" || body["api_version"] != "v1") return "not an event of v1";
    if (!body["created_at"].is_number_integer()) return "created_at is not in unix seconds";
    if (body["id"] != request.header("x-torale-delivery")) return "X-Torale-Delivery is not the id";
    if (body["event_type"] != request.header("x-torale-event")) {
        return "X-Torale-Event is not the event_type";
    }
    const auto& data = body["data"];
    fault = check_keys("data", data, {"task", "execution", "result", "context?"});
    if (!fault.empty()) return fault;
    fault =
        check_keys("task", data["task"], {"id", "name", "search_query", "condition_description"});
    if (!fault.empty()) return fault;
    fault = check_keys("execution", data["execution"], {"id", "notification", "completed_at"});
    if (!fault.empty()) return fault;
    fault = check_keys("result", data["result"], {"answer", "grounding_sources"});
    if (!fault.empty()) return fault;
    if (data["result"]["answer"] != data["execution"]["notification"]) {
        return "answer is not the notification";
    }
    return check_sources(data["result"]["grounding_sources"]);
}

Hook read_hook(const Json& json, const std::filesystem::path& folder) {
    Hook hook;
    hook.secrets = json.value("secrets", std::vector<std::string>{});
    if (json.contains("secret")) hook.secrets.push_back(json["secret"]);
    const auto schemes = json.value("schemes", std::vector<std::string>{"torale", "standard"});
    hook.has_torale = std::find(schemes.begin(), schemes.end(), "torale") != schemes.end();
    hook.has_standard = std::find(schemes.begin(), schemes.end(), "standard") != schemes.end();
    hook.freshness_s = json.value("freshness_s", 300);
    hook.checks_body = json.value("check_body", true);
    const auto required = json.value("required_headers", Json::object());
    for (const auto& [name, value] : required.items())
        hook.required_headers.emplace_back(name, value);
    hook.script = Script(json, folder, [](Scripted&) {});
    return hook;
}

}  // namespace

std::string hmac_hex(std::string_view key, std::string_view text) {
    static const char digits[] = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : hmac(key, text)) {
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

std::string hmac_base64(std::string_view key, std::string_view text) {
    const auto digest = hmac(key, text);
    std::string out(4 * ((digest.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(digest.data()),
                                     static_cast<int>(digest.size()));
    out.resize(static_cast<std::size_t>(size));
    return out;
}

std::string standard_key(std::string_view secret) {
    if (secret.substr(0, 6) == "whsec_") secret.remove_prefix(6);
    std::string text(secret);
    while (!text.empty() && text.back() == '=') text.pop_back();
    const auto bytes = text.size() * 3 / 4;
    text.resize((text.size() + 3) / 4 * 4, '=');
    std::string out(text.size() / 4 * 3 + 1, '\0');
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    if (size < 0) return "";
    out.resize(bytes);
    return out;
}

std::string webhook_fault(const Hook& hook, const Request& request, long long now) {
    if (request.header("content-type").substr(0, 16) != "application/json") {
        return "Content-Type is not application/json";
    }
    if (request.header("user-agent").substr(0, 16) != "Torale-Webhooks/") {
        return "User-Agent is not Torale-Webhooks/…";
    }
    for (const auto& [name, value] : hook.required_headers) {
        if (request.header(name) != value) return "header " + name + " is not as agreed";
    }
    std::string fault;
    if (hook.has_torale) fault = check_torale(hook, request, now);
    if (fault.empty() && hook.has_standard) fault = check_standard(hook, request, now);
    if (fault.empty() && hook.checks_body) fault = check_body(request);
    return fault;
}

void Webhooks::load(const Json& json, const std::filesystem::path& folder) {
    hooks_.clear();
    const auto hooks = json.value("hooks", Json::object());
    for (const auto& [name, hook] : hooks.items()) hooks_[name] = read_hook(hook, folder);
    any_ = read_hook(json.value("any", Json::object()), folder);
}

Reply Webhooks::answer(const Request& request, std::string_view name, std::uint64_t n,
                       std::string& verdict) {
    const auto found = hooks_.find(name);
    Hook& hook = found == hooks_.end() ? any_ : found->second;
    verdict = webhook_fault(hook, request, std::time(nullptr));
    Delivery delivery;
    if (!verdict.empty()) {
        delivery.status = 400;
        return render_reply(delivery, Json{{"ok", false}, {"reason", verdict}}.dump(),
                            request.keep_alive);
    }
    verdict = hook.secrets.empty() ? "not verified: no secret known" : "verified";
    ++deliveries_[std::string(request.header("webhook-id"))];
    Values values{.text = request.body, .n = n, .captures = {}};
    const auto* scripted = hook.script.pick(request.body, values.captures);
    if (!scripted) {
        return render_reply(hook.script.defaults(), "{\"ok\":true}", request.keep_alive);
    }
    return render_reply(scripted->delivery, scripted->body ? scripted->body->render(values) : "",
                        request.keep_alive);
}

}  // namespace torale::fake
