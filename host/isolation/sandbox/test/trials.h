/* SPDX-License-Identifier: MIT
 *
 * What a library tries in the sandbox, and the expected answer in each profile. The attempts are plain calls: a refusal is the correct
 * answer, and where one is permitted it changes nothing. */
#ifndef KITH_TRIALS_H
#define KITH_TRIALS_H

/* An answer is 0 (it worked) or an errno. */
#define KITH_TRIAL_ROOT_ONLY (-2) /* expected: 0 for root, EACCES for others */
#define KITH_TRIAL_KILLED (-3)    /* expected: the process ends by SIGSYS */

struct kith_trial_expected {
    int standard, threads, foreign_io; /* once the library is loaded */
    int constructor;                   /* standard, while it is loaded, with Landlock */
    int constructor_seccomp;           /* the same without Landlock */
    int standard_seccomp;              /* standard and threads without Landlock; 0: as with it */
};

struct kith_trial {
    const char *what; /* the attempt, for the table */
    int (*run)(void);
    struct kith_trial_expected expected;
};

/* What the program sets up before the library is loaded. */
#define KITH_TRIAL_DESCRIPTOR 100       /* a descriptor that was open before */
#define KITH_TRIAL_MEMORY (256UL << 20) /* the limit on memory, in bytes */

#endif
