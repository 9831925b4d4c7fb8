// Requests over write_schema() and what is planned for them: rows of tables.
#pragma once
#include <optional>

#include "ask_maker.hpp"

namespace torale::rest::testing {

inline const Schema& planned_schema() {
    static const Schema made = write_schema();
    return made;
}

inline Result<Plan> plan_of(const Sent& sent, const PlanWishes& wishes = {}) {
    return plan_request(planned_schema(), ask_of(sent), wishes);
}

struct PlannedRow {
    Sent sent;
    std::string decided;
};

inline void PrintTo(const PlannedRow& row, std::ostream* out) {
    PrintTo(row.sent, out);
}

struct RefusedRow {
    Sent sent;
    int status;
    std::string code;
    std::string message;
    std::optional<std::string> details{};  // nothing: not looked at
    std::optional<std::string> hint{};
};

inline void PrintTo(const RefusedRow& row, std::ostream* out) {
    PrintTo(row.sent, out);
}

inline void expect_refusal(const RefusedRow& row) {
    const Result<Plan> plan = plan_of(row.sent);
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().status, row.status);
    EXPECT_EQ(plan.error().code, row.code);
    EXPECT_EQ(plan.error().message, row.message);
    if (row.details) {
        EXPECT_EQ(plan.error().details, *row.details);
    }
    if (row.hint) {
        EXPECT_EQ(plan.error().hint, *row.hint);
    }
}

}  // namespace torale::rest::testing
