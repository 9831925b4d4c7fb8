// A web worker's session between two requests: nothing that one left behind is there for the next.
#pragma once

namespace torale::pg {

// Settings, role, locks, temporary tables, prepared statements, cursors, sequences' last values.
// Outside a transaction. Throws Error when the session's user was changed: the worker must end.
void reset_session();

}  // namespace torale::pg
