// What happens when the server loads the library: the table of contents.
#include "pg/module.hpp"

#include "pg/boundary.hpp"
#include "pg/settings.hpp"
#include "pg/shared.hpp"

#pragma GCC visibility push(default)
extern "C" {
PG_MODULE_MAGIC;
}
#pragma GCC visibility pop

TORALE_EXPORT void _PG_init(void);

void _PG_init(void) {
    using namespace torale::pg;
    // pg_upgrade replays ALTER DATABASE SET torale.x, so the settings exist even there.
    define_settings();
    // Not preloaded, the SQL interface still works; doctor() says what is missing.
    if (!process_shared_preload_libraries_in_progress || IsBinaryUpgrade) return;
    request_shared_memory();
    install_hooks();
    register_launcher();
}
