// Rows of the tables that settings*.cpp declare the GUCs in, and what defines them. Includes
// Postgres: units, flags and check hooks are its words.
#pragma once
#include <span>
#include <string>

#include "pg/postgres.hpp"

namespace torale::pg {

struct IntegerSetting {
    const char* name;
    int* value;
    int start, least, most;
    int unit;
    const char* about;
};

struct RealSetting {
    const char* name;
    double* value;
    double start, least, most;
    const char* about;
};

struct BooleanSetting {
    const char* name;
    bool* value;
    bool start;
    const char* about;
};

struct StringSetting {
    const char* name;
    char** value;
    const char* start;
    int flags;
    GucStringCheckHook check;
    const char* about;
    GucContext context = PGC_SIGHUP;
};

// May raise, as all that _PG_init calls.
void define(std::span<const IntegerSetting> settings);
void define(std::span<const RealSetting> settings);
void define(std::span<const BooleanSetting> settings);
void define(std::span<const StringSetting> settings);

// For check hooks: false, and what the server's message says beside it.
bool refuse(const char* detail, const char* hint);
// For check hooks: refuses a text in which `fault_of` finds a fault; "" is none. PostgreSQL calls
// hooks while it reads postgresql.conf, so no exception leaves them.
bool accept_or_refuse(const char* text, std::string (*fault_of)(const char* text),
                      const char* hint);

// "" for a string that nothing has set yet.
std::string text_of(const char* value);

}  // namespace torale::pg
