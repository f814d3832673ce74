/*
 * rules.h
 *		What lint finds: the one list from which come the ids, safemig.lint_rules and
 *		the table in doc/lint.md.  An id is squawk's where squawk has the rule.
 *
 * RULE(symbol, "id", CATEGORY, severity in production and staging,
 *      severity in test and development, "what it detects", "the safe way")
 *
 * To add a rule: one row here, and in the room of its category (data_rules.c ...)
 * the place that finds it.  What is known of a statement is made in src/effect and src/foresee.
 * There is no include guard: the list is included once for each use.
 */
/* data: what is stored */
RULE(BAN_DROP_TABLE, "ban-drop-table", DATA, ERROR, WARNING,
	 "a table, partition or materialized view is dropped",
	 "stop using it, deprecate it, then drop it with a permit; the bin keeps it")
RULE(BAN_DROP_COLUMN, "ban-drop-column", DATA, ERROR, WARNING, "a column is dropped",
	 "stop reading and writing it first, then drop it with a permit; the bin keeps it")
RULE(BAN_DROP_SCHEMA, "ban-drop-schema", DATA, ERROR, WARNING,
	 "a schema with something in it is dropped", "drop what is in it by name, each with its permit")
RULE(BAN_DROP_DATABASE, "ban-drop-database", DATA, ERROR, ERROR, "a database is dropped",
	 "not in a script")
RULE(BAN_TRUNCATE, "ban-truncate", DATA, ERROR, WARNING, "a table with rows is emptied",
	 "delete in batches, or truncate with a permit")
RULE(BAN_TRUNCATE_CASCADE, "ban-truncate-cascade", DATA, ERROR, ERROR,
	 "TRUNCATE ... CASCADE reaches tables that it does not name", "name every table")
RULE(BAN_CASCADE, "ban-cascade", DATA, ERROR, WARNING,
	 "CASCADE takes along what the statement does not name",
	 "drop each dependent by its name first")
RULE(BAN_DROP_SEQUENCE, "ban-drop-sequence", DATA, ERROR, WARNING,
	 "a sequence is dropped, and where it stood with it", "drop it with a permit")
RULE(DELETE_WITHOUT_WHERE, "delete-without-where", DATA, ERROR, WARNING, "DELETE reaches every row",
	 "delete in batches, with a condition")
RULE(UPDATE_WITHOUT_WHERE, "update-without-where", DATA, WARNING, INFO, "UPDATE reaches every row",
	 "write in batches, outside the migration")
RULE(LOSSY_CAST, "lossy-cast", DATA, ERROR, ERROR, "the new type cannot hold every value",
	 "a new column beside the old one, filled and then switched to")
RULE(DROP_AND_ADD_COLUMN, "drop-and-add-column", DATA, ERROR, WARNING,
	 "a column is dropped and one like it added: a rename that loses every value", "RENAME COLUMN")
RULE(BAN_ENUM_VALUE_REMOVAL, "ban-enum-value-removal", DATA, ERROR, ERROR,
	 "a column gets an enum without a label of its old one",
	 "keep the label, and forbid it with a CHECK")

/* rewrite: every row is written anew while nobody reads or writes */
RULE(CHANGING_COLUMN_TYPE, "changing-column-type", REWRITE, ERROR, WARNING,
	 "a type change writes every row anew",
	 "a new column beside the old one, filled in batches, then switched to")
RULE(CHANGING_COLUMN_COLLATION, "changing-column-collation", REWRITE, ERROR, WARNING,
	 "another collation rebuilds the indexes of the column",
	 "a new column with its indexes beside the old one")
RULE(CHANGING_TYPE_RECHECKS_CONSTRAINT, "changing-type-rechecks-constraint", REWRITE, WARNING, INFO,
	 "a type change checks every row against the column's constraints again",
	 "drop the constraint, change the type, add it NOT VALID, validate it later")
RULE(CHANGING_TYPE_BLOCKED, "changing-type-blocked", REWRITE, ERROR, ERROR,
	 "a view, rule, trigger or policy stands on the column, so the server will refuse",
	 "drop it and create it again in the same script")
RULE(ADDING_FIELD_WITH_DEFAULT, "adding-field-with-default", REWRITE, ERROR, WARNING,
	 "a volatile default or a stored generated column writes every row anew",
	 "add the column without, set the default, fill it in batches")
