// TCG Canonical Event Log Format 1.0: what was measured after the firmware.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "stack/base/writer.h"
#include "stack/evidence/log_records.h"
#include "stack/evidence/tpm.h"
#include "stack/wire/encode.h"

namespace assay::evidence {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view kFirmwareEvent = "pcclient_std";
constexpr std::string_view kIma = "ima_template";

Bytes field(uint8_t type, ByteView value) {
    return wire::encode_raw(CanonicalField{type, to_bytes(value)}, {});
}

uint8_t content_type(std::string_view content) {
    if (content == kFirmwareEvent) return 5;
    return content == kIma ? 7 : 80;
}

Bytes as_tlv(const CanonicalLogForm& form) {
    Bytes all;
    uint64_t number = 0;
    for (const CanonicalRecordForm& record : form.records) {
        append(all, field(0, Writer().uint_be(number++, 8).view()));
        append(all, field(1, Bytes{static_cast<uint8_t>(record.index)}));
        append(all, field(3, field(static_cast<uint8_t>(tpm_alg::sha256), record.digest)));
        append(all, field(content_type(record.content), as_bytes("what was measured")));
    }
    return all;
}

ordered_json as_json(const CanonicalRecordForm& record, size_t number) {
    return {{"recnum", number},
            {"pcr", record.index},
            {"digests", {{{"hashAlg", "sha256"}, {"digest", to_hex(record.digest)}}}},
            {"content_type", record.content},
            {"content", {{"string", "what was measured"}}}};
}

}  // namespace

Bytes make(const CanonicalLogForm& form) {
    if (form.encoding == CanonicalLogForm::Encoding::tlv) return as_tlv(form);
    auto array = ordered_json::array();
    for (const CanonicalRecordForm& record : form.records) array.push_back(as_json(record, array.size()));
    std::string text;
    if (form.encoding == CanonicalLogForm::Encoding::json) {
        text = array.dump(1);
    } else {
        for (const ordered_json& record : array) text += "\x1e" + record.dump() + "\n";
    }
    return to_bytes(as_bytes(text));
}

void extend(PcrValues& values, const CanonicalLogForm& form) {
    for (const CanonicalRecordForm& record : form.records) {
        if (record.content == kFirmwareEvent) continue;
        const bool violation = record.content == kIma && record.digest == Bytes(record.digest.size());
        Bytes& value = values[record.index];
        value = digest(crypto::HashAlgo::sha256,
                       concat({value, violation ? Bytes(record.digest.size(), 0xff) : record.digest}));
    }
}

}  // namespace assay::evidence
