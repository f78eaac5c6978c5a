/* SPDX-License-Identifier: MIT
 *
 * The library that the trials load. With KITH_TRIAL_CONSTRUCTOR in the environment the trial of that number runs in the constructor. */
#define _GNU_SOURCE
#include "trials.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOWHERE "/nonexistent-kith"

static int answer_of(long result) { return result < 0 ? errno : 0; }

/* Closes what an attempt has opened. */
static int opened(int fd) {
    if (fd < 0) return errno;
    close(fd);
    return 0;
}

/* ---- files ---- */

static int read_file(void) { return opened(open("/etc/passwd", O_RDONLY)); }
static int read_file_quietly(void) { return opened(open("/etc/passwd", O_RDONLY | O_CLOEXEC)); }
/* As the runtime of Go does. */
static int read_file_without_signals(void) {
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    const int answer = read_file_quietly();
    sigprocmask(SIG_SETMASK, &before, NULL);
    return answer;
}
static int write_file(void) { return opened(open("/dev/null", O_WRONLY)); }
static int create_file(void) { return opened(open(NOWHERE "/file", O_WRONLY | O_CREAT | O_EXCL, 0600)); }
static int append_file(void) { return opened(open("/dev/null", O_RDONLY | O_APPEND)); }
static int open_path(void) { return opened(open("/etc", O_PATH)); }
static int open_by_openat2(void) {
    const unsigned long how[3] = {O_RDONLY, 0, 0};
    return opened((int)syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", how, sizeof how));
}
static int list_directory(void) {
    DIR *const directory = opendir("/etc");
    if (directory == NULL) return errno;
    closedir(directory);
    return 0;
}
static int stat_file(void) {
    struct stat status;
    return answer_of(stat("/etc/passwd", &status));
}
static int read_link(void) {
    char target[64];
    return answer_of(readlink("/proc/self/exe", target, sizeof target));
}
static int unlink_file(void) { return answer_of(unlink(NOWHERE)); }
static int rename_file(void) { return answer_of(rename(NOWHERE, NOWHERE "2")); }
static int make_directory(void) { return answer_of(mkdir(NOWHERE "/directory", 0700)); }
static int make_link(void) { return answer_of(symlink("/etc", NOWHERE "/link")); }
static int make_node(void) { return answer_of(mknod(NOWHERE "/pipe", S_IFIFO | 0600, 0)); }
static int change_mode(void) { return answer_of(chmod(NOWHERE, 0600)); }
static int change_owner(void) { return answer_of(chown(NOWHERE, 1, 1)); }
static int truncate_file(void) { return answer_of(truncate(NOWHERE, 0)); }
static int change_root(void) { return answer_of(chroot(NOWHERE)); }
static int mount_something(void) { return answer_of(mount("none", NOWHERE, "tmpfs", 0, NULL)); }
static int watch_files(void) { return opened(inotify_init1(IN_CLOEXEC)); }
static int old_descriptor(void) { return answer_of(fcntl(KITH_TRIAL_DESCRIPTOR, F_GETFD)); }
static int own_environment(void) { return opened(open("/proc/self/environ", O_RDONLY)); }

/* ---- network ---- */

static struct sockaddr_in local(unsigned short port) {
    struct sockaddr_in to;
    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return to;
}
static int with_socket(int family, int type, int (*then)(int)) {
    const int fd = socket(family, type, 0);
    if (fd < 0) return errno;
    const int answer = then(fd);
    close(fd);
    return answer;
}
static int nothing(int fd) {
    (void)fd;
    return 0;
}
static int connects(int fd) {
    const struct sockaddr_in to = local(1); /* nobody listens */
    return answer_of(connect(fd, (const struct sockaddr *)&to, sizeof to));
}
static int listens(int fd) {
    const struct sockaddr_in at = local(0);
    return answer_of(bind(fd, (const struct sockaddr *)&at, sizeof at) < 0 ? -1 : listen(fd, 1));
}
static int sends(int fd) {
    const struct sockaddr_in to = local(9);
    return answer_of(sendto(fd, "", 0, 0, (const struct sockaddr *)&to, sizeof to));
}
static int connect_tcp(void) { return with_socket(AF_INET, SOCK_STREAM, connects); }
static int listen_tcp(void) { return with_socket(AF_INET, SOCK_STREAM, listens); }
static int send_udp(void) { return with_socket(AF_INET, SOCK_DGRAM, sends); }
static int unix_socket(void) { return with_socket(AF_UNIX, SOCK_STREAM, nothing); }
static int packet_socket(void) { return with_socket(AF_PACKET, SOCK_RAW, nothing); }
static int vsock_socket(void) { return with_socket(AF_VSOCK, SOCK_STREAM, nothing); }
static int socket_pair(void) {
    int ends[2];
    return answer_of(socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
}

/* ---- other processes ---- */

static int trace_parent(void) { return answer_of(ptrace(PTRACE_SEIZE, getppid(), NULL, NULL)); }
static int signal_parent(void) { return answer_of(kill(getppid(), 0)); }
static int signal_thread_of_parent(void) { return answer_of(syscall(SYS_tgkill, getppid(), getppid(), 0)); }
static int pidfd_of_parent(void) { return opened((int)syscall(SYS_pidfd_open, getppid(), 0)); }
static int read_memory_of_parent(void) {
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    return answer_of(process_vm_readv(getppid(), &here, 1, &there, 1, 0));
}
static int open_of_parent(const char *file) {
    char path[64] = "/proc/";
    char digits[16];
    int count = 0;
    for (int pid = getppid(); pid > 0; pid /= 10) digits[count++] = (char)('0' + pid % 10);
    while (count > 0) strncat(path, &digits[--count], 1);
    return opened(open(strcat(path, file), O_RDONLY));
}
static int memory_file_of_parent(void) { return open_of_parent("/mem"); }
static int environment_of_parent(void) { return open_of_parent("/environ"); }
static int descriptors_of_parent(void) { return open_of_parent("/fd/0"); }
static int make_process(void) {
    const pid_t child = fork();
    if (child < 0) return errno;
    if (child == 0) _exit(0);
    return answer_of(waitpid(child, NULL, 0));
}
static int spawn_program(void) {
    char *const arguments[] = {"true", NULL};
    pid_t child = 0;
    const int failed = posix_spawn(&child, "/bin/true", NULL, NULL, arguments, NULL);
    if (failed == 0) waitpid(child, NULL, 0);
    return failed;
}
static int become_program(void) {
    char *const arguments[] = {"true", NULL};
    return answer_of(execve(NOWHERE, arguments, NULL));
}
static int become_descriptor(void) {
    char *const arguments[] = {"true", NULL};
    return answer_of(syscall(SYS_execveat, -1, "", arguments, NULL, AT_EMPTY_PATH));
}
static void *in_thread(void *argument) { return argument; }
static int make_thread(void) {
    pthread_t thread;
    const int failed = pthread_create(&thread, NULL, in_thread, NULL);
    if (failed == 0) pthread_join(thread, NULL);
    return failed;
}

/* ---- the kernel ---- */

static int leave_namespace(void) { return answer_of(unshare(CLONE_NEWUTS)); }
static int enter_namespace(void) { return answer_of(setns(-1, 0)); }
static int load_bpf(void) { return answer_of(syscall(SYS_bpf, 0, NULL, 0)); }
static int io_uring(void) { return answer_of(syscall(SYS_io_uring_setup, 1, NULL)); }
static int page_faults(void) { return opened((int)syscall(SYS_userfaultfd, O_CLOEXEC | 1)); }
static int perf_events(void) { return answer_of(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0)); }
static int keyring(void) { return answer_of(syscall(SYS_add_key, NULL, NULL, NULL, 0, 0)); }
static int load_module(void) { return answer_of(syscall(SYS_finit_module, -1, "", 0)); }
static int restart_machine(void) { return answer_of(syscall(SYS_reboot, 0, 0, 0, NULL)); }
static int set_clock(void) { return answer_of(clock_settime(-1, &(struct timespec){0, 0})); }
static int shared_memory(void) { return answer_of(shmget(IPC_PRIVATE, 0, 0)); }
static int message_queue(void) { return answer_of(syscall(SYS_mq_open, "", O_RDONLY, 0, NULL)); }
static int type_into_terminal(void) { return answer_of(ioctl(STDIN_FILENO, TIOCSTI, "")); }
static int own_signals(void) { return answer_of(fcntl(STDIN_FILENO, F_SETOWN, getppid())); }

/* ---- itself ---- */

static int change_user(void) { return answer_of(setresuid(getuid(), getuid(), getuid())); }
static int gain_capabilities(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    return answer_of(syscall(SYS_capset, &header, none));
}
static int become_dumpable(void) { return answer_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)); }
static int outlive_daemon(void) { return answer_of(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)); }
static int change_personality(void) { return answer_of(syscall(SYS_personality, 0xffffffffUL)); }
static int add_filter(void) { return answer_of(syscall(SYS_seccomp, 0, ~0U, NULL)); }
static int raise_limit(void) {
    const struct rlimit more = {64, 64};
    return answer_of(setrlimit(RLIMIT_NOFILE, &more));
}
static int many_descriptors(void) {
    int last = -1;
    for (int i = 0; i < 2000; ++i)
        if ((last = dup(STDOUT_FILENO)) < 0) break;
    const int answer = answer_of(last);
    for (int fd = KITH_TRIAL_DESCRIPTOR / 2; fd < 2100; ++fd) close(fd);
    return answer;
}
static int much_memory(void) {
    void *const memory = malloc(4 * KITH_TRIAL_MEMORY);
    const int answer = memory == NULL ? errno : 0;
    free(memory);
    return answer;
}
static int mapped(void *memory) {
    if (memory == MAP_FAILED) return errno;
    munmap(memory, 4096);
    return 0;
}
static int map_shared(void) { return mapped(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)); }
static int map_executable(void) { return mapped(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)); }
static int make_executable(void) {
    void *const memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return errno;
    const int answer = answer_of(mprotect(memory, 4096, PROT_READ | PROT_EXEC));
    munmap(memory, 4096);
    return answer;
}
static int memory_file(void) { return opened(memfd_create("trial", 0)); }

