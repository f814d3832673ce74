/*
 * extensions.c
 *		ALTER and DROP EXTENSION: what runs then stands in a file of the server, or is
 *		all that the extension has brought.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_depend.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"

#include "base/words.h"
#include "lint/security.h"
#include "lint/source.h"

/* Objects that go with it */
static int
members_of(Oid extension)
{
	Relation depend = table_open(DependRelationId, AccessShareLock);
	int count = 0;
	ScanKeyData keys[2];
	SysScanDesc scan;
	HeapTuple tuple;

	ScanKeyInit(&keys[0], Anum_pg_depend_refclassid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(ExtensionRelationId));
	ScanKeyInit(&keys[1], Anum_pg_depend_refobjid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(extension));
	scan = systable_beginscan(depend, DependReferenceIndexId, true, NULL, 2, keys);
	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		count += ((Form_pg_depend) GETSTRUCT(tuple))->deptype == DEPENDENCY_EXTENSION;
	systable_endscan(scan);
	table_close(depend, AccessShareLock);
	return count;
}

/* To be tried, since it cannot be read */
static char *
try_it(const Change *change)
{
	return statements_of(
		psprintf("SELECT * FROM safemig.dry_run(%s)", quote_literal_cstr(change->statement)), NULL);
}

void
look_at_extension(LintRun *run, const Change *change)
{
	Oid extension = change->name ? get_extension_oid(change->name, true) : InvalidOid;
	const char *name = change->name ? quote_identifier(change->name) : NULL;

	if (!OidIsValid(extension))
		return;
	if (change->kind == CHANGE_DROP_EXTENSION)
		find_at_by(run, RULE_CHANGING_EXTENSION, 1, change, name,
				   psprintf("extension %s goes with %s objects, and everything that stands on them "
							"has to go first",
							name, grouped_digits(members_of(extension))),
				   try_it(change));
	else if (source_says(change->statement, "set", "schema"))
		find_at(run, RULE_CHANGING_EXTENSION, change, name,
				psprintf("%s objects of extension %s move to another schema, where code that names "
						 "the old one no longer finds them",
						 grouped_digits(members_of(extension)), name),
				try_it(change));
	else if (source_says(change->statement, "update", NULL))
		find_at(run, RULE_CHANGING_EXTENSION, change, name,
				psprintf("the update script of extension %s runs, which is in a file of the server "
						 "and cannot be looked at here",
						 name),
				try_it(change));
}
