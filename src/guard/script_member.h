/*
 * script_member.h
 *		Whose object is it that an extension's script lays hands on?
 */
#ifndef SAFEMIG_SCRIPT_MEMBER_H
#define SAFEMIG_SCRIPT_MEMBER_H

#include "postgres.h"
#include "catalog/objectaddress.h"

extern bool was_member_of_script(const ObjectAddress *object);

#endif /* SAFEMIG_SCRIPT_MEMBER_H */
