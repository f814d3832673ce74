/*
 * worker.h
 *		Housekeeping at level 2: a launcher, and for each guarded database in turn a
 *		worker that purges what has expired and drains incidents.
 */
#ifndef SAFEMIG_WORKER_H
#define SAFEMIG_WORKER_H

/* Called while shared_preload_libraries are loaded. */
extern void register_launcher(void);

#endif /* SAFEMIG_WORKER_H */
