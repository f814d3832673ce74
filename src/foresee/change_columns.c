/*
 * change_columns.c
 *		The columns that CREATE TABLE and ALTER TABLE make: what they will be, and the
 *		constraints written inside them.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_attribute.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "parser/parse_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "base/apart.h"
#include "base/compat.h"
#include "foresee/change_parts.h"

/* ---------- types ---------- */

/* serial and its like, as transformColumnDefinition() knows them */
static Oid
serial_type(const TypeName *name)
{
	const char *word;

	if (list_length(name->names) != 1 || name->pct_type || name->setof ||
		name->arrayBounds != NIL || name->typmods != NIL)
		return InvalidOid;
	word = strVal(linitial(name->names));
	if (strcmp(word, "smallserial") == 0 || strcmp(word, "serial2") == 0)
		return INT2OID;
	if (strcmp(word, "serial") == 0 || strcmp(word, "serial4") == 0)
		return INT4OID;
	if (strcmp(word, "bigserial") == 0 || strcmp(word, "serial8") == 0)
		return INT8OID;
	return InvalidOid;
}

typedef struct TypeSearch
{
	TypeName *name;
	Oid type;
	int32 typmod;
} TypeSearch;

static void
find_modified_type(void *arg)
{
	TypeSearch *search = arg;

	typenameTypeIdAndMod(NULL, search->name, &search->type, &search->typmod);
}

/* Also for a type that the script makes, or that nobody has: InvalidOid, without an error. */
static Oid
find_type(TypeName *name, int32 *typmod)
{
	TypeSearch search = {name, InvalidOid, -1};

	*typmod = -1;
	if (OidIsValid(name->typeOid))
	{
		*typmod = name->typemod;
		return name->typeOid;
	}
	if (list_length(name->names) > (name->pct_type ? 4 : 2) ||
		(!name->pct_type && draft_makes_type(strVal(llast(name->names)))))
		return InvalidOid;
	search.type = LookupTypeNameOid(NULL, name, true);
	if (!OidIsValid(search.type) || !get_typisdefined(search.type))
		return InvalidOid;

	/* a modifier may be one that the type does not take; %TYPE has the column's own */
	if (name->typmods != NIL || name->pct_type)
		(void) run_apart(find_modified_type, &search);
	*typmod = search.typmod;
	return search.type;
}

static char *
words_of_type(TypeName *name)
{
	return list_length(name->names) == 2 && strcmp(strVal(linitial(name->names)), "pg_catalog") == 0
		? TypeNameToString(makeTypeName(strVal(llast(name->names))))
		: TypeNameToString(name);
}

static void
set_type(DraftColumn *column, TypeName *name)
{
	column->type = serial_type(name);
	column->typmod = -1;
	if (!OidIsValid(column->type))
		column->type = find_type(name, &column->typmod);
	column->type_name = OidIsValid(column->type)
		? format_type_extended(column->type, column->typmod,
							   FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_ALLOW_INVALID)
		: words_of_type(name);
	if (OidIsValid(column->type))
		column->collation = get_typcollation(column->type);
}

DraftColumn *
column_of_definition(ColumnDef *def)
{
	DraftColumn *column = palloc0(sizeof(DraftColumn));
	ListCell *lc;

	column->name = pstrdup(def->colname != NULL ? def->colname : "");
	column->typmod = -1;
	column->local = true;
	column->statement = draft_statement();
	if (def->typeName != NULL)
		set_type(column, def->typeName);
	if (def->collClause != NULL && list_length(def->collClause->collname) <= 2)
		column->collation = get_collation_oid(def->collClause->collname, true);
	column->not_null = def->is_not_null;
	column->has_default = def->raw_default != NULL;
	if (def->typeName != NULL && OidIsValid(serial_type(def->typeName)))
		column->not_null = column->has_default = true;
	foreach(lc, def->constraints)
	{
		Constraint *constraint = lfirst_node(Constraint, lc);

		switch (constraint->contype)
		{
			case CONSTR_NOTNULL:
			case CONSTR_PRIMARY:
				column->not_null = true;
				break;
			case CONSTR_DEFAULT:
				column->has_default = true;
				break;
			case CONSTR_IDENTITY:
				column->identity = constraint->generated_when;
				column->not_null = true;
				break;
			case CONSTR_GENERATED:
				column->generated = generated_kind(constraint);
				column->has_default = true;
				break;
			default:
				break;
		}
	}
	return column;
}

/* ---------- defaults ---------- */

static Constraint *
constraint_of_kind(ColumnDef *def, ConstrType kind)
{
	ListCell *lc;

	foreach(lc, def->constraints)
		if (lfirst_node(Constraint, lc)->contype == kind)
			return lfirst_node(Constraint, lc);
	return NULL;
}

/* Where the constraint of a column that begins there ends: at the next one. */
static int
end_of_constraint(ColumnDef *def, int from, int end_of_column)
{
	int end = end_of_column;
	ListCell *lc;

	foreach(lc, def->constraints)
	{
		int location = lfirst_node(Constraint, lc)->location;

		if (location > from && location < end)
			end = location;
	}
	if (def->collClause != NULL && def->collClause->location > from &&
		def->collClause->location < end)
		end = def->collClause->location;
	return end;
}

