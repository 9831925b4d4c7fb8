// What _PG_init puts in place, one function a file.
#pragma once

namespace torale::pg {

void register_launcher();  // launcher_main.cpp
void install_hooks();      // hooks.cpp

}  // namespace torale::pg
