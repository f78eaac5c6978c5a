/* SPDX-License-Identifier: MIT
 *
 * kith.process/1: programs. Each is run in a process group of its own, never through a shell, and the whole group is ended with it: when
 * the program has ended, remaining processes of its group are killed. Its output is pulled: a program whose output is not read waits.
 *
 * It inherits only standard input and output from the daemon: no other file, no signal that is blocked or ignored, and of the
 * environment only PATH, HOME, USER, LANG, TZ and TMPDIR. Its standard error is read at once and not passed on; the end of
 * it explains how the program ended.
 *
 * Every `user` is handed back by the completion as it is; every `op` is borrowed and gets the operation's id. A function that
 * returns a failing status has begun nothing, and no completion follows. A timeout of 0 means none.
 */
#ifndef KITH_SERVICE_PROCESS_H
#define KITH_SERVICE_PROCESS_H

#include "../plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#define KITH_PROCESS "kith.process/1"
#define KITH_PROCESS_MAX_ARGUMENTS 256u /* arguments, and as many variables of the environment */
#define KITH_PROCESS_MAX_TEXT 65536u    /* bytes of all of them */
#define KITH_PROCESS_MAX_READ 1048576u  /* most that one read brings */
#define KITH_PROCESS_MAX_WRITE 1048576u /* most that one write takes */
#define KITH_PROCESS_MAX_OPEN 64u       /* programs of an instance that run or are open at a time */
#define KITH_PROCESS_MAX_ERRORS 4096u   /* bytes of standard error that are kept: the last ones */

/* Bits of kith_process_program.flags. A stream that is not requested is /dev/null. */
#define KITH_PROCESS_INPUT 1u  /* we write its standard input */
#define KITH_PROCESS_OUTPUT 2u /* we read its standard output */

/* What to run. Zero, or an empty string, is the default. */
typedef struct kith_process_program {
    uint32_t struct_size;
    uint32_t flags;            /* KITH_PROCESS_INPUT, ... */
    kith_str path;             /* absolute: PATH is not searched */
    kith_str directory;        /* it is run in; absolute; / */
    const kith_str *arguments; /* after its own name, which is the path */
    const kith_attribute *environment;
    uint32_t argument_count;
    uint32_t environment_count;
    uint64_t timeout;    /* from its start until it has ended; none */
    uint64_t grace;      /* between SIGTERM and SIGKILL; 2 s */
    uint64_t max_output; /* bytes of standard output; unbounded */
} kith_process_program;

/* How a program ended. */
typedef struct kith_process_end {
    uint32_t struct_size;
    uint32_t code;   /* its exit code, 0 to 255; 0 when a signal ended it */
    uint32_t signal; /* that ended it; 0 when it exited */
    uint32_t reserved;
    kith_str errors; /* the end of its standard error, any bytes */
} kith_process_end;

typedef struct kith_process_host {
    /* Run a program; completes when it has been begun, or could not be: KITH_NOT_FOUND (no such file, or its #! names none; or no
     * such directory), KITH_DENIED (not executable, or no permission), KITH_UNSUPPORTED (no program of this machine, or no #! line),
     * KITH_LIMIT (no more processes, descriptors or memory; more than KITH_PROCESS_MAX_OPEN are refused at once), KITH_TIMED_OUT (its
     * timeout passed before it ran), KITH_IO. program: copied. [loop & started] */
    int32_t (*start)(const kith_host *host, const kith_process_program *program, uint64_t user, uint64_t *op);

    /* Between 1 and max bytes of its standard output, as soon as there are any; one outstanding for each program. KITH_CLOSED at the
     * end: no process has it open any more, or the program has ended and all its output was read. KITH_LIMIT when there is more
     * than max_output; the program is ended. KITH_TIMED_OUT leaves everything as it was. [loop & started] */
    int32_t (*read)(const kith_host *host, uint64_t process, uint32_t max, uint64_t timeout, uint64_t user, uint64_t *op);

    /* All of the bytes, to its standard input; one outstanding for each program. One that is cancelled or times out may have written
     * some of them. KITH_RESET: it does not read any more, or has ended. data: copied. [loop & started] */
    int32_t (*write)(const kith_host *host, uint64_t process, const void *data, uint32_t size, uint64_t timeout, uint64_t user,
                     uint64_t *op);

    /* End its standard input. KITH_BUSY while a write is under way. [loop & started] */
    int32_t (*shutdown)(const kith_host *host, uint64_t process);

    /* Completes when it has ended, however: KITH_OK, whatever its exit code; KITH_TIMED_OUT and KITH_LIMIT when it was ended for its
     * timeout or max_output. One outstanding for each program. It may be asked again. [loop & started] */
    int32_t (*wait)(const kith_host *host, uint64_t process, uint64_t user, uint64_t *op);

    /* End it: SIGTERM to its whole group, and SIGKILL after the grace. Does nothing when it has ended. [loop & started] */
    int32_t (*end)(const kith_host *host, uint64_t process);

    /* Release it: it is ended as by `end`, and its operations complete with KITH_CANCELLED. What is open at destroy
     * the host closes; when the daemon ends, SIGKILL comes after 2 s at most. [loop & started] */
    int32_t (*close)(const kith_host *host, uint64_t process);
} kith_process_host;

/* text explains a failing status, empty otherwise: borrowed. Data: borrowed. All [loop & started]. */
typedef struct kith_process_plugin {
    void (*started)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, uint64_t process);
    void (*read)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const void *data, uint32_t size);
    void (*written)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text);
    /* end: borrowed; null when it has not ended (KITH_CANCELLED). */
    void (*ended)(void *self, uint64_t user, uint64_t op, int32_t status, kith_str text, const kith_process_end *end);
} kith_process_plugin;

#ifdef __cplusplus
}
#endif
#endif
