// Owner of the session. Three kinds of session, told apart by session_user alone: SET ROLE and
// definer functions change nothing here.
#include "pg/owner.hpp"

#include "core/json.hpp"
#include "pg/boundary.hpp"
#include "pg/settings.hpp"

namespace torale::pg {

namespace {

enum class Session { web, worker, person };

// Superusers are members of everything by right, and stay themselves.
Session session_kind() {
    return guarded([] {
        const Oid user = GetSessionUserId();
        if (superuser_arg(user)) return Session::person;
        const Oid authenticator = get_role_oid("torale_authenticator", true);
        if (OidIsValid(authenticator) &&
            (user == authenticator || is_direct_member(authenticator, user)))
            return Session::web;
        return user == get_role_oid("torale_worker", true) ? Session::worker : Session::person;
    });
}

std::optional<std::string> unless_empty(std::string owner) {
    if (owner.empty()) return std::nullopt;
    return owner;
}

std::string claims_text() {
    std::string text;
    guarded([&] {
        if (const char* value = GetConfigOption("request.jwt.claims", true, false)) text = value;
    });
    return text;
}

// Claims that are absent, broken or without a text `sub` are no owner, not an error: an anonymous
// request has none.
std::optional<std::string> owner_in(const std::string& text) {
    if (text.empty()) return std::nullopt;
    const std::optional<core::Json> claims = core::parse_json(text);
    if (!claims || !claims->is_object()) return std::nullopt;
    const auto sub = claims->find("sub");
    if (sub == claims->end() || !sub->is_string()) return std::nullopt;
    std::string owner = sub->get<std::string>();
    if (owner.starts_with("pg:"))
        throw Error("42501", "claim \"sub\" must not begin with \"pg:\"", "",
                    "That prefix belongs to users who connect to PostgreSQL themselves.");
    return unless_empty(std::move(owner));
}

// Triggers and policies ask again and again within a request, and the next one often is of the
// same user.
std::optional<std::string> claimed_owner() {
    struct Read {
        std::string text;
        std::optional<std::string> owner;
    };
    static auto* last = new Read;
    std::string text = claims_text();
    if (text != last->text) {
        std::optional<std::string> owner = owner_in(text);
        *last = {std::move(text), std::move(owner)};
    }
    return last->owner;
}

std::string session_user_name() {
    std::string name;
    guarded([&] { name = GetUserNameFromId(GetSessionUserId(), false); });
    return name;
}

}  // namespace

std::optional<std::string> current_owner() {
    switch (session_kind()) {
        case Session::web: {
            std::optional<std::string> owner = unless_empty(request_owner());
            return owner ? owner : claimed_owner();
        }
        case Session::worker:
            return unless_empty(acting_owner());
        case Session::person:
            return "pg:" + session_user_name();
    }
    return std::nullopt;
}

varlena* current_owner_text() {
    const std::optional<std::string> owner = current_owner();
    if (!owner) return nullptr;
    return guarded(
        [&] { return cstring_to_text_with_len(owner->data(), static_cast<int>(owner->size())); });
}

}  // namespace torale::pg
