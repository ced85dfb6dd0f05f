// The records of event logs as they stand on the wire: of the firmware's (TCG PC Client Platform Firmware
// Profile 1.05, section 10) and the TLV form of the TCG's Canonical Event Log Format 1.0. The one description
// of them. Numbers are little-endian but for the canonical form.
#pragma once

#include <string_view>
#include <vector>

#include "stack/wire/visitor.h"

namespace assay::evidence {

inline constexpr std::string_view kSpecIdAgile{"Spec ID Event03\0", 16};
inline constexpr std::string_view kStartupLocality{"StartupLocality\0", 16};

// TCG_EfiSpecIdEventAlgorithmSize.
struct LogAlgorithm {
    uint16_t id = 0;    // TPM_ALG_ID
    uint16_t size = 0;  // bytes of a digest
};

// TCG_EfiSpecIDEvent, the data of the first event of a crypto-agile log.
struct SpecIdEvent {
    Bytes signature = to_bytes(as_bytes(kSpecIdAgile));
    uint32_t platform_class = 0;
    uint8_t version_minor = 0, version_major = 2, errata = 0;
    uint8_t uintn_size = 2;
    std::vector<LogAlgorithm> algorithms;
    Bytes vendor_info;
    void describe(wire::Visitor& v);
};

// TCG_PCClientPCREvent, the form of the first event and of all events of an older log.
struct OldLogEvent {
    uint32_t index = 0;
    uint32_t type = 0;
    Bytes digest = Bytes(20);  // SHA-1
    Bytes data;
    void describe(wire::Visitor& v);
    void describe_front(wire::Visitor& v);  // all before EventSize
};

struct LogDigest {
    uint16_t algorithm = 0;  // TPM_ALG_ID
    Bytes digest;
};

// TCG_PCR_EVENT2.
struct LogEvent2 {
    std::span<const LogAlgorithm> known = {};  // of the log's header: what reading depends on

    uint32_t index = 0;
    uint32_t type = 0;
    std::vector<LogDigest> digests = {};
    Bytes data = {};
    void describe(wire::Visitor& v);
};

// A whole crypto-agile log.
struct AgileLog {
    OldLogEvent first;  // whose data are the header
    uint32_t header_size = 0;
    SpecIdEvent header;
    std::vector<LogEvent2> events;
    void describe(wire::Visitor& v);
};

// TCG_EfiStartupLocalityEvent.
struct StartupLocality {
    Bytes signature = to_bytes(as_bytes(kStartupLocality));
    uint8_t locality = 0;
    void describe(wire::Visitor& v);
};

// UEFI_VARIABLE_DATA.
struct UefiVariableData {
    Bytes vendor = Bytes(16);  // GUID, in the byte order of memory
    std::vector<uint16_t> name;
    Bytes value;
    void describe(wire::Visitor& v);
};

// A field of the canonical form; records and lists of digests are made of them.
struct CanonicalField {
    uint8_t type = 0;
    Bytes value;
    void describe(wire::Visitor& v);
};

}  // namespace assay::evidence
