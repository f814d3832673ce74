/*
 * actions.h
 *		Everything a statement can do that somebody may want to stop: the one list
 *		from which come the guard's defaults, safemig.actions, the words of permits
 *		and refusals, and the table in doc/guard.md.
 *
 * ACTION(symbol, "name", CATEGORY, KEPT, "what is lost")
 *
 * KEPT says how what is lost is kept for taking it back (src/undo): MOVED to a
 * schema of the bin, its STORAGE hung under another table, the COLUMN left in
 * place, a COPY of the values, the DEFINITION as statements, or NOT.
 *
 * To add an action: one row here, and in this folder the place that finds it
 * (drop_effects.c for what dependency drops report, statement_effects.c for
 * what only the statement shows, plan_effects.c for rows).
 * There is no include guard: the list is included once for each use.
 */

/* data: rows, or what holds them */
ACTION(DROP_TABLE, "drop table", DATA, MOVED, "the table, its rows and all that hangs on it")
ACTION(DROP_PARTITION, "drop partition", DATA, MOVED, "the partition and its rows")
ACTION(DROP_COLUMN, "drop column", DATA, COLUMN, "the column's value in every row")
ACTION(DROP_SCHEMA, "drop schema", DATA, MOVED, "the schema and everything in it")
ACTION(DROP_DATABASE, "drop database", DATA, NOT, "the whole database")
ACTION(DROP_MATVIEW, "drop materialized view", DATA, MOVED, "the stored rows of the view")
ACTION(DROP_SEQUENCE, "drop sequence", DATA, MOVED, "the sequence and where it stands")
ACTION(DROP_LARGE_OBJECT, "drop large object", DATA, NOT, "the large object")
ACTION(TRUNCATE, "truncate", DATA, STORAGE, "every row of the table")
ACTION(ALTER_COLUMN_TYPE, "alter column type", DATA, COPY,
	   "what the new type cannot hold, in every row")
ACTION(DROP_ATTRIBUTE, "drop attribute", DATA, NOT,
	   "the attribute's value wherever the type is stored")
ACTION(ALTER_ATTRIBUTE, "alter attribute", DATA, NOT,
	   "what the new type cannot hold, wherever the type is stored")
ACTION(DELETE_ALL, "delete all", DATA, NOT, "every row of the table")
ACTION(CHANGE_ROWS, "change rows", DATA, NOT, "the former values of rows of a protected table")
ACTION(CHANGE_CATALOG, "change catalog", DATA, NOT, "what the server knows of its own objects")
ACTION(SET_UNLOGGED, "set unlogged", DATA, NOT, "every row at the next crash, and on every standby")

/* break: running code no longer finds what it names */
ACTION(RENAME_TABLE, "rename table", BREAK, NOT, "the name that running code uses")
ACTION(RENAME_COLUMN, "rename column", BREAK, NOT, "the name that running code uses")
ACTION(RENAME_SCHEMA, "rename schema", BREAK, NOT, "the name that running code uses")
ACTION(RENAME_TYPE, "rename type", BREAK, NOT, "the name that running code uses")
ACTION(RENAME_ATTRIBUTE, "rename attribute", BREAK, NOT, "the name that running code uses")
ACTION(RENAME_ENUM_VALUE, "rename enum value", BREAK, NOT, "the label that running code uses")
ACTION(RENAME_DATABASE, "rename database", BREAK, NOT, "the name that every client connects to")
ACTION(SET_SCHEMA, "set schema", BREAK, NOT, "the name that running code uses")
ACTION(DETACH_PARTITION, "detach partition", BREAK, NOT,
	   "the partition's rows in queries of its parent")
ACTION(NO_INHERIT, "no inherit", BREAK, NOT, "the child's rows in queries of its parent")
ACTION(DISABLE_ROW_SECURITY, "disable row security", BREAK, NOT,
	   "the protection of rows by policies")
ACTION(DISABLE_TRIGGER, "disable trigger", BREAK, NOT, "what the trigger checks or writes")