RULE(ADDING_SERIAL_FIELD, "adding-serial-field", REWRITE, ERROR, WARNING,
	 "a serial or identity column writes every row anew",
	 "add the column nullable, attach a sequence, fill it in batches")
RULE(ADDING_FIELD_WITH_DOMAIN, "adding-field-with-domain", REWRITE, ERROR, WARNING,
	 "a column of a domain with constraints writes every row anew",
	 "its base type, with a CHECK that is validated later")
RULE(CHANGING_PERSISTENCE, "changing-persistence", REWRITE, ERROR, WARNING,
	 "SET LOGGED and SET UNLOGGED write every row anew", "a new table, filled in batches")
RULE(CHANGING_ACCESS_METHOD, "changing-access-method", REWRITE, ERROR, WARNING,
	 "another access method writes every row anew", "a new table, filled in batches")
RULE(CHANGING_TABLESPACE, "changing-tablespace", REWRITE, ERROR, WARNING,
	 "another tablespace copies every file", "a tool that moves tables online")
RULE(PREFER_REPACK, "prefer-repack", REWRITE, ERROR, WARNING,
	 "VACUUM FULL and CLUSTER write every row anew", "pg_repack or pg_squeeze, which do it online")

/* constraint: every row is checked while nobody writes */
RULE(CONSTRAINT_MISSING_NOT_VALID, "constraint-missing-not-valid", CONSTRAINT, ERROR, WARNING,
	 "a CHECK reads every row, when added or when validated in the transaction that added it",
	 "NOT VALID, then VALIDATE CONSTRAINT in a transaction of its own")
RULE(ADDING_FOREIGN_KEY_CONSTRAINT, "adding-foreign-key-constraint", CONSTRAINT, ERROR, WARNING,
	 "a foreign key reads every row while both tables wait",
	 "NOT VALID, then VALIDATE CONSTRAINT in a transaction of its own")
RULE(ADDING_NOT_NULLABLE_FIELD, "adding-not-nullable-field", CONSTRAINT, ERROR, WARNING,
	 "SET NOT NULL reads every row, since no valid CHECK proves it",
	 "a CHECK (... IS NOT NULL) NOT VALID, VALIDATE, then SET NOT NULL")
RULE(ADDING_REQUIRED_FIELD, "adding-required-field", CONSTRAINT, ERROR, WARNING,
	 "a NOT NULL column without a default fails on a table with rows",
	 "with a default, or nullable first")
RULE(ADDING_SERIAL_PRIMARY_KEY_FIELD, "adding-serial-primary-key-field", CONSTRAINT, ERROR, WARNING,
	 "a primary key builds its index while nobody reads or writes",
	 "CREATE UNIQUE INDEX CONCURRENTLY, then ADD PRIMARY KEY USING INDEX")
RULE(DISALLOWED_UNIQUE_CONSTRAINT, "disallowed-unique-constraint", CONSTRAINT, ERROR, WARNING,
	 "a unique constraint builds its index while nobody reads or writes",
	 "CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE USING INDEX")
RULE(ADDING_EXCLUSION_CONSTRAINT, "adding-exclusion-constraint", CONSTRAINT, ERROR, WARNING,
	 "an exclusion constraint builds its index while nobody reads or writes",
	 "no online way: in a maintenance window")
RULE(FOREIGN_KEY_TO_BUSY_TABLE, "foreign-key-to-busy-table", CONSTRAINT, INFO, INFO,
	 "a foreign key of a new table or column makes writers of the table it refers to wait",
	 "the foreign key last, in a short migration of its own")
RULE(UNIQUE_HAS_DUPLICATES, "unique-has-duplicates", CONSTRAINT, ERROR, ERROR,
	 "there are duplicates, so a unique index or key will fail",
	 "find them and decide which row stays")
RULE(NULLABLE_PRIMARY_KEY_INDEX, "nullable-primary-key-index", CONSTRAINT, WARNING, INFO,
	 "a primary key on an index of nullable columns reads every row for nulls",
	 "prove them NOT NULL with a validated CHECK first")
RULE(DROPPING_CONSTRAINT, "dropping-constraint", CONSTRAINT, WARNING, INFO,
	 "a constraint is dropped that holds now", "keep it until nothing relies on it")
