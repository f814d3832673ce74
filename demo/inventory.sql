--
-- What the shop holds: rows and columns of each table. The demo runs it before
-- and after every attempt and compares.
--
SELECT c.relname AS "table",
       (xpath('//n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', c.relname),
                                         false, true, '')))[1]::text::bigint AS rows,
       (SELECT string_agg(a.attname, ', ' ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
ORDER BY 1;