/* code: can be made again from its definition */
ACTION(DROP_VIEW, "drop view", CODE, DEFINITION, "the view's definition")
ACTION(DROP_FUNCTION, "drop function", CODE, DEFINITION, "the function's definition")
ACTION(DROP_PROCEDURE, "drop procedure", CODE, DEFINITION, "the procedure's definition")
ACTION(DROP_AGGREGATE, "drop aggregate", CODE, DEFINITION, "the aggregate's definition")
ACTION(DROP_TYPE, "drop type", CODE, DEFINITION, "the type's definition")
ACTION(DROP_DOMAIN, "drop domain", CODE, DEFINITION, "the domain's definition")
ACTION(DROP_EXTENSION, "drop extension", CODE, NOT, "the extension's objects")
ACTION(DROP_FOREIGN_TABLE, "drop foreign table", CODE, MOVED, "the foreign table's definition")
ACTION(DROP_FOREIGN_DATA_WRAPPER, "drop foreign data wrapper", CODE, DEFINITION,
	   "the wrapper's definition")
ACTION(DROP_SERVER, "drop server", CODE, DEFINITION, "the server's definition")
ACTION(DROP_USER_MAPPING, "drop user mapping", CODE, DEFINITION, "the mapping's options")
ACTION(DROP_PUBLICATION, "drop publication", CODE, DEFINITION, "the publication's definition")
ACTION(DROP_SUBSCRIPTION, "drop subscription", CODE, NOT, "the subscription and its slot")
ACTION(DROP_POLICY, "drop policy", CODE, DEFINITION, "the policy's definition")
ACTION(DROP_RULE, "drop rule", CODE, DEFINITION, "the rule's definition")
ACTION(DROP_EVENT_TRIGGER, "drop event trigger", CODE, DEFINITION, "the event trigger's definition")
ACTION(DROP_LANGUAGE, "drop language", CODE, NOT, "the language's definition")
ACTION(DROP_TRANSFORM, "drop transform", CODE, DEFINITION, "the transform's definition")
ACTION(DROP_OPERATOR, "drop operator", CODE, DEFINITION, "the operator's definition")
ACTION(DROP_OPERATOR_CLASS, "drop operator class", CODE, DEFINITION,
	   "the operator class's definition")
ACTION(DROP_OPERATOR_FAMILY, "drop operator family", CODE, DEFINITION,
	   "the operator family's definition")
ACTION(DROP_ACCESS_METHOD, "drop access method", CODE, NOT, "the access method's definition")
ACTION(DROP_CAST, "drop cast", CODE, DEFINITION, "the cast's definition")
ACTION(DROP_COLLATION, "drop collation", CODE, DEFINITION, "the collation's definition")
ACTION(DROP_CONVERSION, "drop conversion", CODE, DEFINITION, "the conversion's definition")
ACTION(DROP_TS_PARSER, "drop text search parser", CODE, DEFINITION, "the parser's definition")
ACTION(DROP_TS_DICTIONARY, "drop text search dictionary", CODE, DEFINITION,
	   "the dictionary's definition")
ACTION(DROP_TS_TEMPLATE, "drop text search template", CODE, DEFINITION, "the template's definition")
ACTION(DROP_TS_CONFIGURATION, "drop text search configuration", CODE, DEFINITION,
	   "the configuration's definition")
ACTION(REPLACE_VIEW, "replace view", CODE, DEFINITION, "the view's former definition")
ACTION(REPLACE_FUNCTION, "replace function", CODE, DEFINITION, "the function's former definition")
ACTION(REPLACE_TRIGGER, "replace trigger", CODE, DEFINITION, "the trigger's former definition")
ACTION(REPLACE_RULE, "replace rule", CODE, DEFINITION, "the rule's former definition")

/* upkeep: nothing that anybody stored */
ACTION(DROP_INDEX, "drop index", UPKEEP, DEFINITION, "the index")
ACTION(DROP_CONSTRAINT, "drop constraint", UPKEEP, DEFINITION, "the constraint")
ACTION(DROP_TRIGGER, "drop trigger", UPKEEP, DEFINITION, "the trigger")
ACTION(DROP_STATISTICS, "drop statistics", UPKEEP, DEFINITION, "the statistics object")
ACTION(DROP_DEFAULT, "drop default", UPKEEP, DEFINITION, "the default")
ACTION(DROP_NOT_NULL, "drop not null", UPKEEP, DEFINITION, "the constraint")
ACTION(UPDATE_ALL, "update all", UPKEEP, NOT, "the former value in every row")
ACTION(RESTART_SEQUENCE, "restart sequence", UPKEEP, NOT, "where the sequence stood")

/* change: adds to the schema */
ACTION(CREATE, "create", CHANGE, NOT, "nothing")
ACTION(ADD_COLUMN, "add column", CHANGE, NOT, "nothing")
ACTION(ALTER, "alter", CHANGE, NOT, "nothing")

/* self: would take this protection away */
ACTION(DISARM, "disarm", SELF, NOT, "the protection of this database")