RULE(DROPPING_PRIMARY_KEY, "dropping-primary-key", CONSTRAINT, ERROR, WARNING,
	 "a primary key is dropped", "drop it and add its successor USING INDEX in one statement")
RULE(BAN_DROP_NOT_NULL, "ban-drop-not-null", CONSTRAINT, WARNING, INFO,
	 "a column may hold nulls from now on", "first the code that can read them")
RULE(DROPPING_DOMAIN_CONSTRAINT, "dropping-domain-constraint", CONSTRAINT, WARNING, INFO,
	 "a domain accepts what it did not accept", "keep it until nothing relies on it")
RULE(BAN_CREATE_DOMAIN_WITH_CONSTRAINT, "ban-create-domain-with-constraint", CONSTRAINT, INFO, INFO,
	 "a constraint of a domain cannot be changed online later",
	 "the base type, and a CHECK of the table")
RULE(BAN_ALTER_DOMAIN_WITH_ADD_CONSTRAINT, "ban-alter-domain-with-add-constraint", CONSTRAINT,
	 ERROR, WARNING, "a constraint of a domain reads every table that uses it while writers wait",
	 "NOT VALID, then VALIDATE CONSTRAINT")
RULE(
	FOREIGN_KEY_WITHOUT_INDEX, "foreign-key-without-index", CONSTRAINT, INFO, INFO,
	"no index begins with the columns of a foreign key, so each DELETE of a referenced row reads the table",
	"CREATE INDEX CONCURRENTLY on them")
RULE(CASCADE_FAN_OUT, "cascade-fan-out", CONSTRAINT, INFO, INFO,
	 "one DELETE reaches on through foreign keys with ON DELETE CASCADE",
	 "ON DELETE RESTRICT, and delete in batches")

/* index */
RULE(REQUIRE_CONCURRENT_INDEX_CREATION, "require-concurrent-index-creation", INDEX, ERROR, WARNING,
	 "an index is built while writers wait", "CREATE INDEX CONCURRENTLY")
RULE(REQUIRE_CONCURRENT_INDEX_DELETION, "require-concurrent-index-deletion", INDEX, WARNING, INFO,
	 "DROP INDEX makes readers and writers wait", "DROP INDEX CONCURRENTLY")
RULE(REQUIRE_CONCURRENT_REINDEX, "require-concurrent-reindex", INDEX, ERROR, WARNING,
	 "an index is rebuilt while writers, and readers that use it, wait", "REINDEX ... CONCURRENTLY")
RULE(BAN_CONCURRENT_INDEX_CREATION_IN_TRANSACTION, "ban-concurrent-index-creation-in-transaction",
	 INDEX, ERROR, ERROR, "CONCURRENTLY cannot run in a transaction",
	 "a script of its own, outside a transaction")
RULE(
	INVALID_INDEX, "invalid-index", INDEX, ERROR, WARNING,
	"IF NOT EXISTS finds an invalid index, which a failed CONCURRENTLY left behind, and leaves it invalid",
	"drop it and build it again")
RULE(DROPPING_USED_INDEX, "dropping-used-index", INDEX, WARNING, INFO,
	 "an index is dropped that queries use, or a foreign key needs",
	 "drop it when nothing used it for a while")
RULE(DUPLICATE_INDEX, "duplicate-index", INDEX, WARNING, INFO,
	 "another index does the same already", "leave it out")
RULE(HASH_INDEX, "hash-index", INDEX, INFO, INFO,
	 "a hash index finds equal values only and keeps nothing unique", "a btree")
RULE(INDEX_OVER_THREE_COLUMNS, "index-over-three-columns", INDEX, INFO, INFO,
	 "an index over more than three columns is seldom worth its room", "fewer columns")

/* partitions and materialized views */
RULE(ATTACHING_PARTITION_WITHOUT_CHECK, "attaching-partition-without-check", PARTITION, ERROR,
	 WARNING, "ATTACH PARTITION reads every row, since no valid CHECK proves the bound",
	 "a CHECK of the bound NOT VALID, VALIDATE, then ATTACH")
RULE(REQUIRE_CONCURRENT_PARTITION_DETACH, "require-concurrent-partition-detach", PARTITION, ERROR,
	 WARNING, "DETACH PARTITION makes readers and writers of the whole table wait",
	 "DETACH PARTITION ... CONCURRENTLY")
