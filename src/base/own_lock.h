/*
 * own_lock.h
 *		Locks of the extension's own: on itself, with sub-ids that the server never
 *		uses, so that nobody can take them by hand, as anybody could an advisory lock.
 */
#ifndef SAFEMIG_OWN_LOCK_H
#define SAFEMIG_OWN_LOCK_H

#include "postgres.h"
#include "catalog/pg_extension.h"
#include "miscadmin.h"
#include "storage/lock.h"

#include "base/installation.h"

/* Not to be renumbered: two builds of the library may be at work in one database. */
typedef enum OwnLock
{
	LOCK_OF_RUNNER = 1,		  /* of migrations */
	LOCK_OF_DRAIN = 2,		  /* of the spooled records */
	LOCK_OF_ONLINE_RUNNER = 3 /* beside LOCK_OF_RUNNER */
} OwnLock;

static inline LOCKTAG
own_lock_tag(OwnLock lock)
{
	LOCKTAG tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, ExtensionRelationId, safemig_extension(), lock);
	return tag;
}

/* Until the transaction ends.  false: another has it. */
static inline bool
try_own_lock(OwnLock lock)
{
	LOCKTAG tag = own_lock_tag(lock);

	return LockAcquire(&tag, ExclusiveLock, false, true) != LOCKACQUIRE_NOT_AVAIL;
}

#endif /* SAFEMIG_OWN_LOCK_H */
