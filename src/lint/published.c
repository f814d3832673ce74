/*
 * published.c
 *		Finds the publication that a table is in: by its name, its partitioned
 *		table's, its schema's, or with all tables.
 */
#include "postgres.h"

#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "catalog/pg_publication.h"
#include "utils/lsyscache.h"

#include "lint/published.h"

static char *
one_of(List *publications)
{
	ListCell *lc;

	foreach(lc, publications)
	{
		Publication *publication = GetPublication(lfirst_oid(lc));

		if (publication->pubactions.pubupdate || publication->pubactions.pubdelete)
			return publication->name;
	}
	return NULL;
}

static List *
publications_of(Oid relid)
{
	List *publications = GetRelationPublications(relid);
	ListCell *lc;

	if (!get_rel_relispartition(relid))
		return publications;
	foreach(lc, get_partition_ancestors(relid))
	{
		publications = list_concat(publications, GetRelationPublications(lfirst_oid(lc)));
		publications =
			list_concat(publications, GetSchemaPublications(get_rel_namespace(lfirst_oid(lc))));
	}
	return publications;
}

char *
publication_of(DraftRelation *relation)
{
	Oid schema = get_namespace_oid(relation->schema, true);
	List *publications = NIL;

	if (relation->persistence != RELPERSISTENCE_PERMANENT)
		return NULL;
	if (!draft_is_new(relation))
		publications = publications_of(relation->oid);
	if (OidIsValid(schema))
		publications = list_concat(publications, GetSchemaPublications(schema));
	return one_of(list_concat(publications, GetAllTablesPublications()));
}