RULE(REQUIRE_CONCURRENT_REFRESH, "require-concurrent-refresh", PARTITION, WARNING, INFO,
	 "REFRESH makes readers wait until the query has run",
	 "REFRESH MATERIALIZED VIEW CONCURRENTLY, with a unique index")

/* contract: what running code relies on */
RULE(RENAMING_TABLE, "renaming-table", CONTRACT, ERROR, WARNING,
	 "running code no longer finds the relation", "a view under the old name until nothing uses it")
RULE(RENAMING_COLUMN, "renaming-column", CONTRACT, ERROR, WARNING,
	 "running code no longer finds the column", "a new column kept in step with the old one")
RULE(RENAMING_SCHEMA, "renaming-schema", CONTRACT, ERROR, WARNING,
	 "running code no longer finds anything in the schema", "a new schema with views")
RULE(RENAMING_ENUM_VALUE, "renaming-enum-value", CONTRACT, ERROR, WARNING,
	 "running code writes a label that is no longer there",
	 "add the new label, convert the rows, then stop writing the old one")
RULE(CHANGING_DEFAULT, "changing-default", CONTRACT, INFO, INFO,
	 "running code that leaves the column out gets another value", "tell who writes it")
RULE(BREAKING_DEPENDENT, "breaking-dependent", CONTRACT, ERROR, WARNING,
	 "a view or function stops working, which the server does not notice",
	 "change it in the same script")

/* lock: who waits, and for how long */
RULE(REQUIRE_LOCK_TIMEOUT, "require-lock-timeout", LOCK, INFO, OFF,
	 "a strong lock is waited for without limit, and everybody queues behind it",
	 "SET lock_timeout = '2s'")
RULE(REQUIRE_STATEMENT_TIMEOUT, "require-statement-timeout", LOCK, INFO, OFF,
	 "a strong lock may be held without limit", "SET statement_timeout = '5min'")
RULE(REQUIRE_TIMEOUT_SETTINGS, "require-timeout-settings", LOCK, OFF, OFF,
	 "squawk's former name for the two above, together", "SET lock_timeout and statement_timeout")
RULE(HOLDING_STRONG_LOCK, "holding-strong-lock", LOCK, WARNING, INFO,
	 "something long runs while an earlier statement's strong lock is held",
	 "a transaction of its own for each")
RULE(BACKFILL_IN_DDL_TRANSACTION, "backfill-in-ddl-transaction", LOCK, WARNING, INFO,
	 "many rows are written in the transaction that changed the table",
	 "write them in batches in a later migration")
RULE(COMBINE_ALTER_TABLE, "combine-alter-table", LOCK, INFO, OFF,
	 "several ALTER TABLEs where one would do", "one ALTER TABLE with commas")
RULE(SEVERAL_BUSY_TABLES, "several-busy-tables", LOCK, INFO, OFF,
	 "strong locks on several tables in one transaction can deadlock with readers",
	 "a migration for each")

/* the script itself */
RULE(SYNTAX_ERROR, "syntax-error", SCRIPT, ERROR, ERROR,
	 "the server does not understand the script", "correct it")
RULE(TRANSACTION_NESTING, "transaction-nesting", SCRIPT, WARNING, WARNING,
	 "BEGIN and COMMIT in a script that a runner puts into a transaction of its own",
	 "leave them out")
RULE(BAN_UNCOMMITTED_TRANSACTION, "ban-uncommitted-transaction", SCRIPT, ERROR, ERROR,
	 "BEGIN without COMMIT", "commit it, or leave BEGIN out")
RULE(PREFER_ROBUST_STMTS, "prefer-robust-stmts", SCRIPT, INFO, OFF,
	 "outside a transaction a failed script stays half done, and cannot run again",
	 "IF EXISTS, IF NOT EXISTS")
RULE(MIXED_TRANSACTION_MODES, "mixed-transaction-modes", SCRIPT, ERROR, ERROR,
	 "some statements cannot run in a transaction and others should", "a script for each kind")
RULE(DYNAMIC_SQL, "dynamic-sql", SCRIPT, INFO, INFO,
	 "what it runs is made at run time and cannot be seen here",
	 "plain statements, or look at it with safemig.dry_run()")
