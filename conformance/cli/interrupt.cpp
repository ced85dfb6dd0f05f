#include "conformance/cli/interrupt.h"

#include <csignal>

namespace assay::cli {

namespace {

volatile std::sig_atomic_t noted = 0;

extern "C" void note(int /*signal*/) { noted = 1; }

}  // namespace

Interrupt::Interrupt() {
    noted = 0;
    struct sigaction once{};
    once.sa_handler = note;
    once.sa_flags = static_cast<int>(SA_RESTART | SA_RESETHAND);
    sigaction(SIGINT, &once, nullptr);
    sigaction(SIGTERM, &once, nullptr);
}

Interrupt::~Interrupt() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
}

bool Interrupt::came() { return noted != 0; }

}  // namespace assay::cli
