// A line of shell as a child process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace assay::lab {

// Starts it in a process group of its own. `input`: -1 for none; `error`: nullopt for this program's own.
// Gives -1 when no process can be made.
pid_t start_child(const std::string& line, int input, int output, std::optional<int> error = std::nullopt);

// Kills its process group, and gives its status as waitpid() does.
int end_child(pid_t pid);

}  // namespace assay::lab
