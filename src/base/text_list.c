/*
 * text_list.c
 *		Lists of char *: equal() and list_member() are for nodes and compare none.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/text_list.h"

bool
is_in_texts(List *texts, const char *text)
{
	ListCell *lc;

	foreach(lc, texts)
		if (lfirst(lc) != NULL && text != NULL && strcmp(lfirst(lc), text) == 0)
			return true;
	return false;
}

bool
same_texts(List *one, List *other)
{
	ListCell *a;
	ListCell *b;

	if (list_length(one) != list_length(other))
		return false;
	forboth(a, one, b, other)
		if (lfirst(a) == NULL || lfirst(b) == NULL || strcmp(lfirst(a), lfirst(b)) != 0)
			return false;
	return true;
}

Datum
text_array(List *texts)
{
	Datum *elements = palloc(sizeof(Datum) * (list_length(texts) + 1));
	int count = 0;
	ListCell *lc;

	foreach(lc, texts)
		elements[count++] = CStringGetTextDatum((char *) lfirst(lc));
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false, TYPALIGN_INT));
}
