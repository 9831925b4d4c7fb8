// Telling the scheduler of this database that there is work, once the transaction has committed.
#pragma once

namespace torale::pg {

// Costs a flag; a rollback takes it back.
void wake_at_commit();

}  // namespace torale::pg
