/*
 * words.h
 *		How much, in words that a message can hold.
 */
#ifndef SAFEMIG_WORDS_H
#define SAFEMIG_WORDS_H

#include "postgres.h"

/* 12345678 as '12 345 678' */
extern char *grouped_digits(double number);

/* '445 MB' */
extern char *size_words(int64 bytes);

/* 'about 12 345 rows' */
extern char *row_words(double rows);

#endif /* SAFEMIG_WORDS_H */
