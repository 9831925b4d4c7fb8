// PostgREST's order: who asks, what the schema is, what is asked, one transaction, the reply.
#include "rest/handle.hpp"

#include <algorithm>

#include "rest/describe.hpp"
#include "rest/render.hpp"
#include "rest/reply.hpp"
#include "rest/request_settings.hpp"
#include "rest/walk.hpp"

namespace torale::rest {

namespace {

using Response = Result<core::HttpResponse>;

Failure no_schema() {
    return {.status = 503,
            .code = "PGRST002",
            .message = "Could not query the database for the schema cache. Retrying.",
            .headers = {{"Retry-After", "1"}}};
}

Response describe(Walk& walk, const Ask& ask) {
    if (const auto media = choose_media(ask); !media) return media.error();
    Plan plan;
    plan.is_read_only = true;
    const auto applied =
        walk.transaction->apply(walk.identity, settings_of(walk.request, ask, plan));
    if (!applied) return failure_of(applied.error(), walk.identity.is_anonymous);
    const auto rights = walk.transaction->run(render_rights(ask.schema));
    if (!rights) return failure_of(rights.error(), walk.identity.is_anonymous);
    return reply_description(ask, *walk.schema, *rights,
                             address_of(walk.request, walk.service.public_url));
}

// count=planned and estimated ask the planner once the page is there.
std::optional<SqlError> estimate_total(Walk& walk, const Plan& plan, Answer& answer) {
    if (plan.count != Count::planned && plan.count != Count::estimated) return std::nullopt;
    const bool is_counted = plan.count == Count::estimated && answer.total &&
                            (plan.max_rows == 0 || *answer.total <= plan.max_rows);
    if (is_counted) return std::nullopt;
    const auto planned = walk.transaction->estimate(render_count(plan));
    if (!planned) return planned.error();
    answer.total = std::max(answer.total.value_or(0), *planned);
    return std::nullopt;
}

Response execute(Walk& walk, const Ask& ask, const Plan& plan) {
    const bool is_anonymous = walk.identity.is_anonymous;
    RequestTransaction& transaction = *walk.transaction;
    const auto applied = transaction.apply(walk.identity, settings_of(walk.request, ask, plan));
    if (!applied) return failure_of(applied.error(), is_anonymous);
    auto answer = transaction.run(render(plan));
    if (!answer) return failure_of(answer.error(), is_anonymous);
    if (auto refused = refuse_answer(plan, *answer)) return *refused;
    if (const auto error = estimate_total(walk, plan, *answer))
        return failure_of(*error, is_anonymous);
    Response response = reply(ask, plan, *answer);
    if (!response) return response;
    const auto committed = transaction.commit();
    if (!committed) return failure_of(committed.error(), is_anonymous);
    return response;
}

Response perform(Walk& walk) {
    auto ask = parse_ask(walk.request, walk.service.schemas);
    if (!ask) return ask.error();
    if (ask->action == Action::options) return reply_options(*walk.schema, *ask);
    if (ask->action == Action::describe) return describe(walk, *ask);
    const auto plan = plan_request(*walk.schema, *ask, walk.service.plans);
    if (!plan) return plan.error();
    return execute(walk, *ask, *plan);
}

// Not known to this schema: a newer one may know it.
bool may_be_stale(const Response& response) {
    if (response) return false;
    const std::string& code = response.error().code;
    return code == "PGRST200" || code == "PGRST202" || code == "PGRST204" || code == "PGRST205";
}

Response answer(Walk& walk) {
    if (auto refused = authenticate(walk)) return *refused;
    walk.schema = walk.service.database.schema();
    if (!walk.schema) return no_schema();
    if (auto refused = admit(walk)) return *refused;
    if (auto refused = within_quota(walk)) return *refused;
    Response response = perform(walk);
    if (!may_be_stale(response)) return response;
    walk.transaction.reset();
    auto newer = walk.service.database.newer_schema();
    if (!newer || newer == walk.schema) return response;
    walk.schema = std::move(newer);
    if (auto refused = admit(walk)) return *refused;
    return perform(walk);
}

}  // namespace

core::HttpResponse handle_request(const core::HttpRequest& request, Service& service) {
    Walk walk{request, service};
    if (auto preflight = answer_preflight(request, service.origins))
        return finished(std::move(*preflight), walk);
    Response response = answer(walk);
    if (!response) return finished(reply_failure(response.error()), walk);
    return finished(std::move(*response), walk);
}

}  // namespace torale::rest
