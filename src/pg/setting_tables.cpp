// The one place where DefineCustom…Variable() is called.
#include "pg/setting_tables.hpp"

#include <cstring>
#include <exception>

namespace torale::pg {

namespace {

constexpr std::size_t fault_bytes_max = 256;

// Into memory that needs no destructor: what reports the fault may raise.
void copy_fault(const char* text, std::string (*fault_of)(const char*), char* out) noexcept {
    try {
        std::strncpy(out, fault_of(text).c_str(), fault_bytes_max - 1);
    } catch (const std::exception& error) {
        std::strncpy(out, error.what(), fault_bytes_max - 1);
    }
    out[fault_bytes_max - 1] = '\0';
}

}  // namespace

void define(std::span<const IntegerSetting> settings) {
    for (const IntegerSetting& setting : settings)
        DefineCustomIntVariable(setting.name, setting.about, nullptr, setting.value, setting.start,
                                setting.least, setting.most, PGC_SIGHUP, setting.unit, nullptr,
                                nullptr, nullptr);
}

void define(std::span<const RealSetting> settings) {
    for (const RealSetting& setting : settings)
        DefineCustomRealVariable(setting.name, setting.about, nullptr, setting.value, setting.start,
                                 setting.least, setting.most, PGC_SIGHUP, 0, nullptr, nullptr,
                                 nullptr);
}

void define(std::span<const BooleanSetting> settings) {
    for (const BooleanSetting& setting : settings)
        DefineCustomBoolVariable(setting.name, setting.about, nullptr, setting.value, setting.start,
                                 PGC_SIGHUP, 0, nullptr, nullptr, nullptr);
}

void define(std::span<const StringSetting> settings) {
    for (const StringSetting& setting : settings)
        DefineCustomStringVariable(setting.name, setting.about, nullptr, setting.value,
                                   setting.start, setting.context, setting.flags, setting.check,
                                   nullptr, nullptr);
}

bool refuse(const char* detail, const char* hint) {
    GUC_check_errdetail("%s", detail);
    GUC_check_errhint("%s", hint);
    return false;
}

bool accept_or_refuse(const char* text, std::string (*fault_of)(const char*), const char* hint) {
    char fault[fault_bytes_max];
    copy_fault(text, fault_of, fault);
    return fault[0] == '\0' || refuse(fault, hint);
}

std::string text_of(const char* value) {
    return value == nullptr ? "" : value;
}

}  // namespace torale::pg
