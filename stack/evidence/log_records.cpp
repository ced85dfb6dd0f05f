#include "stack/evidence/log_records.h"

#include <algorithm>

#include "stack/crypto/algorithms.h"

namespace assay::evidence {

namespace {

using wire::Field;
using wire::FieldKind;

constexpr size_t kMaxAlgorithms = 16;
constexpr size_t kGuid = 16, kSha1 = 20;

void write_data(wire::Visitor& v, Bytes& data) {
    v.length({.name = "EventSize", .counts = "Event"}, 4, data);
    v.blob({.name = "Event"}, data);
}

}  // namespace

void SpecIdEvent::describe(wire::Visitor& v) {
    v.sized({.name = "Signature"}, signature, kSpecIdAgile.size());
    v.u32({.name = "platformClass"}, platform_class);
    v.u8({.name = "specVersionMinor"}, version_minor);
    v.u8({.name = "specVersionMajor"}, version_major);
    v.u8({.name = "specErrata"}, errata);
    v.u8({.name = "uintnSize"}, uintn_size);
    v.count({.name = "numberOfAlgorithms",
             .kind = FieldKind::count,
             .min = 1,
             .max = kMaxAlgorithms,
             .counts = "digestSizes"},
            4, algorithms, 4);
    v.list("digestSizes", algorithms, [](wire::Visitor& inner, LogAlgorithm& one) {
        inner.u16({.name = "algorithmId"}, one.id);
        inner.u16({.name = "digestSize", .min = 1, .max = crypto::kMaxDigest}, one.size);
    });
    v.length({.name = "vendorInfoSize", .counts = "vendorInfo"}, 1, vendor_info);
    v.blob({.name = "vendorInfo"}, vendor_info);
}

void OldLogEvent::describe_front(wire::Visitor& v) {
    v.u32({.name = "PCRIndex"}, index);
    v.u32({.name = "EventType"}, type);
    v.sized({.name = "Digest", .kind = FieldKind::digest}, digest, kSha1);
}

void OldLogEvent::describe(wire::Visitor& v) {
    describe_front(v);
    write_data(v, data);
}

void LogEvent2::describe(wire::Visitor& v) {
    v.u32({.name = "PCRIndex"}, index);
    v.u32({.name = "EventType"}, type);
    // No digest, or more than the header has algorithms, is no event.
    v.count({.name = "Digests.count",
             .kind = FieldKind::count,
             .min = 1,
             .max = v.decoding() ? known.size() : UINT32_MAX,
             .counts = "Digests"},
            4, digests, 2);
    v.list("Digests", digests, [this](wire::Visitor& inner, LogDigest& one) {
        inner.u16({.name = "hashAlg"}, one.algorithm);
        const auto algorithm = std::ranges::find(known, one.algorithm, &LogAlgorithm::id);
        const bool is_known = algorithm != known.end();
        if (inner.decoding() && !is_known)
            return inner.refuse(Errc::inconsistent, "Digests.hashAlg", "not in the header");
        inner.sized({.name = "digest", .kind = FieldKind::digest}, one.digest,
                    is_known ? algorithm->size : one.digest.size());
    });
    write_data(v, data);
}

void AgileLog::describe(wire::Visitor& v) {
    first.describe_front(v);
    v.u32({.name = "EventSize", .kind = FieldKind::length, .counts = "Event"}, header_size);
    header.describe(v);
    v.list_to_end("events", events, [this](wire::Visitor& inner, LogEvent2& event) {
        event.known = header.algorithms;
        event.describe(inner);
    });
}

void StartupLocality::describe(wire::Visitor& v) {
    v.sized({.name = "Signature"}, signature, kStartupLocality.size());
    v.u8({.name = "StartupLocality"}, locality);
}

void UefiVariableData::describe(wire::Visitor& v) {
    v.sized({.name = "VariableName"}, vendor, kGuid);
    v.count({.name = "UnicodeNameLength", .kind = FieldKind::count, .counts = "UnicodeName"}, 8, name, 2);
    v.length({.name = "VariableDataLength", .counts = "VariableData"}, 8, value);
    v.list("UnicodeName", name,
           [](wire::Visitor& inner, uint16_t& character) { inner.u16({.name = "CHAR16"}, character); });
    v.blob({.name = "VariableData"}, value);
}

void CanonicalField::describe(wire::Visitor& v) {
    v.u8({.name = "type"}, type);
    v.length({.name = "length", .counts = "value", .big_endian = true}, 4, value);
    v.blob({.name = "value"}, value);
}

}  // namespace assay::evidence
