/*
 * session.h
 *		Who is it, and from where: for every record of the audit.
 */
#ifndef SAFEMIG_SESSION_H
#define SAFEMIG_SESSION_H

#include "postgres.h"

extern const char *session_role_name(void);
extern const char *current_role_name(void);
extern const char *session_application(void); /* NULL when it gave none */
extern const char *session_client(void);	  /* address, "local", or NULL for no client */

/* A SELECT that is a transaction by itself, so that "for this transaction" means little? */
extern bool is_single_query(void);

#endif /* SAFEMIG_SESSION_H */
