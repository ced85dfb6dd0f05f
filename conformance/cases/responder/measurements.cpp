// GET_MEASUREMENTS.
#include "conformance/cases/responder/measurements.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "stack/spdm/algorithms.h"
#include "stack/wire/annotate.h"

namespace assay::cases {

std::expected<std::vector<Bytes>, engine::Finding> summaries_of_all(Trial& trial,
                                                                    std::string_view requirement) {
    lab::Lab& lab = trial.lab();
    const Exchange exchange = TRY(lab.send(lab.get_measurements(wire::kAllMeasurements, false)));
    TRY(trial.expect_answer(exchange, requirement));
    const MeasurementAnswer answer = TRY(read_measurements(exchange));
    const auto hash = lab.seen().parameters().suite().hash;
    auto hashed = [&](ByteView bytes) { return to_bytes(lab.provider().digest(hash, bytes).view()); };
    std::vector<Bytes> accepted = {hashed(answer.message.measurement_record)};
    if (trial.at_least(v1_2)) return accepted;
    Bytes contents;
    Bytes values;
    for (const wire::MeasurementBlock& block : answer.blocks) {
        const auto size = static_cast<uint16_t>(block.value.size());
        append(contents,
               Bytes{block.value_type, static_cast<uint8_t>(size), static_cast<uint8_t>(size >> 8)});
        append(contents, block.value);
        append(values, block.value);
    }
    accepted.push_back(hashed(contents));
    accepted.push_back(hashed(values));
    return accepted;
}

Result<MeasurementAnswer> read_measurements(const Exchange& exchange) {
    if (!exchange.answered()) {
        return fail(Errc::bad_code, "response", Error::npos,
                    "GET_MEASUREMENTS was answered with " + lab::describe(exchange));
    }
    MeasurementAnswer answer;
    answer.message = TRY(wire::decode<wire::Measurements>(*exchange.response, exchange.response_context));
    auto record = TRY(wire::decode_exact<wire::MeasurementRecord>(answer.message.measurement_record,
                                                                  exchange.response_context));
    answer.blocks = std::move(record.blocks);
    return answer;
}

namespace {

using Answer = MeasurementAnswer;

using wire::kAllMeasurements;
using wire::kMeasurementCount;
using wire::MeasurementBlock;

Result<Answer> ask(Trial& trial, uint8_t operation, uint8_t attributes = 0) {
    return read_measurements(
        TRY(trial.lab().send(trial.lab().get_measurements(operation, false, 0, attributes))));
}

// Requests of another version's size.
Judgement wrong_size(Trial& trial) {
    bool any = false;
    for (bool sign : {false, true}) {
        if (sign && !trial.claims().has(cap::meas_sig)) continue;
        TRY(negotiate(trial));
        Bytes whole = TRY(trial.lab().encode(trial.lab().get_measurements(kAllMeasurements, sign)));
        for (size_t size : {4U, 11U, 12U, 35U, 36U, 37U, 44U}) {
            if (trial.lab().arriving(size) >= whole.size()) continue;
            any = true;
            TRY(negotiate(trial));
            TRY(trial.expect(TRY(trial.lab().send(ByteView(whole).first(size))), invalid(), "SPDM-MEA-001"));
        }
    }
    if (!any) return Trial::not_applicable("an unsigned request is no longer than a header at this version");
    return {};
}

Judgement too_early(Trial& trial) {
    TRY(trial.lab().after_capabilities(trial.version()));
    Bytes request = TRY(trial.lab().encode(trial.lab().get_measurements(kMeasurementCount, false)));
    return trial.expect(TRY(trial.lab().send(request)),
                        refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                        "SPDM-MEA-039");
}

Judgement no_signature(Trial& trial) {
    if (trial.claims().parameters.meas_cap() == cap::meas_sig) {
        return Trial::not_applicable("the device claims signed measurements");
    }
    TRY(negotiate(trial));
    return trial.expect(TRY(trial.lab().send(trial.lab().get_measurements(kAllMeasurements, true))),
                        refused(ErrorCode::invalid_request, {ErrorCode::unsupported_request}),
                        "SPDM-MEA-002");
}

Judgement no_specification(Trial& trial) {
    lab::Offer offer;
    offer.measurement_specification = 0;
    TRY(trial.lab().negotiated(trial.version(), offer));
    return trial.expect(
        TRY(trial.lab().send(trial.lab().get_measurements(kAllMeasurements, false))),
        refused(ErrorCode::unexpected_request, {ErrorCode::invalid_request, ErrorCode::unsupported_request}),
        "SPDM-MEA-004");
}

Judgement count(Trial& trial) {
    TRY(negotiate(trial));
    Answer answer = TRY(ask(trial, kMeasurementCount));
    TRY(trial.expect_that(answer.blocks.empty() && answer.message.number_of_blocks == 0, "SPDM-MEA-005",
                          "no blocks", fmt::format("{}", answer.message.number_of_blocks), "NumberOfBlocks"));
    uint8_t total = answer.message.total_indices;
    TRY(trial.expect_that(total != 0 && total != 0xff, "SPDM-MEA-006", "1 to 254 indices",
                          fmt::format("{}", total), "TotalIndices"));
    return trial.expect_that(
        total == trial.claims().measurements.size(), "SPDM-MEA-010",
        fmt::format("the {} blocks of operation 0xFF", trial.claims().measurements.size()),
        fmt::format("{}", total), "TotalIndices");
}

// What a block must be, wherever it comes from.
Judgement sound_block(Trial& trial, const MeasurementBlock& block) {
    const spdm::Parameters& p = trial.lab().seen().parameters();
    TRY(trial.expect_that(block.index != 0 && block.index != 0xff, "SPDM-MEA-015", "an index of 1 to 0xFE",
                          fmt::format("{}", block.index), "MeasurementRecord"));
    TRY(trial.expect_that(block.measurement_specification == p.measurement_specification, "SPDM-MEA-012",
                          "the negotiated specification", fmt::format("{}", block.measurement_specification),
                          "MeasurementRecord"));
    bool raw = (block.value_type & wire::value_type::raw_bit_stream) != 0;
    uint8_t type = block.value_type & 0x7f;
    if (auto hash = spdm::measurement_hash_algo(p.measurement_hash); hash && !raw) {
        TRY(trial.expect_that(block.value.size() == crypto::digest_size(*hash), "SPDM-MEA-014",
                              fmt::format("a digest of {} bytes", crypto::digest_size(*hash)),
                              fmt::format("{}", block.value.size()), "MeasurementRecord"));
    }
    if (type == wire::value_type::device_mode && trial.at_least(v1_2)) {
        TRY(trial.expect_that(raw && block.value.size() == 16 && block.index == wire::kDeviceModeIndex,
                              "SPDM-MEA-016", "a device mode of 16 raw bytes at index 0xFE",
                              fmt::format("{} bytes at {}", block.value.size(), block.index),
                              "MeasurementRecord"));
    }
    if (type == wire::value_type::security_version && trial.at_least(v1_2)) {
        TRY(trial.expect_that(raw && block.value.size() == 8, "SPDM-MEA-017",
                              "a security version of 8 raw bytes", fmt::format("{}", block.value.size()),
                              "MeasurementRecord"));
    }
    return {};
}

Judgement all_blocks(Trial& trial) {
    TRY(negotiate(trial));
    Answer all = TRY(ask(trial, kAllMeasurements));
    TRY(trial.expect_that(all.blocks.size() == all.message.number_of_blocks, "SPDM-MEA-011",
                          "as many blocks as NumberOfBlocks", fmt::format("{}", all.blocks.size()),
                          "NumberOfBlocks"));
    std::set<uint8_t> seen;
    for (const MeasurementBlock& block : all.blocks) {
        TRY(trial.expect_that(seen.insert(block.index).second, "SPDM-MEA-007", "one block an index",
                              fmt::format("index {} twice", block.index), "MeasurementRecord"));
        TRY(sound_block(trial, block));
    }
    return trial.expect_that(std::ranges::is_sorted(all.blocks, {}, &MeasurementBlock::index), "SPDM-MEA-009",
                             "indices that increase", "another order", "MeasurementRecord");
}

// The last value type that a version defines.
uint8_t last_value_type(const Trial& trial) {
    if (trial.at_least(v1_3)) return wire::value_type::structured_manifest;
    return trial.at_least(v1_2) ? wire::value_type::security_version : wire::value_type::measurement_manifest;
}

Judgement value_types(Trial& trial) {
    TRY(negotiate(trial));
    const Answer all = TRY(ask(trial, kAllMeasurements));
    for (const MeasurementBlock& block : all.blocks) {
        uint8_t type = block.value_type & 0x7f;
        TRY(trial.expect_that(type <= last_value_type(trial), "SPDM-MEA-046",
                              fmt::format("a value type up to {}", last_value_type(trial)),
                              fmt::format("{} at index {}", type, block.index), "MeasurementRecord"));
    }
    return {};
}

Judgement raw_only(Trial& trial) {
    TRY(negotiate(trial));
    if (trial.lab().seen().parameters().measurement_hash != wire::kMeasurementHashRaw) {
        return Trial::not_applicable("the device selects a measurement hash");
    }
    const Answer all = TRY(ask(trial, kAllMeasurements));
    for (const MeasurementBlock& block : all.blocks) {
        TRY(trial.expect_that((block.value_type & wire::value_type::raw_bit_stream) != 0, "SPDM-MEA-040",
                              "a raw bit stream", fmt::format("a digest at index {}", block.index),
                              "MeasurementRecord"));
    }
    return {};
}

// 0xFD is the manifest's; 0xF0 to 0xFC are nobody's.
Judgement reserved_indices(Trial& trial) {
    TRY(negotiate(trial));
    Answer all = TRY(ask(trial, kAllMeasurements));
    for (const MeasurementBlock& block : all.blocks) {
        uint8_t type = block.value_type & 0x7f;
        bool manifest =
            type == wire::value_type::measurement_manifest || type == wire::value_type::structured_manifest;
        TRY(trial.expect_that(block.index != wire::kManifestIndex || manifest, "SPDM-MEA-041",
                              "a manifest at index 0xFD", fmt::format("value type {}", type),
                              "MeasurementRecord"));
    }
    for (const MeasurementBlock& block : all.blocks) {
        TRY(trial.expect_that(block.index < 0xf0 || block.index >= wire::kManifestIndex, "SPDM-MEA-042",
                              "no index from 0xF0 to 0xFC", fmt::format("0x{:02x}", block.index),
                              "MeasurementRecord"));
    }
    return {};
}

// What an answer without a signature has: a nonce and opaque data, and nothing behind them.
Judgement unsigned_form(Trial& trial) {
    TRY(negotiate(trial));
    std::vector<uint8_t> operations = {kMeasurementCount, kAllMeasurements};
    if (!trial.claims().measurements.empty()) operations.push_back(trial.claims().measurements.front());
    for (uint8_t operation : operations) {
        Exchange exchange = TRY(trial.lab().send(trial.lab().get_measurements(operation, false)));
        TRY(trial.expect_answer(exchange, "SPDM-MEA-033"));
        size_t used = wire::annotate(*exchange.response, exchange.response_context).used;
        TRY(trial.expect_that(exchange.response->size() == trial.lab().arriving(used), "SPDM-MEA-043",
                              fmt::format("{} bytes", used), fmt::format("{}", exchange.response->size()),
                              "Signature"));
        Answer answer = TRY(read_measurements(exchange));
        TRY(trial.expect_that(operation == kMeasurementCount || answer.message.total_indices == 0,
                              "SPDM-MEA-044", "Param1 0", fmt::format("{}", answer.message.total_indices),
                              "Param1"));
        TRY(sound_opaque(trial, answer.message.opaque_data, "SPDM-MEA-036", "SPDM-MEA-036"));
        TRY(trial.expect_that((answer.message.param2 & 0x30) == 0 || !trial.at_least(v1_2), "SPDM-MEA-032",
                              "ContentChanged 00b without a signature",
                              fmt::format("0x{:02x}", answer.message.param2), "Param2"));
    }
    return {};
}

Judgement one_by_one(Trial& trial) {
    TRY(negotiate(trial));
    Answer all = TRY(ask(trial, kAllMeasurements));
    for (const MeasurementBlock& expected : all.blocks) {
        Answer one = TRY(ask(trial, expected.index));
        TRY(trial.expect_that(one.blocks.size() == 1 && one.blocks[0].index == expected.index, "SPDM-MEA-007",
                              fmt::format("one block with index {}", expected.index),
                              fmt::format("{} blocks", one.blocks.size()), "MeasurementRecord"));
        if (one.blocks[0].value == expected.value) continue;
        // Unless what is measured just changed.
        Answer again = TRY(ask(trial, kAllMeasurements));
        bool changed = std::ranges::any_of(again.blocks, [&](const MeasurementBlock& block) {
            return block.index == expected.index && block.value == one.blocks[0].value;
        });
        TRY(trial.expect_that(changed, "SPDM-MEA-107", "the value of operation 0xFF",
                              fmt::format("another at index {}", expected.index), "MeasurementRecord"));
    }
    return {};
}

Judgement absent_index(Trial& trial) {
    TRY(negotiate(trial));
    uint8_t index = trial.claims().absent_index();
    return trial.expect(TRY(trial.lab().send(trial.lab().get_measurements(index, false))), invalid(),
                        "SPDM-MEA-008");
}

// Raw where the device has it raw, and a digest where it has only that; the same measurements either way.
Judgement raw_stream(Trial& trial) {
    TRY(negotiate(trial));
    Answer plain = TRY(ask(trial, kAllMeasurements));
    Answer raw = TRY(ask(trial, kAllMeasurements, wire::kRawBitStreamRequested));
    TRY(trial.expect_that(raw.blocks.size() == plain.blocks.size(), "SPDM-MEA-019",
                          fmt::format("the {} measurements of an unattributed request", plain.blocks.size()),
                          fmt::format("{}", raw.blocks.size()), "MeasurementRecord"));
    for (size_t i = 0; i < raw.blocks.size(); ++i) {
        TRY(sound_block(trial, raw.blocks[i]));
        bool was_raw = (plain.blocks[i].value_type & wire::value_type::raw_bit_stream) != 0;
        bool is_raw = (raw.blocks[i].value_type & wire::value_type::raw_bit_stream) != 0;
        TRY(trial.expect_that(is_raw || !was_raw, "SPDM-MEA-019", "a raw bit stream as without the request",
                              "a digest", "MeasurementRecord"));
    }
    return {};
}

// Attributes of later versions change nothing.
Judgement later_attributes(Trial& trial) {
    TRY(negotiate(trial));
    Answer plain = TRY(ask(trial, kAllMeasurements));
    std::vector<uint8_t> attributes;
    if (!trial.at_least(v1_2)) attributes.push_back(wire::kRawBitStreamRequested);
    if (!trial.at_least(v1_3)) attributes.push_back(wire::kNewMeasurementRequested);
    for (uint8_t attribute : attributes) {
        Bytes request = TRY(trial.lab().encode(trial.lab().get_measurements(kAllMeasurements, false)));
        request[2] = attribute;
        Answer answer = TRY(read_measurements(TRY(trial.lab().send(request))));
        const char* rule = attribute == wire::kRawBitStreamRequested ? "SPDM-MEA-018" : "SPDM-MEA-020";
        TRY(trial.expect_that(answer.message.measurement_record == plain.message.measurement_record, rule,
                              "the same blocks as without", "others", "MeasurementRecord"));
    }
    return {};
}

Judgement fresh_nonce(Trial& trial) {
    TRY(negotiate(trial));
    wire::Nonce first = TRY(ask(trial, kAllMeasurements)).message.nonce;
    wire::Nonce second = TRY(ask(trial, kAllMeasurements)).message.nonce;
    return trial.expect_that(first != second, "SPDM-MEA-034", "another nonce in each response",
                             "the same twice", "Nonce");
}

}  // namespace

void add_measurements(CaseList& cases) {
    auto add = [&](Case one) { cases.push_back(needs(cap::meas, std::move(one))); };
    add(negative("mea/wrong-size", "A request of another version's size is InvalidRequest", {"SPDM-MEA-001"},
                 wrong_size));
    add(negative("mea/no-signature", "A signature without MEAS_CAP 10b is InvalidRequest", {"SPDM-MEA-002"},
                 no_signature));
    add(negative("mea/no-specification", "Without a negotiated specification the request is unexpected",
                 {"SPDM-MEA-004"}, no_specification));
    add(positive("mea/count", "Operation 0 gives the number of indices and no blocks",
                 {"SPDM-MEA-005", "SPDM-MEA-006", "SPDM-MEA-010"}, count));
    add(positive("mea/all", "Operation 0xFF gives all blocks, well-formed and in order",
                 {"SPDM-MEA-009", "SPDM-MEA-011", "SPDM-MEA-012", "SPDM-MEA-013", "SPDM-MEA-014",
                  "SPDM-MEA-015", "SPDM-MEA-016", "SPDM-MEA-017", "SPDM-MEA-033"},
                 all_blocks));
    add(positive("mea/one-by-one", "Each index gives its one block", {"SPDM-MEA-007", "SPDM-MEA-107"},
                 one_by_one));
    add(negative("mea/absent-index", "An index that is not there is InvalidRequest", {"SPDM-MEA-008"},
                 absent_index));
    add(since(v1_2,
              positive("mea/raw",
                       "RawBitStreamRequested gives the same measurements, raw where the device has them so",
                       {"SPDM-MEA-019"}, raw_stream)));
    add(until(v1_2, positive("mea/later-attributes", "Attributes of later versions are ignored",
                             {"SPDM-MEA-018", "SPDM-MEA-020"}, later_attributes)));
    add(positive("mea/fresh-nonce", "Each response has a nonce of its own", {"SPDM-MEA-034"}, fresh_nonce));
    add(negative("mea/too-early", "GET_MEASUREMENTS is unexpected before algorithms are negotiated",
                 {"SPDM-MEA-039"}, too_early));
    add(positive("mea/value-types", "Every value type is one of this version", {"SPDM-MEA-046"},
                 value_types));
    add(positive("mea/raw-only", "Without a measurement hash every measurement is raw", {"SPDM-MEA-040"},
                 raw_only));
    add(since(v1_2, positive("mea/reserved-indices", "Index 0xFD is the manifest, 0xF0 to 0xFC are not used",
                             {"SPDM-MEA-041", "SPDM-MEA-042"}, reserved_indices)));
    add(positive("mea/unsigned-form", "Unsigned MEASUREMENTS has a nonce, and nothing behind its opaque data",
                 {"SPDM-MEA-033", "SPDM-MEA-043", "SPDM-MEA-044", "SPDM-MEA-036", "SPDM-MEA-032"},
                 unsigned_form));
}

}  // namespace assay::cases