/* What follows the word DEFAULT, which may stand behind CONSTRAINT name. */
static char *
source_of_default(ChangeWalk *walk, ColumnDef *def, Constraint *constraint, int end_of_column)
{
	int from = constraint->location;
	char *source;
	char *word;

	if (from < 0)
		return NULL;
	source = source_between(walk, from, end_of_constraint(def, from, end_of_column));
	word = pg_strncasecmp(source, "default", 7) == 0 ? source : NULL;
	return word != NULL ? pstrdup(word + 7 + strspn(word + 7, " \t\r\n")) : source;
}

/* The default of a domain is worked out for the rows that are there like a column's own. */
static DefaultKind
default_kind_of_domain(Oid type)
{
	Node *expr =
		OidIsValid(type) && get_typtype(type) == TYPTYPE_DOMAIN ? get_typdefault(type) : NULL;

	if (expr == NULL)
		return DEFAULT_NONE;
	return contain_volatile_functions(expr) ? DEFAULT_VOLATILE : DEFAULT_CONSTANT;
}

static void
set_default(ChangeWalk *walk, Change *change, ColumnDef *def, int end_of_column)
{
	Constraint *constraint = constraint_of_kind(def, CONSTR_DEFAULT);
	Node *raw = constraint != NULL ? constraint->raw_expr : def->raw_default;

	if (change->is_serial || change->new_column->identity != '\0' ||
		change->new_column->generated == ATTRIBUTE_GENERATED_STORED)
		change->default_kind = DEFAULT_VOLATILE;
	else if (raw != NULL)
		change->default_kind = default_kind_of(raw);
	else if (change->new_column->generated == '\0')
		change->default_kind = default_kind_of_domain(change->new_column->type);
	change->part = raw;
	if (constraint != NULL)
		change->default_text = source_of_default(walk, def, constraint, end_of_column);
}

/* ---------- the column, and what is written inside it ---------- */

/* DEFERRABLE and its like stand behind the constraint that they belong to. */
static void
take_attributes(Constraint *constraint, ColumnDef *def, int index)
{
	for (int i = index + 1; i < list_length(def->constraints); i++)
	{
		const Constraint *attribute = list_nth_node(Constraint, def->constraints, i);

		if (is_not_enforced_attribute(attribute))
		{
			mark_not_enforced(constraint);
			continue;
		}
		switch (attribute->contype)
		{
			case CONSTR_ATTR_DEFERRABLE:
				constraint->deferrable = true;
				break;
			case CONSTR_ATTR_DEFERRED:
				constraint->deferrable = true;
				constraint->initdeferred = true;
				break;
			case CONSTR_ATTR_NOT_DEFERRABLE:
			case CONSTR_ATTR_IMMEDIATE:
				break;
			default:
				return;
		}
	}
}

static void
tell_constraints_of_column(ChangeWalk *walk, DraftRelation *relation, ColumnDef *def, Node *node,
						   int end_of_column)
{
	ListCell *lc;

	foreach(lc, def->constraints)
	{
		Constraint *constraint = copyObject(lfirst_node(Constraint, lc));
		int from = constraint->location;

		switch (constraint->contype)
		{
			case CONSTR_CHECK:
			case CONSTR_PRIMARY:
			case CONSTR_UNIQUE:
			case CONSTR_EXCLUSION:
			case CONSTR_FOREIGN:
				take_attributes(constraint, def, foreach_current_index(lc));
				tell_new_constraint(
					walk, relation, constraint, node, def->colname, true,
					source_between(walk, from, end_of_constraint(def, from, end_of_column)), from);
				break;
			default:
				break;
		}
	}
}

/* PARTITION OF and OF say more of a column that is there: it has no type of its own. */
static void
take_type(DraftColumn *column, const DraftColumn *there)
{
	column->type = there->type;
	column->typmod = there->typmod;
	column->type_name = there->type_name;
	column->collation = there->collation;
}

void
tell_new_column(ChangeWalk *walk, DraftRelation *relation, ColumnDef *def, Node *node, bool within,
				const char *text, int offset)
{
	Change *change = new_change(walk, CHANGE_ADD_COLUMN, node, relation);
	int end = def->location >= 0 ? end_of_part(walk, def->location) : (int) strlen(walk->text);

	change->within = within;
	change->text = text;
	change->offset = offset;
	change->name = pstrdup(def->colname);
	change->column = relation != NULL ? draft_column(relation, def->colname) : NULL;
	change->new_column = column_of_definition(def);
	if (def->typeName == NULL && change->column != NULL)
		take_type(change->new_column, change->column);
	change->is_serial = def->typeName != NULL && OidIsValid(serial_type(def->typeName));
	set_default(walk, change, def, end);
	if (node != NULL && IsA(node, AlterTableCmd))
		change->if_exists = castNode(AlterTableCmd, node)->missing_ok;
	if (change->if_exists && change->column != NULL)
	{
		change->kind = CHANGE_NOTHING;
		change->skipped = CHANGE_ADD_COLUMN;
		tell_change(walk, change);
		return;
	}
	tell_change(walk, change);
	if (relation != NULL)
		tell_constraints_of_column(walk, relation, def, node, end);
}
