// Reading providers: one statement for rows and pauses, keys from the secrets.
#include "pg/provider_rows.hpp"

#include <utility>

#include "pg/execution_rows.hpp"
#include "pg/json_text.hpp"
#include "providers/catalog.hpp"

namespace torale::pg {

namespace {

scheduler::ProviderState read_provider(const Rows& rows, std::size_t i, const Secrets& secrets) {
    scheduler::ProviderState state;
    providers::Provider& provider = state.provider;
    provider.name = rows.text(i, 0);
    const std::string kind = rows.text(i, 1);
    provider.kind = kind == "search" ? providers::Kind::search
                    : kind == "llm"  ? providers::Kind::llm
                                     : providers::Kind::memory;
    provider.adapter = rows.text(i, 2);
    provider.base_url = rows.optional_text(i, 3).value_or("");
    while (provider.base_url.ends_with('/')) provider.base_url.pop_back();
    provider.model = rows.optional_text(i, 4).value_or("");
    const auto secret = rows.optional_text(i, 5);
    provider.names_secret = secret.has_value();
    provider.api_key = secrets.find(secret.value_or("")).value_or("");
    provider.options = core::Json::parse(rows.text(i, 6), nullptr, false);
    provider.price_per_call = std::get<double>(rows.at(i, 7));
    provider.price_in_per_mtok = std::get<double>(rows.at(i, 8));
    provider.price_out_per_mtok = std::get<double>(rows.at(i, 9));
    state.cooling_until = read_timestamptz(rows.optional_text(i, 10));
    provider.rate_per_s = std::get<double>(rows.at(i, 11));
    provider.concurrency_max = static_cast<int>(rows.integer(i, 12));
    state.pauses = static_cast<int>(rows.integer(i, 13));
    return state;
}

}  // namespace

void read_providers(Transaction& transaction, const Secrets& secrets,
                    scheduler::ServerState& state) {
    const Rows rows = transaction.run(
        "SELECT p.name, p.kind, p.adapter, p.url, p.model, p.secret_name, p.options::text, "
        "p.price_per_call::float8, p.price_in_per_mtok::float8, p.price_out_per_mtok::float8, "
        "s.cooling_until, coalesce(p.rate_per_s, 0)::float8, coalesce(p.max_concurrency, 0), "
        "coalesce(s.pauses, 0) FROM torale.providers p LEFT JOIN torale_internal.provider_state s "
        "ON "
        "s.provider = p.name WHERE p.enabled ORDER BY p.priority, p.name");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        scheduler::ProviderState provider = read_provider(rows, i, secrets);
        if (!providers::is_usable(provider.provider)) continue;
        const auto kind = provider.provider.kind;
        auto& list = kind == providers::Kind::search ? state.search
                     : kind == providers::Kind::llm  ? state.judges
                                                     : state.memories;
        list.push_back(std::move(provider));
    }
}

std::string write_changes(const std::vector<scheduler::ProviderChange>& changes) {
    JsonRows rows;
    for (const scheduler::ProviderChange& change : changes) {
        rows.open();
        rows.text("provider", change.provider);
        rows.time("cooling_until", change.cooling_until);
        rows.number("failures", std::int64_t{change.failures});
        rows.number("pauses", std::int64_t{change.pauses});
        // The end of a pause leaves the words that explain it.
        if (change.change != scheduler::Breaker::Change::closed) {
            rows.text("category", core::name_of(change.category));
            rows.text("message", change.message);
        }
        rows.close();
    }
    return rows.take();
}

}  // namespace torale::pg
