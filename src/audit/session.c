/*
 * session.c
 *		Who is it, and from where.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "tcop/pquery.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/portal.h"

#include "audit/session.h"

const char *
session_role_name(void)
{
	return GetUserNameFromId(GetSessionUserId(), true);
}

const char *
current_role_name(void)
{
	return GetUserNameFromId(GetUserId(), true);
}

const char *
session_application(void)
{
	return application_name && application_name[0] ? application_name : NULL;
}

/* Asked of the server's own function, since its Port needs headers of GSSAPI. */
const char *
session_client(void)
{
	LOCAL_FCINFO(fcinfo, 0);
	Datum address;

	if (MyProcPort == NULL)
		return NULL;
	InitFunctionCallInfoData(*fcinfo, NULL, 0, InvalidOid, NULL, NULL);
	address = inet_client_addr(fcinfo);
	if (fcinfo->isnull)
		return "local";
	return DatumGetCString(DirectFunctionCall1(inet_out, address));
}

/* A DO block is none: what it sets holds until it ends. */
bool
is_single_query(void)
{
	return !IsTransactionBlock() && ActivePortal != NULL &&
		ActivePortal->commandTag == CMDTAG_SELECT;
}
