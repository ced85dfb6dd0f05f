// The other side of exec_path.h: answers for an encrypted path of this process.
#pragma once

#include "conformance/lab/exec_path.h"

namespace assay::lab {

class PathServer {
   public:
    // `target` outlives it.
    explicit PathServer(const PathTarget& target) : target_(target) {}

    struct Frame {
        PathFrame type = PathFrame::cannot;
        Bytes content{};
    };
    // Total: what is no request, or is about something that was not made, is answered with `cannot`.
    Frame answer(uint8_t type, ByteView content);

   private:
    const PathTarget& target_;
    std::vector<std::unique_ptr<PathKey>> keys_;
    std::vector<std::unique_ptr<PathChannel>> channels_;
};

// Answers what comes on a descriptor, a frame at a time as framed_child.h has them, until it ends.
void serve_path(const PathTarget& target, int input, int output);

}  // namespace assay::lab
