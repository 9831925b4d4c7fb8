// Arrays for SQL functions.
#include "pg/datum.hpp"

namespace torale::pg {

namespace {

ArrayType* build(Datum* values, int count, Oid type) {
    int16 length = 0;
    bool by_value = false;
    char align = 0;
    get_typlenbyvalalign(type, &length, &by_value, &align);
    return construct_array(values, count, type, length, by_value, align);
}

}  // namespace

ArrayType* to_text_array(const std::vector<std::string>& values) {
    return guarded([&] {
        auto* datums = static_cast<Datum*>(palloc0(sizeof(Datum) * (values.size() + 1)));
        for (std::size_t i = 0; i < values.size(); ++i) {
            datums[i] = PointerGetDatum(
                cstring_to_text_with_len(values[i].data(), static_cast<int>(values[i].size())));
        }
        return build(datums, static_cast<int>(values.size()), TEXTOID);
    });
}

ArrayType* to_timestamptz_array(const std::vector<core::Time>& values) {
    return guarded([&] {
        auto* datums = static_cast<Datum*>(palloc0(sizeof(Datum) * (values.size() + 1)));
        for (std::size_t i = 0; i < values.size(); ++i) {
            datums[i] = TimestampTzGetDatum(to_timestamptz(values[i]));
        }
        return build(datums, static_cast<int>(values.size()), TIMESTAMPTZOID);
    });
}

}  // namespace torale::pg
