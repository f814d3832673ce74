/*
 * actions.h
 *		Everything a statement can do that somebody may want to stop: the one list
 *		from which come the guard's defaults, safemig.actions, the words of permits
 *		and refusals, and the table in doc/guard.md.
 *
 * ACTION(symbol, "name", CATEGORY, "what is lost")
 *
 * To add an action: one row here, and in this folder the place that finds it
 * (drop_effects.c for what dependency drops report, statement_effects.c for
 * what only the statement shows, plan_effects.c for rows).
 * There is no include guard: the list is included once for each use.
 */

/* data: rows, or what holds them */
ACTION(DROP_TABLE, "drop table", DATA, "the table, its rows and all that hangs on it")
ACTION(DROP_PARTITION, "drop partition", DATA, "the partition and its rows")
ACTION(DROP_COLUMN, "drop column", DATA, "the column's value in every row")
ACTION(DROP_SCHEMA, "drop schema", DATA, "the schema and everything in it")
ACTION(DROP_DATABASE, "drop database", DATA, "the whole database")
ACTION(DROP_MATVIEW, "drop materialized view", DATA, "the stored rows of the view")
ACTION(DROP_SEQUENCE, "drop sequence", DATA, "the sequence and where it stands")
ACTION(DROP_LARGE_OBJECT, "drop large object", DATA, "the large object")
ACTION(TRUNCATE, "truncate", DATA, "every row of the table")
ACTION(ALTER_COLUMN_TYPE, "alter column type", DATA, "what the new type cannot hold, in every row")
ACTION(DROP_ATTRIBUTE, "drop attribute", DATA, "the attribute's value wherever the type is stored")
ACTION(ALTER_ATTRIBUTE, "alter attribute", DATA,
	   "what the new type cannot hold, wherever the type is stored")
ACTION(DELETE_ALL, "delete all", DATA, "every row of the table")
ACTION(CHANGE_ROWS, "change rows", DATA, "the former values of rows of a protected table")
ACTION(CHANGE_CATALOG, "change catalog", DATA, "what the server knows of its own objects")
ACTION(SET_UNLOGGED, "set unlogged", DATA, "every row at the next crash, and on every standby")

/* break: running code no longer finds what it names */
ACTION(RENAME_TABLE, "rename table", BREAK, "the name that running code uses")
ACTION(RENAME_COLUMN, "rename column", BREAK, "the name that running code uses")
ACTION(RENAME_SCHEMA, "rename schema", BREAK, "the name that running code uses")
ACTION(RENAME_TYPE, "rename type", BREAK, "the name that running code uses")
ACTION(RENAME_ATTRIBUTE, "rename attribute", BREAK, "the name that running code uses")
ACTION(RENAME_ENUM_VALUE, "rename enum value", BREAK, "the label that running code uses")
ACTION(RENAME_DATABASE, "rename database", BREAK, "the name that every client connects to")
ACTION(SET_SCHEMA, "set schema", BREAK, "the name that running code uses")
ACTION(DETACH_PARTITION, "detach partition", BREAK, "the partition's rows in queries of its parent")
ACTION(NO_INHERIT, "no inherit", BREAK, "the child's rows in queries of its parent")
ACTION(DISABLE_ROW_SECURITY, "disable row security", BREAK, "the protection of rows by policies")
ACTION(DISABLE_TRIGGER, "disable trigger", BREAK, "what the trigger checks or writes")

/* code: can be made again from its definition */
ACTION(DROP_VIEW, "drop view", CODE, "the view's definition")
ACTION(DROP_FUNCTION, "drop function", CODE, "the function's definition")
ACTION(DROP_PROCEDURE, "drop procedure", CODE, "the procedure's definition")
ACTION(DROP_AGGREGATE, "drop aggregate", CODE, "the aggregate's definition")
ACTION(DROP_TYPE, "drop type", CODE, "the type's definition")
ACTION(DROP_DOMAIN, "drop domain", CODE, "the domain's definition")
ACTION(DROP_EXTENSION, "drop extension", CODE, "the extension's objects")
ACTION(DROP_FOREIGN_TABLE, "drop foreign table", CODE, "the foreign table's definition")
ACTION(DROP_FOREIGN_DATA_WRAPPER, "drop foreign data wrapper", CODE, "the wrapper's definition")
ACTION(DROP_SERVER, "drop server", CODE, "the server's definition")
ACTION(DROP_USER_MAPPING, "drop user mapping", CODE, "the mapping's options")
ACTION(DROP_PUBLICATION, "drop publication", CODE, "the publication's definition")
ACTION(DROP_SUBSCRIPTION, "drop subscription", CODE, "the subscription and its slot")
ACTION(DROP_POLICY, "drop policy", CODE, "the policy's definition")
ACTION(DROP_RULE, "drop rule", CODE, "the rule's definition")
ACTION(DROP_EVENT_TRIGGER, "drop event trigger", CODE, "the event trigger's definition")
ACTION(DROP_LANGUAGE, "drop language", CODE, "the language's definition")
ACTION(DROP_TRANSFORM, "drop transform", CODE, "the transform's definition")
ACTION(DROP_OPERATOR, "drop operator", CODE, "the operator's definition")
ACTION(DROP_OPERATOR_CLASS, "drop operator class", CODE, "the operator class's definition")
ACTION(DROP_OPERATOR_FAMILY, "drop operator family", CODE, "the operator family's definition")
ACTION(DROP_ACCESS_METHOD, "drop access method", CODE, "the access method's definition")
ACTION(DROP_CAST, "drop cast", CODE, "the cast's definition")
ACTION(DROP_COLLATION, "drop collation", CODE, "the collation's definition")
ACTION(DROP_CONVERSION, "drop conversion", CODE, "the conversion's definition")
ACTION(DROP_TS_PARSER, "drop text search parser", CODE, "the parser's definition")
ACTION(DROP_TS_DICTIONARY, "drop text search dictionary", CODE, "the dictionary's definition")
ACTION(DROP_TS_TEMPLATE, "drop text search template", CODE, "the template's definition")
ACTION(DROP_TS_CONFIGURATION, "drop text search configuration", CODE,
	   "the configuration's definition")
ACTION(REPLACE_VIEW, "replace view", CODE, "the view's former definition")
ACTION(REPLACE_FUNCTION, "replace function", CODE, "the function's former definition")
ACTION(REPLACE_TRIGGER, "replace trigger", CODE, "the trigger's former definition")
ACTION(REPLACE_RULE, "replace rule", CODE, "the rule's former definition")

/* upkeep: nothing that anybody stored */
ACTION(DROP_INDEX, "drop index", UPKEEP, "the index")
ACTION(DROP_CONSTRAINT, "drop constraint", UPKEEP, "the constraint")
ACTION(DROP_TRIGGER, "drop trigger", UPKEEP, "the trigger")
ACTION(DROP_STATISTICS, "drop statistics", UPKEEP, "the statistics object")
ACTION(DROP_DEFAULT, "drop default", UPKEEP, "the default")
ACTION(DROP_NOT_NULL, "drop not null", UPKEEP, "the constraint")
ACTION(UPDATE_ALL, "update all", UPKEEP, "the former value in every row")
ACTION(RESTART_SEQUENCE, "restart sequence", UPKEEP, "where the sequence stood")

/* change: adds to the schema */
ACTION(CREATE, "create", CHANGE, "nothing")
ACTION(ADD_COLUMN, "add column", CHANGE, "nothing")
ACTION(ALTER, "alter", CHANGE, "nothing")

/* self: would take this protection away */
ACTION(DISARM, "disarm", SELF, "the protection of this database")
