// Which column of which relation a view's column shows, read from its parsed query.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace torale::pg {

struct ViewColumnOid {
    std::uint32_t view = 0;
    std::string column;
    std::uint32_t base = 0;  // a table or another view
    std::string base_column;
};

// Views and materialized views by oid; one that is gone meanwhile has none. In a transaction.
std::vector<ViewColumnOid> read_view_columns(const std::vector<std::uint32_t>& views);

}  // namespace torale::pg
