/*
 * files.h
 *		The files of a relation, and the steps by which they change hands.
 */
#ifndef SAFEMIG_FILES_H
#define SAFEMIG_FILES_H

#include "postgres.h"
#include "base/compat.h"
#include "nodes/pg_list.h"

/* The files of one relation as they were, and whether this transaction made them */
typedef struct Files
{
	Oid relid;
	FormData_pg_class row;
	RelFileNode node;
	SubTransactionId created;	  /* rd_createSubid */
	SubTransactionId replaced;	  /* rd_newRelfilenodeSubid */
	SubTransactionId replaced_at; /* rd_firstRelfilenodeSubid */
	bool check_xmin;			  /* an index with broken HOT chains: pg_index.indcheckxmin */
} Files;

/* All files of a table; what is locked exclusively by the caller. */
typedef struct TableFiles
{
	Files heap;
	Files *toast; /* NULL: it has none */
	Files *toast_index;
	List *indexes; /* of Files: the valid ones */
} TableFiles;

extern TableFiles *files_of_table(Relation table);
extern Files *files_of(Oid relid);

/* Which of its files the relation has now. */
extern bool still_has_files(const Files *files);

/* A relation made just now gets files that another one lost. */
extern void hang_under_new(Oid relid, const Files *files);

/* A relation gets back what it had, and loses what it was given since. */
extern void give_back(const Files *files);
extern void unlink_at_commit(Oid relid);

/*
 * Two relations exchange files: both sides' older than this transaction, or
 * archived made just now and empty.
 */
extern void exchange_old_files(Oid one, Oid other);
extern void exchange_for_new_files(Oid relid, Oid archived);

extern Oid toast_of(Oid relid);
extern void exchange_toast(Oid one, Oid other);
extern void set_check_xmin(Oid index);

#endif /* SAFEMIG_FILES_H */
