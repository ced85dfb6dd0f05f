// Packet captures in the pcapng format (draft-ietf-opsawg-pcapng), as far as packets are concerned.
#pragma once

#include "conformance/report/pcap.h"

namespace assay::report {

// Whether a file begins as pcapng does.
bool is_pcapng(ByteView bytes);

// The packets of all interfaces, in the order of the file; every other block is passed over. A packet's time
// is left at 0. `link` is taken in place of what each interface says. Errors, with the offset in the file:
// unsupported for another version or link type; inconsistent for a block whose lengths contradict each other,
// a packet of an interface that is not there, or packets of several link types.
Result<Capture> read_pcapng(ByteView bytes, std::optional<LinkType> link = std::nullopt);

// Any capture that is known: pcap or pcapng. Errors: as of the two.
Result<Capture> read_capture(ByteView bytes, std::optional<LinkType> link = std::nullopt);

}  // namespace assay::report
