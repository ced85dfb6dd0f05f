// Replays a capture: what each packet holds, opened as far as the given secrets allow, and the observer's
// verdicts on it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "conformance/report/pcap.h"

namespace assay::report {

// The secrets of a capture's sessions.
struct Secrets {
    std::vector<Bytes> shared;      // one for each KEY_EXCHANGE that was answered, in their order
    std::vector<Bytes> pre_shared;  // those of PSK_EXCHANGE, in any order
};
// Reads them from lines "[DHE Secret]: hex" and "[PSK]: hex", as spdm::keylog_line() and DMTF's emulators
// write them; lines that are empty or begin with '#' are passed over. Errors: Errc::bad_text with the line's
// number.
Result<Secrets> parse_secrets(std::string_view text);

// One thing that a packet held.
struct Seen {
    enum class Kind : uint8_t {
        message,      // an SPDM message
        reassembled,  // one whose last chunk was in the packet
        application,  // of a record, and no SPDM message
        discovery,    // DOE discovery
        other,        // an MCTP message of another type
        part,         // of a message that goes on in another packet
        sealed,       // a record of a session whose secret is not known
        refused,      // a record that its session was not due, or a packet that is broken
    };
    Kind kind = Kind::message;
    size_t packet = 0;
    LinkType link = LinkType::mctp;
    Bytes bytes{};  // the message or the application data, else the whole packet
    // Which way it went, where that can be told: of the kinds before `other`.
    bool request = false;
    wire::Context context{};  // of a message
    std::optional<uint32_t> session{};
    uint64_t sequence = 0;  // of a record
    std::optional<lab::SignatureCheck> signature{};
    std::vector<lab::MacCheck> macs{};
    std::optional<Bytes> chain{};  // the certificate chain structure that it was the last portion of
    std::string why{};             // of what was refused
    std::string says{};            // what else is no SPDM message says: the fields of DOE discovery
};

// Calls `show` with everything in the order of the capture.
void replay(std::span<const Packet> packets, const Secrets& secrets,
            const std::function<void(const Seen&)>& show);

// "MCTP type 01h (PLDM)": what application data that is no SPDM message is said to be.
std::string application_name(LinkType link, ByteView application_data);

}  // namespace assay::report
