/* Preloaded, it lets every sync of a file whose path ends in $SLOW_FILES take $SLOW_SECONDS. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int slow(const char *name, int file) {
    char link[64], path[PATH_MAX];
    const char *wanted = getenv("SLOW_FILES"), *seconds = getenv("SLOW_SECONDS");
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (wanted && seconds && length >= (ssize_t)strlen(wanted)) {
        path[length] = 0;
        if (!strcmp(path + length - strlen(wanted), wanted)) sleep(atoi(seconds));
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(file);
}

int fsync(int file) { return slow("fsync", file); }
int fdatasync(int file) { return slow("fdatasync", file); }
