/*
 * storage_keys.c
 *		Foreign keys of a table whose rows came back: do they still hold?  While
 *		the table was empty, the other side could lose any row.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "base/installation.h"
#include "base/owner.h"
#include "undo/storage.h"

/* A foreign key over so many rows is validated at once, without asking. */
#define ROWS_VALIDATED_AT_ONCE 100000

typedef struct ForeignKey
{
	Oid oid;
	char *name;
	bool inherited;
} ForeignKey;

/*
 * Those of the table whose other side did not come back with it, and may have
 * lost rows since.
 */
#define FOREIGN_KEYS                                                                               \
	"SELECT c.oid, quote_ident(c.conname), c.conparentid <> 0 FROM pg_constraint c"                \
	" WHERE c.conrelid = $1 AND c.contype = 'f' AND c.convalidated AND c.confrelid <> $1"          \
	" AND NOT EXISTS (SELECT 1 FROM pg_constraint p WHERE p.oid = c.conparentid"                   \
	"  AND p.conrelid = c.conrelid)"                                                               \
	" AND c.confrelid NOT IN (SELECT i.object_oid FROM safemig.bin_item i WHERE i.entry = $2)"     \
	" ORDER BY c.conname"

static List *
foreign_keys_to_check(Restore *restore, Oid relid)
{
	MemoryContext caller = CurrentMemoryContext;
	Oid types[2] = {OIDOID, INT8OID};
	Datum values[2] = {ObjectIdGetDatum(relid), Int64GetDatum(restore->entry)};
	List *keys = NIL;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	(void) execute_as_owner(FOREIGN_KEYS, 2, types, values, NULL);
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		MemoryContext spi = MemoryContextSwitchTo(caller);
		HeapTuple row = SPI_tuptable->vals[i];
		ForeignKey *key = palloc(sizeof(ForeignKey));
		bool isnull;

		key->oid = DatumGetObjectId(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &isnull));
		key->name = SPI_getvalue(row, SPI_tuptable->tupdesc, 2);
		key->inherited = DatumGetBool(SPI_getbinval(row, SPI_tuptable->tupdesc, 3, &isnull));
		keys = lappend(keys, key);
		MemoryContextSwitchTo(spi);
	}
	SPI_finish();
	return keys;
}

static void
set_not_valid(Oid relid, Oid constraint)
{
	Relation pg_constraint = table_open(ConstraintRelationId, RowExclusiveLock);
	HeapTuple tuple = SearchSysCacheCopy1(CONSTROID, ObjectIdGetDatum(constraint));

	if (!HeapTupleIsValid(tuple))
		elog(ERROR, "cache lookup failed for constraint %u", constraint);
	((Form_pg_constraint) GETSTRUCT(tuple))->convalidated = false;
	CatalogTupleUpdate(pg_constraint, &tuple->t_self, tuple);
	heap_freetuple(tuple);
	table_close(pg_constraint, RowExclusiveLock);
	CacheInvalidateRelcacheByRelid(relid);
	CommandCounterIncrement();
}

/* As a tie of the entry, where CALL validate(id) finds what came back NOT VALID. */
static void
leave_to_validate(Restore *restore, Oid relid, const char *name, const ForeignKey *key)
{
	Oid types[5] = {INT8OID, TEXTOID, OIDOID, OIDOID, TEXTOID};
	Datum values[5] = {Int64GetDatum(restore->entry),
					   CStringGetTextDatum(psprintf("foreign key %s on %s", key->name, name)),
					   ObjectIdGetDatum(relid), ObjectIdGetDatum(key->oid),
					   CStringGetTextDatum(key->name)};

	(void) write_as_owner(
		"INSERT INTO safemig.bin_tie (entry, place, what, statements)"
		" SELECT $1, 1 + (SELECT count(*) FROM safemig.bin_tie WHERE entry = $1), $2,"
		" ARRAY[concat('ALTER TABLE %{', $3, '} ADD CONSTRAINT ', safemig.bin_text($5), ' ',"
		"  safemig.bin_text(pg_get_constraintdef($4)))]",
		5, types, values, NULL);
	report_left_out(restore,
					"Foreign key %s of %s is NOT VALID, since the other table may have lost rows:"
					" CALL %s.validate(" INT64_FORMAT "); checks it.",
					key->name, name, SAFEMIG_NAME, restore->entry);
}

/*
 * A partition's cannot be left NOT VALID: it holds, or nothing comes back.  The
 * comparison may run casts of the table's owner, and so runs as the owner.
 */
static void
check_foreign_key(Restore *restore, const Return *back, const ForeignKey *key)
{
	Oid owner = owner_of_relation(back->target);
	char *name = quote_qualified_identifier(get_namespace_name(get_rel_namespace(back->target)),
											get_rel_name(back->target));
	char *validate = psprintf("ALTER TABLE %s VALIDATE CONSTRAINT %s", name, key->name);

	set_not_valid(back->target, key->oid);
	if (key->inherited)
		write_as_role(owner, validate);
	else if (back->copied || back->item->rows <= ROWS_VALIDATED_AT_ONCE)
		(void) restore_step_as(restore, owner,
							   psprintf("the validity of foreign key %s of %s", key->name, name),
							   psprintf("ALTER TABLE %%{%u} VALIDATE CONSTRAINT %s", back->target,
										without_marks(key->name)));
	else
		leave_to_validate(restore, back->target, name, key);
}

void
check_foreign_keys(Restore *restore, Return *back)
{
	ListCell *lc;

	foreach(lc, foreign_keys_to_check(restore, back->target))
		check_foreign_key(restore, back, lfirst(lc));
}
