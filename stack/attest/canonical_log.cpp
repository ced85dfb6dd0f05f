#include "stack/attest/canonical_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "stack/attest/json_object.h"
#include "stack/base/reader.h"
#include "stack/evidence/log_records.h"
#include "stack/wire/decode.h"

namespace assay::attest {

namespace {

using evidence::CanonicalField;
using nlohmann::json;

// Types of the TLV form.
constexpr uint8_t kRecordNumber = 0, kRegister = 1, kNvIndex = 2, kDigests = 3, kManagement = 4,
                  kFirmwareEvent = 5, kImaTemplate = 7, kImaTlv = 8;
constexpr char kRecordSeparator = '\x1e';  // RFC 7464

// A record before it is known whether it counts.
struct Read {
    std::optional<uint32_t> index;  // none: of an NV index
    std::map<Bank, Bytes> digests;
    bool management = false;
    bool firmware = false;
    bool ima = false;
};

Result<> add_digest(Read& record, Bank bank, Bytes digest) {
    if (digest.size() != digest_size(bank)) return fail(Errc::out_of_range, "digest");
    if (!record.digests.emplace(bank, std::move(digest)).second) return fail(Errc::inconsistent, "hashAlg");
    return {};
}

// Those that count.
class Taken {
   public:
    explicit Taken(const FaultConfig& switches) : switches_(switches) {}

    Result<> take(Read record) {
        const bool twice = record.firmware && !switches_.has(Defect::cel_firmware);
        if (!record.index || record.management || twice) return {};
        if (*record.index >= kRegisterCount) return fail(Errc::out_of_range, "pcr");
        if (records_.size() == kMaxCanonicalRecords) return fail(Errc::out_of_range, "records");
        const bool violations = record.ima && !switches_.has(Defect::cel_violation);
        for (auto& [bank, digest] : record.digests) {
            const bool zeros = std::ranges::all_of(digest, [](uint8_t byte) { return byte == 0; });
            if (violations && zeros) std::ranges::fill(digest, uint8_t{0xff});
        }
        records_.push_back({*record.index, std::move(record.digests)});
        return {};
    }
    std::vector<CanonicalRecord> all() && { return std::move(records_); }

   private:
    const FaultConfig& switches_;
    std::vector<CanonicalRecord> records_;
};

// The next field of those that stand one behind the other.
Result<CanonicalField> read_field(wire::Decoder& decoder) {
    CanonicalField field;
    field.describe(decoder);
    if (decoder.failed()) return std::unexpected(decoder.error());
    return field;
}

Result<> read_digests(Read& record, ByteView value) {
    wire::Decoder decoder(value, {});
    while (decoder.position() < value.size()) {
        CanonicalField one = TRY(read_field(decoder));
        const auto bank = bank_from_algorithm(one.type);
        if (bank) TRY(add_digest(record, *bank, std::move(one.value)));
    }
    return {};
}

// The fields of a record in the order that the format has them: number, place, digests, content.
Result<Read> read_tlv(wire::Decoder& decoder) {
    const size_t at = decoder.position();
    const CanonicalField number = TRY(read_field(decoder));
    if (number.type != kRecordNumber) return fail(Errc::inconsistent, "recnum", at);
    Read record;
    const CanonicalField place = TRY(read_field(decoder));
    if (place.type == kRegister) {
        Reader index(place.value);
        if (place.value.empty() || place.value.size() > 4) return fail(Errc::out_of_range, "pcr", at);
        record.index = static_cast<uint32_t>(TRY(index.uint_be(place.value.size(), "pcr")));
    } else if (place.type != kNvIndex) {
        return fail(Errc::inconsistent, "pcr", at);
    }
    const CanonicalField digests = TRY(read_field(decoder));
    if (digests.type != kDigests) return fail(Errc::inconsistent, "digests", at);
    TRY(read_digests(record, digests.value));
    const CanonicalField content = TRY(read_field(decoder));
    if (content.type <= kDigests) return fail(Errc::inconsistent, "content", at);
    record.management = content.type == kManagement;
    record.firmware = content.type == kFirmwareEvent;
    record.ima = content.type == kImaTemplate || content.type == kImaTlv;
    return record;
}

// The value of a key that is a text; empty when it is none.
std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The form has further keys, and further ones by who writes it; they are passed over.
Result<Read> read_json(const json& object) {
    if (!object.is_object()) return fail(Errc::bad_text, "record", Error::npos, "it is no object");
    Read record;
    if (const auto index = object.find("pcr"); index != object.end()) {
        if (!index->is_number_unsigned() || index->get<uint64_t>() >= kRegisterCount)
            return fail(Errc::out_of_range, "pcr");
        record.index = index->get<uint32_t>();
    } else if (!object.contains("nv_index")) {
        return fail(Errc::bad_text, "record", Error::npos, "it is about no register");
    }
    const auto digests = object.find("digests");
    if (digests == object.end() || !digests->is_array())
        return fail(Errc::bad_text, "digests", Error::npos, "they are missing");
    for (const json& one : *digests) {
        if (!one.is_object()) return fail(Errc::bad_text, "digests", Error::npos, "one is no object");
        const auto bank = bank_from_name(text_of(one, "hashAlg"));
        if (bank) TRY(add_digest(record, *bank, TRY(from_hex(text_of(one, "digest")))));
    }
    const std::string content = text_of(object, "content_type");
    record.management = content == "cel";
    record.firmware = content == "pcclient_std";
    record.ima = content == "ima_template" || content == "ima_tlv";
    return record;
}

std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

Result<> parse_sequence(Taken& taken, std::string_view text) {
    const char separator = text.contains(kRecordSeparator) ? kRecordSeparator : '\n';
    while (!text.empty()) {
        const size_t end = std::min(text.find(separator), text.size());
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!is_blank(one)) TRY(taken.take(TRY(read_json(TRY(parse_json(one))))));
    }
    return {};
}

Result<> parse_array(Taken& taken, std::string_view text) {
    const json array = TRY(parse_json(text));
    for (const json& one : array) TRY(taken.take(TRY(read_json(one))));
    return {};
}

Result<> parse_text(Taken& taken, std::string_view text) {
    const size_t begin = text.find_first_not_of(" \t\r\n");
    const bool array = begin != std::string_view::npos && text[begin] == '[';
    return array ? parse_array(taken, text) : parse_sequence(taken, text);
}

Result<> parse_tlv(Taken& taken, ByteView bytes) {
    wire::Decoder decoder(bytes, {});
    while (decoder.position() < bytes.size()) TRY(taken.take(TRY(read_tlv(decoder))));
    return {};
}

}  // namespace

Result<std::vector<CanonicalRecord>> parse_canonical_log(ByteView bytes, const FaultConfig& switches) {
    if (bytes.size() > kMaxCanonicalLog) return fail(Errc::out_of_range, "canonical event log");
    Taken taken(switches);
    // The TLV form begins with the type of a record's number, which is zero.
    const bool tlv = !bytes.empty() && bytes.front() == kRecordNumber;
    TRY(tlv ? parse_tlv(taken, bytes) : parse_text(taken, as_text(bytes)));
    return std::move(taken).all();
}

void extend(Registers& values, const std::vector<CanonicalRecord>& records) {
    for (const CanonicalRecord& record : records) {
        for (const auto& [bank, digest] : record.digests) {
            const auto value = values.find({bank, record.index});
            if (value != values.end()) value->second = extended(bank, value->second, digest);
        }
    }
}

}  // namespace assay::attest
