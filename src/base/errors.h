/*
 * errors.h
 *		The one SQLSTATE class of the extension.  doc/errors.md explains each
 *		to the person who meets it; src/sql/ and the clients rely on the codes.
 */
#ifndef SAFEMIG_ERRORS_H
#define SAFEMIG_ERRORS_H

#include "utils/elog.h"

#define ERRCODE_REFUSED MAKE_SQLSTATE('S', 'M', '0', '0', '1')
#define ERRCODE_MIGRATION_CHANGED MAKE_SQLSTATE('S', 'M', '0', '0', '2')
#define ERRCODE_OUT_OF_ORDER MAKE_SQLSTATE('S', 'M', '0', '0', '3')
#define ERRCODE_GATE_CLOSED MAKE_SQLSTATE('S', 'M', '0', '0', '4')
#define ERRCODE_LOCK_UNAVAILABLE MAKE_SQLSTATE('S', 'M', '0', '0', '5')
#define ERRCODE_CANNOT_UNDO MAKE_SQLSTATE('S', 'M', '0', '0', '6')
#define ERRCODE_INVALID_SCRIPT MAKE_SQLSTATE('S', 'M', '0', '0', '7')
#define ERRCODE_WRONG_PLACE MAKE_SQLSTATE('S', 'M', '0', '0', '8')
#define ERRCODE_UNKNOWN_NAME MAKE_SQLSTATE('S', 'M', '0', '0', '9')

#endif /* SAFEMIG_ERRORS_H */
