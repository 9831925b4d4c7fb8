// The tables' columns behind a view's columns. Pure.
#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rest/relationships.hpp"

namespace torale::rest {

class ShownColumns {
public:
    explicit ShownColumns(const std::vector<ViewColumn>& view_columns);

    // Views that show every one of `columns` of the table, and under which names, in the order
    // of `columns`. A column shown twice gives one entry per combination.
    struct Showing {
        Name view;
        std::vector<std::string> columns;
    };
    std::vector<Showing> showings(const Name& table, const std::vector<std::string>& columns) const;

private:
    // table → view → the table's column → the view's, sorted
    std::map<Name, std::map<Name, std::map<std::string, std::vector<std::string>>>> shown_;
};

}  // namespace torale::rest
