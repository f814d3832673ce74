-- Last: from here on the database is guarded.

SELECT safemig.arm();
