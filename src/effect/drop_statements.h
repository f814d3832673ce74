/*
 * drop_statements.h
 *		What DROP, DROP OWNED, TRUNCATE and REFRESH ... WITH NO DATA take.
 */
#ifndef SAFEMIG_DROP_STATEMENTS_H
#define SAFEMIG_DROP_STATEMENTS_H

#include "effect/effect.h"

extern List *effects_of_drop_statement(DropStmt *stmt);
extern List *effects_of_drop_owned(DropOwnedStmt *stmt);
extern List *effects_of_truncate_statement(TruncateStmt *stmt);
extern List *effects_of_refresh(RefreshMatViewStmt *stmt);

#endif /* SAFEMIG_DROP_STATEMENTS_H */
