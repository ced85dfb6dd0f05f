// SPDM to an MCTP endpoint through the kernel (AF_MCTP, since Linux 5.15), which makes the packets and puts
// them together again (DSP0236).
#pragma once

#include "stack/transport/link.h"

namespace assay::transport {

// A message of MCTP without its type byte.
struct MctpBody {
    uint8_t type = 0;
    Bytes bytes{};
};

// What the kernel does for one peer.
class MctpSocket {
   public:
    virtual ~MctpSocket() = default;
    // Sends a request, for whose answer the kernel keeps a tag. Errors: Errc::out_of_range when it is too
    // long; Errc::closed when the endpoint cannot be reached; Errc::io.
    virtual Result<> send(const MctpBody& message) = 0;
    // The next answer. Errors: Errc::timeout; Errc::closed; Errc::io.
    virtual Result<MctpBody> receive(std::chrono::milliseconds timeout) = 0;
};

// Errors: Errc::io, where the kernel has no MCTP, or none for this user.
Result<std::unique_ptr<MctpSocket>> open_mctp_socket(uint32_t network, uint8_t endpoint);

// Sends no bytes as they are, has no markers, and does not know how to ask for a key update.
std::unique_ptr<Link> mctp_link(std::unique_ptr<MctpSocket> socket);

}  // namespace assay::transport
