// Names of countries as Tavily knows them.
#pragma once
#include <string_view>

namespace torale::providers {

// The English name in lower case of an ISO 3166-1 alpha-2 code, either case; "" when the service
// does not know the country.
std::string_view country_name(std::string_view code);

}  // namespace torale::providers