/* ---- what is permitted ---- */

static int allocate(void) {
    char *const memory = malloc(1 << 20);
    if (memory == NULL) return errno;
    memset(memory, 1, 1 << 20);
    free(memory);
    return 0;
}
static int read_clock(void) {
    struct timespec now;
    return answer_of(clock_gettime(CLOCK_MONOTONIC, &now));
}
static int print_words(void) { return answer_of(write(STDERR_FILENO, "words\n", 6)); }
static int print_formatted(void) { return printf("words %d\n", 1) < 0 || fflush(stdout) != 0 ? errno : 0; }
static int pipe_to_itself(void) {
    int ends[2];
    if (pipe(ends) < 0) return errno;
    const int answer = answer_of(write(ends[1], "x", 1));
    close(ends[0]);
    close(ends[1]);
    return answer;
}

#define REFUSED                                                                                                                \
    { EPERM, EPERM, EPERM, EPERM, EPERM, 0 }
#define ONLY_FOREIGN(answer)                                                                                                   \
    { EPERM, EPERM, answer, EPERM, EPERM, 0 }
#define READING(foreign, landlock)                                                                                             \
    { EPERM, EPERM, foreign, landlock, EPERM, 0 }
#define AFTER_LOAD(answer)                                                                                                     \
    { EPERM, EPERM, answer, answer, answer, 0 }
