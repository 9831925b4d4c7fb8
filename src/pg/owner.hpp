// Who a row belongs to: the rule behind torale.current_owner().
#pragma once
#include <optional>
#include <string>

struct varlena;

namespace torale::pg {

// The owner this session acts for; nothing sees and writes nothing.
std::optional<std::string> current_owner();

// The same as a palloc'd text, null for nothing.
varlena* current_owner_text();

}  // namespace torale::pg