RULE(BAN_DUPLICATE_COLUMN_ASSIGNMENTS, "ban-duplicate-column-assignments", SCRIPT, ERROR, ERROR,
	 "the same column is named twice, so the server will refuse", "name it once")
RULE(UNUSED_IGNORE, "unused-ignore", SCRIPT, INFO, INFO,
	 "a comment ignores a rule that finds nothing there, or that is not there",
	 "remove the comment")
RULE(ENUM_VALUE_USED_AT_ONCE, "enum-value-used-at-once", SCRIPT, ERROR, ERROR,
	 "a new enum value is used in the transaction that adds it, so the server will refuse",
	 "use it in the next migration")

/* types and style */
RULE(PREFER_BIGINT_OVER_INT, "prefer-bigint-over-int", STYLE, INFO, INFO,
	 "an int ends at 2 147 483 647", "bigint")
RULE(PREFER_BIGINT_OVER_SMALLINT, "prefer-bigint-over-smallint", STYLE, INFO, INFO,
	 "a smallint ends at 32 767", "bigint")
RULE(SEQUENCE_HEADROOM, "sequence-headroom", STYLE, WARNING, INFO,
	 "a key of a table that the script changes is more than half used up",
	 "change it to bigint in time")
RULE(PREFER_IDENTITY, "prefer-identity", STYLE, INFO, INFO,
	 "serial leaves a sequence with rights and an owner of its own", "GENERATED ... AS IDENTITY")
RULE(BAN_CHAR_FIELD, "ban-char-field", STYLE, INFO, INFO, "char(n) pads with blanks", "text")
RULE(PREFER_TEXT_FIELD, "prefer-text-field", STYLE, INFO, INFO,
	 "the limit of varchar(n) is hard to change downwards", "text, with a CHECK")
RULE(PREFER_TIMESTAMP_TZ, "prefer-timestamp-tz", STYLE, INFO, INFO,
	 "timestamp without time zone does not say which moment it is", "timestamptz")
RULE(PREFER_JSONB, "prefer-jsonb", STYLE, INFO, INFO,
	 "json has no equality, so DISTINCT and GROUP BY fail", "jsonb")
RULE(REQUIRE_PRIMARY_KEY, "require-primary-key", STYLE, INFO, INFO,
	 "a table without a primary key: no row can be named, replicated or kept one by one", "add one")
RULE(IDENTIFIER_TOO_LONG, "identifier-too-long", STYLE, WARNING, INFO,
	 "a name over 63 bytes is cut off", "a shorter name")
RULE(IDENTIFIER_COLLISION, "identifier-collision", STYLE, ERROR, ERROR,
	 "a name that is cut off meets another one", "a shorter name")
RULE(REQUIRE_TABLE_SCHEMA, "require-table-schema", STYLE, OFF, OFF,
	 "a table is named without its schema", "write the schema")
RULE(REQUIRE_ENUM_VALUE_ORDERING, "require-enum-value-ordering", STYLE, INFO, INFO,
	 "a new enum value goes last, where its order may matter", "BEFORE or AFTER")

/* security */
RULE(DISABLING_ROW_SECURITY, "disabling-row-security", SECURITY, ERROR, WARNING,
	 "policies no longer protect the rows, or the last one goes", "keep row level security on")
RULE(ENABLING_ROW_SECURITY_WITHOUT_POLICY, "enabling-row-security-without-policy", SECURITY,
	 WARNING, INFO, "without a policy nobody but the owner sees a row",
	 "CREATE POLICY in the same script")
RULE(GRANTING_TO_PUBLIC, "granting-to-public", SECURITY, WARNING, INFO,
	 "every role that there is or will be gets the right", "GRANT to a role")
RULE(DISABLING_TRIGGER, "disabling-trigger", SECURITY, ERROR, WARNING,
	 "what the trigger or rule checks or writes no longer happens", "keep it enabled")
RULE(CHANGING_REPLICA_IDENTITY, "changing-replica-identity", SECURITY, WARNING, INFO,
	 "subscribers may no longer find the rows that are updated or deleted",
	 "an index that fits, while nothing is published")
RULE(CHANGING_EXTENSION, "changing-extension", SECURITY, INFO, INFO,
	 "the script of an extension runs, which cannot be seen here", "try it with safemig.dry_run()")
