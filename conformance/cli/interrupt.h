// Ctrl-C and SIGTERM end a run after the case that is running.
#pragma once

namespace assay::cli {

// While one lives, the first of these signals is only noted, and the second ends the program as usual. One at
// a time.
class Interrupt {
   public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    static bool came();
};

}  // namespace assay::cli
