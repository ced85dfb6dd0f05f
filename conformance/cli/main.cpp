#include <unistd.h>

#include <iostream>

#include "conformance/cli/commands.h"

int main(int argc, char** argv) {
    assay::cli::Streams streams{std::cout, std::cerr, isatty(STDERR_FILENO) == 1};
    return assay::cli::main(argc, argv, streams);
}
