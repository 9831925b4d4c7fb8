// The rewrite rule of a view holds its query as PostgreSQL understood it; no SQL text is parsed.
#include "pg/view_columns.hpp"

#include "pg/boundary.hpp"

namespace torale::pg {

namespace {

const Query* select_rule(Relation view) {
    if (view->rd_rules == nullptr) return nullptr;
    for (int i = 0; i < view->rd_rules->numLocks; ++i) {
        const RewriteRule* rule = view->rd_rules->rules[i];
        if (rule->event == CMD_SELECT && rule->actions != NIL)
            return static_cast<const Query*>(linitial(rule->actions));
    }
    return nullptr;
}

void read_view(Oid oid, std::vector<ViewColumnOid>& columns) {
    Relation view = try_relation_open(oid, AccessShareLock);
    if (view == nullptr) return;
    const Query* query = select_rule(view);
    const ListCell* cell = nullptr;
    foreach (cell, query == nullptr ? NIL : query->targetList) {
        const TargetEntry* entry = static_cast<const TargetEntry*>(lfirst(cell));
        if (entry->resjunk || !OidIsValid(entry->resorigtbl) || entry->resorigcol <= 0) continue;
        // The rule keeps the name of before an ALTER VIEW … RENAME COLUMN.
        if (entry->resno > RelationGetNumberOfAttributes(view)) continue;
        const Form_pg_attribute own = TupleDescAttr(RelationGetDescr(view), entry->resno - 1);
        const char* base = get_attname(entry->resorigtbl, entry->resorigcol, true);
        if (base == nullptr) continue;
        columns.push_back({oid, NameStr(own->attname), entry->resorigtbl, base});
    }
    relation_close(view, AccessShareLock);
}

}  // namespace

std::vector<ViewColumnOid> read_view_columns(const std::vector<std::uint32_t>& views) {
    std::vector<ViewColumnOid> columns;
    for (const std::uint32_t view : views) guarded([&] { read_view(view, columns); });
    return columns;
}

}  // namespace torale::pg
