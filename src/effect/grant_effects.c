/*
 * grant_effects.c
 *		Does this statement give somebody rights by which he could write past the
 *		extension's functions, or the extension to somebody with whose rights it
 *		cannot work?  Does it hang a foreign key on our tables, whose cascade would
 *		run other people's triggers while we write them?  Anybody else's objects
 *		are no effect of ours.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_extension.h"
#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"

#include "base/installation.h"
#include "effect/grant_effects.h"

static List *
alters(Oid catalog, Oid oid)
{
	ObjectAddress object;
	Effect *effect;

	ObjectAddressSet(object, catalog, oid);
	effect = make_effect(ACTION_ALTER, &object);
	effect->named = true;
	return list_make1(effect);
}

/* SELECT, EXECUTE and USAGE are what the documentation hands out. */
static bool
grants_more_than_reading(List *privileges)
{
	ListCell *lc;

	foreach(lc, privileges)
	{
		const char *privilege = lfirst_node(AccessPriv, lc)->priv_name;

		if (privilege == NULL ||
			(strcmp(privilege, "select") != 0 && strcmp(privilege, "execute") != 0 &&
			 strcmp(privilege, "usage") != 0))
			return true;
	}
	return privileges == NIL;
}

static List *
effects_on_our_schema(List *names)
{
	ListCell *lc;

	foreach(lc, names)
		if (get_namespace_oid(strVal(lfirst(lc)), true) == safemig_schema())
			return alters(NamespaceRelationId, safemig_schema());
	return NIL;
}

static List *
effects_on_our_relations(List *names)
{
	ListCell *lc;

	foreach(lc, names)
	{
		Oid relid = lookup_relation(lfirst_node(RangeVar, lc));

		if (OidIsValid(relid) && get_rel_namespace(relid) == safemig_schema())
			return alters(RelationRelationId, relid);
	}
	return NIL;
}

/* Those on functions say no more than EXECUTE. */
static List *
effects_of_grant(GrantStmt *stmt)
{
	bool on_rows = stmt->objtype == OBJECT_TABLE || stmt->objtype == OBJECT_SEQUENCE;

	if (!stmt->is_grant || !grants_more_than_reading(stmt->privileges))
		return NIL;
	if (stmt->objtype == OBJECT_SCHEMA || (on_rows && stmt->targtype == ACL_TARGET_ALL_IN_SCHEMA))
		return effects_on_our_schema(stmt->objects);
	return on_rows && stmt->targtype == ACL_TARGET_OBJECT ? effects_on_our_relations(stmt->objects)
														  : NIL;
}

/* For objects that an update of the extension will make. */
static List *
effects_of_default_grant(AlterDefaultPrivilegesStmt *stmt)
{
	GrantStmt *grant = stmt->action;
	ListCell *lc;

	if (!grant->is_grant || !grants_more_than_reading(grant->privileges) ||
		(grant->objtype != OBJECT_TABLE && grant->objtype != OBJECT_SEQUENCE))
		return NIL;
	foreach(lc, stmt->options)
		if (strcmp(lfirst_node(DefElem, lc)->defname, "schemas") == 0)
			return effects_on_our_schema(castNode(List, lfirst_node(DefElem, lc)->arg));
	return NIL;
}

/* Our own statements run with the owner's rights.  From superuser to superuser nothing is lost. */
static List *
effects_of_reassign(ReassignOwnedStmt *stmt)
{
	Oid heir = get_rolespec_oid(stmt->newrole, true);
	ListCell *lc;

	if (!OidIsValid(heir) || superuser_arg(heir))
		return NIL;
	foreach(lc, stmt->roles)
		if (get_rolespec_oid(lfirst_node(RoleSpec, lc), true) == safemig_owner())
			return alters(ExtensionRelationId, safemig_extension());
	return NIL;
}

static List *
references_in(List *constraints)
{
	List *names = NIL;
	ListCell *lc;

	foreach(lc, constraints)
		if (IsA(lfirst(lc), Constraint) && ((Constraint *) lfirst(lc))->pktable != NULL)
			names = lappend(names, ((Constraint *) lfirst(lc))->pktable);
	return names;
}

List *
effects_of_references(List *elements)
{
	List *names = references_in(elements);
	ListCell *lc;

	if (!safemig_is_installed())
		return NIL;
	foreach(lc, elements)
		if (IsA(lfirst(lc), ColumnDef))
			names = list_concat(names, references_in(((ColumnDef *) lfirst(lc))->constraints));
	return effects_on_our_relations(names);
}

List *
effects_of_grant_statement(Node *stmt)
{
	if (!safemig_is_installed())
		return NIL;
	switch (nodeTag(stmt))
	{
		case T_GrantStmt:
			return effects_of_grant((GrantStmt *) stmt);
		case T_AlterDefaultPrivilegesStmt:
			return effects_of_default_grant((AlterDefaultPrivilegesStmt *) stmt);
		case T_ReassignOwnedStmt:
			return effects_of_reassign((ReassignOwnedStmt *) stmt);
		case T_CreateStmt:
			return effects_of_references(((CreateStmt *) stmt)->tableElts);
		default:
			return NIL;
	}
}
