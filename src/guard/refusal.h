/*
 * refusal.h
 *		The words of the last refusal in this session, uncut.
 */
#ifndef SAFEMIG_REFUSAL_H
#define SAFEMIG_REFUSAL_H

/* NULL when nothing was refused yet */
extern const char *last_refusal_text(void);

#endif /* SAFEMIG_REFUSAL_H */
