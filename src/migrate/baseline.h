/*
 * baseline.h
 *		Where the history of a database begins that was there before it.
 */
#ifndef SAFEMIG_BASELINE_H
#define SAFEMIG_BASELINE_H

/*
 * SM003 when tables were here before the extension, and no version and no
 * baseline says what state they are in.  SPI must be connected.
 */
extern void demand_baseline(void);

#endif /* SAFEMIG_BASELINE_H */