#define ALWAYS(answer)                                                                                                         \
    { answer, answer, answer, answer, answer, 0 }

__attribute__((visibility("default"))) const struct kith_trial kith_trials[] = {
    {"read a file", read_file, READING(0, EACCES)},
    {"read a file, `O_CLOEXEC`", read_file_quietly, READING(0, EACCES)},
    {"the same while signals are blocked",
     read_file_without_signals,
     {EPERM, EPERM, 0, EACCES, KITH_TRIAL_KILLED, KITH_TRIAL_KILLED}},
    {"write a file", write_file, REFUSED},
    {"create a file", create_file, REFUSED},
    {"open a file for appending", append_file, REFUSED},
    {"`O_PATH`", open_path, REFUSED},
    {"`openat2`", open_by_openat2, REFUSED},
    {"list a directory", list_directory, READING(0, EACCES)},
    {"`stat`", stat_file, AFTER_LOAD(0)},
    {"`readlink`", read_link, AFTER_LOAD(0)},
    {"`unlink`", unlink_file, REFUSED},
    {"`rename`", rename_file, REFUSED},
    {"`mkdir`", make_directory, REFUSED},
    {"`symlink`", make_link, REFUSED},
    {"`mknod`", make_node, REFUSED},
    {"`chmod`", change_mode, REFUSED},
    {"`chown`", change_owner, REFUSED},
    {"`truncate`", truncate_file, REFUSED},
    {"`chroot`", change_root, REFUSED},
    {"`mount`", mount_something, REFUSED},
    {"`inotify_init1`", watch_files, REFUSED},
    {"use a descriptor that was open before", old_descriptor, ALWAYS(EBADF)},
    {"read `/proc/self/environ`", own_environment, READING(KITH_TRIAL_ROOT_ONLY, EACCES)},
    {"connect by TCP", connect_tcp, ONLY_FOREIGN(ECONNREFUSED)},
    {"listen on a TCP port", listen_tcp, ONLY_FOREIGN(0)},
    {"send a datagram", send_udp, ONLY_FOREIGN(0)},
    {"Unix socket", unix_socket, REFUSED},
    {"`AF_PACKET` socket", packet_socket, REFUSED},
    {"`AF_VSOCK` socket", vsock_socket, REFUSED},
    {"`socketpair`", socket_pair, REFUSED},
    {"`ptrace` of the daemon", trace_parent, REFUSED},
    {"`kill` of the daemon", signal_parent, REFUSED},
    {"`tgkill` of a thread of the daemon", signal_thread_of_parent, REFUSED},
    {"`pidfd_open` of the daemon", pidfd_of_parent, REFUSED},
    {"`process_vm_readv` of the daemon", read_memory_of_parent, REFUSED},
    {"read `/proc/PID/mem` of the daemon", memory_file_of_parent, READING(EACCES, EACCES)},
    {"read `/proc/PID/environ` of the daemon", environment_of_parent, READING(EACCES, EACCES)},
    {"open `/proc/PID/fd/0` of the daemon", descriptors_of_parent, READING(EACCES, EACCES)},
    {"`fork`", make_process, REFUSED},
    {"`posix_spawn`", spawn_program, REFUSED},
    {"`execve`", become_program, REFUSED},
    {"`execveat` of a descriptor", become_descriptor, REFUSED},
    {"start a thread", make_thread, {EPERM, 0, 0, EPERM, EPERM, 0}},
    {"`unshare` of a namespace", leave_namespace, REFUSED},
    {"`setns`", enter_namespace, REFUSED},
    {"`bpf`", load_bpf, REFUSED},
    {"`io_uring_setup`", io_uring, REFUSED},
    {"`userfaultfd`", page_faults, REFUSED},
    {"`perf_event_open`", perf_events, REFUSED},
    {"`add_key`", keyring, REFUSED},
    {"`finit_module`", load_module, REFUSED},
    {"`reboot`", restart_machine, REFUSED},
    {"`clock_settime`", set_clock, REFUSED},
    {"`shmget`", shared_memory, REFUSED},
    {"`mq_open`", message_queue, REFUSED},
    {"`ioctl(TIOCSTI)`", type_into_terminal, REFUSED},
    {"`fcntl(F_SETOWN)`", own_signals, REFUSED},
    {"`setresuid`", change_user, REFUSED},
    {"`capset`", gain_capabilities, REFUSED},
    {"`prctl(PR_SET_DUMPABLE)`", become_dumpable, REFUSED},
    {"`prctl(PR_SET_PDEATHSIG)`", outlive_daemon, REFUSED},
    {"`personality`", change_personality, REFUSED},
    {"another filter (`seccomp`)", add_filter, {EPERM, EPERM, EPERM, EINVAL, EINVAL, 0}},
    {"`setrlimit`", raise_limit, REFUSED},
    {"2,000 descriptors", many_descriptors, ALWAYS(EMFILE)},
    {"more memory than the limit", much_memory, ALWAYS(ENOMEM)},
    {"`mmap(MAP_SHARED)`", map_shared, REFUSED},
    {"map memory for execution", map_executable, AFTER_LOAD(0)},
    {"`mprotect(PROT_EXEC)`", make_executable, AFTER_LOAD(0)},
    {"`memfd_create`", memory_file, REFUSED},
    {"allocate memory", allocate, ALWAYS(0)},
    {"read the clock", read_clock, ALWAYS(0)},
    {"write to standard error", print_words, ALWAYS(0)},
    {"`printf`", print_formatted, ALWAYS(0)},
    {"a pipe to itself", pipe_to_itself, ALWAYS(0)},
};
__attribute__((visibility("default"))) const unsigned kith_trial_count = sizeof kith_trials / sizeof *kith_trials;
__attribute__((visibility("default"))) int kith_trial_answer = -1; /* of the constructor */

__attribute__((constructor)) static void run_when_loaded(void) {
    const char *const number = getenv("KITH_TRIAL_CONSTRUCTOR");
    if (number != NULL) kith_trial_answer = kith_trials[atoi(number)].run();
}
