/*
 * bodies.c
 *		The bodies of functions whose names the server looks up when they run, and what
 *		one of them would be with other names.  Where a body names what, is read in
 *		body_mentions.c.
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/indexing.h"
#include "catalog/pg_language.h"
#include "catalog/pg_namespace.h"
#include "catalog/pg_proc.h"
#include "commands/proclang.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/formatting.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/regproc.h"
#include "utils/syscache.h"
#include "utils/varlena.h"

#include "effect/bodies.h"

#define SEARCH_PATH_PREFIX "search_path="

/* Of its SET search_path, if it has one */
static List *
own_path(HeapTuple tuple)
{
	bool isnull;
	Datum config = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_proconfig, &isnull);
	Datum *settings;
	int count;
	List *path = NIL;

	if (isnull)
		return NIL;
	deconstruct_array(DatumGetArrayTypeP(config), TEXTOID, -1, false, TYPALIGN_INT, &settings, NULL,
					  &count);
	for (int i = 0; i < count; i++)
	{
		char *setting = TextDatumGetCString(settings[i]);

		if (strncmp(setting, SEARCH_PATH_PREFIX, strlen(SEARCH_PATH_PREFIX)) == 0)
			(void) SplitIdentifierString(setting + strlen(SEARCH_PATH_PREFIX), ',', &path);
	}
	return path;
}

/* A body in BEGIN ATOMIC has its names looked up already, and dependencies on what it names. */
static FunctionBody *
body_of(HeapTuple tuple)
{
	Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
	FunctionBody *body;
	bool isnull;
	Datum source;

	(void) SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosqlbody, &isnull);
	if (!isnull)
		return NULL;
	source = SysCacheGetAttr(PROCOID, tuple, Anum_pg_proc_prosrc, &isnull);
	if (isnull)
		return NULL;
	body = palloc0(sizeof(FunctionBody));
	body->oid = form->oid;
	body->schema = form->pronamespace;
	body->name = pstrdup(NameStr(form->proname));
	body->text = TextDatumGetCString(source);
	body->folded = asc_tolower(body->text, strlen(body->text));
	body->path = own_path(tuple);
	return body;
}

static int
by_oid(const ListCell *a, const ListCell *b)
{
	Oid one = ((FunctionBody *) lfirst(a))->oid;
	Oid other = ((FunctionBody *) lfirst(b))->oid;

	return one < other ? -1 : one > other;
}

List *
function_bodies(void)
{
	Oid plpgsql = get_language_oid("plpgsql", true);
	Relation procs = table_open(ProcedureRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(procs, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	List *bodies = NIL;

	while (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(tuple);
		FunctionBody *body;

		CHECK_FOR_INTERRUPTS();
		/* the server's own, and those of information_schema */
		if (form->oid < FirstNormalObjectId ||
			(form->prolang != SQLlanguageId && form->prolang != plpgsql))
			continue;
		body = body_of(tuple);
		if (body != NULL)
			bodies = lappend(bodies, body);
	}
	systable_endscan(scan);
	table_close(procs, AccessShareLock);
	list_sort(bodies, by_oid);
	return bodies;
}

char *
function_identity(const FunctionBody *body)
{
	return format_procedure_qualified(body->oid);
}

/* Its text stands in the definition as it is, between dollars. */
char *
function_with(const FunctionBody *body, List *mentions, const char *replacement, bool with_schema)
{
	char *definition =
		TextDatumGetCString(DirectFunctionCall1(pg_get_functiondef, ObjectIdGetDatum(body->oid)));
	char *start = strstr(definition, body->text);
	int done = 0;
	StringInfoData out;
	ListCell *lc;

	if (start == NULL)
		return NULL;
	initStringInfo(&out);
	appendBinaryStringInfo(&out, definition, start - definition);
	foreach(lc, mentions)
	{
		const Mention *mention = lfirst(lc);
		int from =
			with_schema && mention->schema_offset >= 0 ? mention->schema_offset : mention->offset;

		appendBinaryStringInfo(&out, body->text + done, from - done);
		appendStringInfoString(&out, replacement);
		done = mention->offset + mention->length;
	}
	appendStringInfoString(&out, start + done);
	while (out.len > 0 && out.data[out.len - 1] == '\n')
		out.data[--out.len] = '\0';
	appendStringInfoChar(&out, ';');
	return out.data;
}
