/*
 * mask.h
 *		Takes passwords out of a statement before it is recorded.
 */
#ifndef SAFEMIG_MASK_H
#define SAFEMIG_MASK_H

extern const char *mask_secrets(const char *statement);

#endif /* SAFEMIG_MASK_H */
