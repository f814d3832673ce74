/*
 * type_change.c
 *		Does ALTER COLUMN ... TYPE leave every stored value as it is?  Answered as
 *		ATColumnChangeRequiresRewrite() of the server answers it: by building the
 *		conversion and looking what is left of it after planning.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_coerce.h"
#include "parser/parse_collate.h"
#include "parser/parse_node.h"
#include "parser/parse_type.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "base/owner.h"
#include "effect/effect.h"

static bool
is_the_column_itself(Node *expr, const char *column)
{
	ColumnRef *ref;
	Node *last;

	if (!IsA(expr, ColumnRef))
		return false;
	ref = (ColumnRef *) expr;
	last = llast(ref->fields);
	return list_length(ref->fields) <= 2 && IsA(last, String) && strcmp(strVal(last), column) == 0;
}

/*
 * USING that is only the cast to the target type says nothing that the server
 * would not do by itself (Knex, MikroORM and Liquibase always write it).
 */
static bool
using_is_only_the_cast(ColumnDef *def, const char *column, Oid type, int32 typmod)
{
	Node *expr = def->raw_default;

	if (expr == NULL || is_the_column_itself(expr, column))
		return true;
	if (IsA(expr, TypeCast))
	{
		TypeCast *cast = (TypeCast *) expr;
		Oid cast_type = LookupTypeNameOid(NULL, cast->typeName, true);
		int32 cast_typmod;

		if (cast_type != type || !is_the_column_itself(cast->arg, column))
			return false;
		typenameTypeIdAndMod(NULL, cast->typeName, &cast_type, &cast_typmod);
		return cast_typmod == -1 || cast_typmod == typmod;
	}
	return false;
}

/* Casts between the timestamps that change no bit, as the server sees it: in UTC both are alike. */
static bool
is_timestamp_cast_in_utc(Node *expr)
{
	Oid function = IsA(expr, FuncExpr) ? ((FuncExpr *) expr)->funcid : InvalidOid;

	return (function == F_TIMESTAMPTZ_TIMESTAMP || function == F_TIMESTAMP_TIMESTAMPTZ) &&
		!TimestampTimestampTzRequiresRewrite();
}

/* What is left after planning: only wrappers that do not touch the value? */
static bool
conversion_is_nothing(Node *expr)
{
	for (;;)
	{
		if (IsA(expr, Var))
			return true;
		else if (IsA(expr, RelabelType))
			expr = (Node *) ((RelabelType *) expr)->arg;
		else if (IsA(expr, CoerceToDomain))
		{
			CoerceToDomain *domain = (CoerceToDomain *) expr;

			if (DomainHasConstraints(domain->resulttype))
				return false;
			expr = (Node *) domain->arg;
		}
		else if (is_timestamp_cast_in_utc(expr))
			expr = linitial(((FuncExpr *) expr)->args);
		else
			return false;
	}
}

/* A cast in SQL is looked into, and what is constant there worked out. */
static void
plan_conversion(void *arg)
{
	Node **expr = arg;

	*expr = (Node *) expression_planner((Expr *) *expr);
}

bool
type_change_is_lossless(Oid relid, AttrNumber attnum, ColumnDef *def)
{
	HeapTuple tuple = SearchSysCache2(ATTNUM, ObjectIdGetDatum(relid), Int16GetDatum(attnum));
	FormData_pg_attribute old;

	if (!HeapTupleIsValid(tuple))
		return true;
	old = *((Form_pg_attribute) GETSTRUCT(tuple));
	ReleaseSysCache(tuple);
	return type_change_keeps_values(NameStr(old.attname), old.atttypid, old.atttypmod,
									old.attcollation, attnum, def);
}

bool
type_change_keeps_values(const char *column, Oid old_type, int32 old_typmod, Oid old_collation,
						 AttrNumber attnum, ColumnDef *def)
{
	Oid type;
	int32 typmod;
	ParseState *pstate = make_parsestate(NULL);
	Node *expr;

	if (!OidIsValid(old_type))
		return false;
	/* a type that does not exist: the server says so */
	type = LookupTypeNameOid(NULL, def->typeName, true);
	if (!OidIsValid(type))
		return true;
	typenameTypeIdAndMod(NULL, def->typeName, &type, &typmod);
	if (!using_is_only_the_cast(def, column, type, typmod))
		return false;

	expr = (Node *) makeVar(1, attnum, old_type, old_typmod, old_collation, 0);
	expr = coerce_to_target_type(pstate, expr, exprType(expr), type, typmod,
								 def->raw_default ? COERCION_EXPLICIT : COERCION_ASSIGNMENT,
								 COERCE_IMPLICIT_CAST, -1);
	if (expr == NULL)
		return true; /* no such conversion: the server says so */
	assign_expr_collations(pstate, expr);
	call_as_nobody(plan_conversion, &expr);
	return conversion_is_nothing(expr);
}

bool
using_is_plain_cast(const char *column, Oid type, int32 typmod, ColumnDef *def)
{
	return OidIsValid(type) && using_is_only_the_cast(def, column, type, typmod);
}

bool
type_change_is_plain_cast(Oid relid, AttrNumber attnum, ColumnDef *def)
{
	char *name = get_attname(relid, attnum, true);
	Oid type = LookupTypeNameOid(NULL, def->typeName, true);
	int32 typmod;

	if (name == NULL || !OidIsValid(type))
		return false;
	typenameTypeIdAndMod(NULL, def->typeName, &type, &typmod);
	return using_is_only_the_cast(def, name, type, typmod);
}

/* Whose text is the same whatever the settings; others' output functions only say so. */
static bool
prints_alike(Oid type)
{
	switch (getBaseType(type))
	{
		case BOOLOID:
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case OIDOID:
		case NUMERICOID:
		case UUIDOID:
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
		case NAMEOID:
			return true;
		default:
			return false;
	}
}

static bool
prints_by_settings(Node *node, void *context)
{
	CoerceViaIO *cast = (CoerceViaIO *) node;

	if (node == NULL)
		return false;
	if (IsA(node, CoerceViaIO) &&
		!(prints_alike(exprType((Node *) cast->arg)) && prints_alike(cast->resulttype)))
		return true;
	return expression_tree_walker(node, prints_by_settings, context);
}

bool
type_change_obeys_no_setting(Oid relid, AttrNumber attnum, ColumnDef *def)
{
	ParseState *pstate = make_parsestate(NULL);
	Oid type = LookupTypeNameOid(NULL, def->typeName, true);
	Oid old;
	int32 old_typmod;
	int32 typmod;
	Oid collation;
	Node *expr;

	get_atttypetypmodcoll(relid, attnum, &old, &old_typmod, &collation);
	if (!OidIsValid(type) || !OidIsValid(old))
		return false;
	typenameTypeIdAndMod(NULL, def->typeName, &type, &typmod);
	expr = (Node *) makeVar(1, attnum, old, old_typmod, collation, 0);
	expr = coerce_to_target_type(pstate, expr, old, type, typmod, COERCION_EXPLICIT,
								 COERCE_EXPLICIT_CAST, -1);
	if (expr != NULL)
		expr = coerce_to_target_type(pstate, expr, type, old, old_typmod, COERCION_EXPLICIT,
									 COERCE_EXPLICIT_CAST, -1);
	return expr != NULL && !contain_mutable_functions(expr) && !prints_by_settings(expr, NULL);
}
