// A suggestion is a run without a search: one question to the model, or rules without one.
#include "agent/run.hpp"
#include "agent/suggestion.hpp"

namespace torale::agent {

Turn Run::suggest_by_rules() {
    conclusion_.result = agent::suggest_by_rules(briefing_.input);
    conclusion_.model = "rules";
    conclusion_.judgement.evidence = "suggested by rules: no model is configured";
    add_step("judge", "rules", "ok").detail["purpose"] = "suggest";
    return finish();
}

Turn Run::take_suggestion(const std::string& text) {
    conclusion_.steps.back().detail["purpose"] = "suggest";
    auto suggestion = read_suggestion(text);
    if (!suggestion.ok()) return ask_again(std::move(suggestion.error()), &patience_.garbage);
    conclusion_.result = std::move(*suggestion);
    return finish();
}

}  // namespace torale::agent
