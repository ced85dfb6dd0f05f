#include "conformance/lab/child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace assay::lab {

pid_t start_child(const std::string& line, int input, int output, std::optional<int> error) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        // Between fork and exec nothing may be called that takes a lock.
        ::setpgid(0, 0);
        ::dup2(input >= 0 ? input : ::open("/dev/null", O_RDONLY), STDIN_FILENO);
        ::dup2(output, STDOUT_FILENO);
        if (error) ::dup2(*error, STDERR_FILENO);
        ::execl("/bin/sh", "sh", "-c", line.c_str(), static_cast<char*>(nullptr));
        ::_exit(127);
    }
    // Both sides, as either may be first.
    if (pid > 0) ::setpgid(pid, pid);
    return pid;
}

int end_child(pid_t pid) {
    int status = 0;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, &status, 0);
    return status;
}

}  // namespace assay::lab
