// GET_MEASUREMENTS.
#include "stack/wire/messages/measurements.h"

#include <fmt/format.h>

#include "conformance/cases/responder/support.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/messages/digests.h"

namespace assay::cases {

namespace {

using wire::GetMeasurements;
using wire::kAllMeasurements;
using wire::kMeasurementCount;
using wire::MeasurementBlock;
using wire::Measurements;

struct Answer {
    Measurements message;
    std::vector<MeasurementBlock> blocks;
};

Result<Answer> read(const Exchange& exchange) {
    if (!exchange.answered()) {
        return fail(Errc::state, "response", Error::npos,
                    "GET_MEASUREMENTS was answered with " + lab::describe(exchange));
    }
    Answer answer;
    answer.message = TRY(wire::decode<Measurements>(*exchange.response, exchange.response_context));
    auto record = TRY(wire::decode_exact<wire::MeasurementRecord>(answer.message.measurement_record,
                                                                  exchange.response_context));
    answer.blocks = std::move(record.blocks);
    return answer;
}

Result<Answer> ask(Trial& trial, uint8_t operation, uint8_t attributes = 0) {
    return read(TRY(trial.lab().send(trial.lab().get_measurements(operation, false, 0, attributes))));
}

// Requests of another version's size.
Judgement wrong_size(Trial& trial) {
    for (bool sign : {false, true}) {
        if (sign && !trial.claims().has(cap::meas_sig)) continue;
        TRY(negotiate(trial));
        Bytes whole = TRY(trial.lab().encode(trial.lab().get_measurements(kAllMeasurements, sign)));
        for (size_t size : {4U, 11U, 12U, 35U, 36U, 37U, 44U}) {
            if (trial.lab().arriving(size) >= whole.size() || (sign && size < 36)) continue;
            TRY(negotiate(trial));
            TRY(trial.expect(TRY(trial.lab().send(ByteView(whole).first(size))), invalid(), "SPDM-MEA-001"));
        }
    }
    return {};
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
    int previous = 0;
    for (const MeasurementBlock& block : all.blocks) {
        TRY(trial.expect_that(block.index > previous, "SPDM-MEA-009", "indices that increase",
                              fmt::format("{}", block.index), "MeasurementRecord"));
        previous = block.index;
        TRY(sound_block(trial, block));
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
        TRY(trial.expect_that(one.blocks[0].value == expected.value, "SPDM-MEA-107",
                              "the value of operation 0xFF", "another", "MeasurementRecord"));
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
        Answer answer = TRY(read(TRY(trial.lab().send(request))));
        const char* rule = attribute == wire::kRawBitStreamRequested ? "SPDM-MEA-018" : "SPDM-MEA-020";
        TRY(trial.expect_that(answer.message.measurement_record == plain.message.measurement_record, rule,
                              "the same blocks as without", "others", "MeasurementRecord"));
    }
    return {};
}

Judgement bad_slots(Trial& trial) {
    for (uint8_t slot : Bytes{8, 14}) {
        TRY(negotiate(trial));
        TRY(trial.expect(TRY(trial.lab().send(trial.lab().get_measurements(kAllMeasurements, true, slot))),
                         invalid(), "SPDM-MEA-029"));
    }
    return {};
}

Judgement empty_slot(Trial& trial) {
    auto slot = trial.claims().empty_slot();
    if (!slot) return Trial::not_applicable("every slot of the device is provisioned");
    TRY(negotiate(trial));
    return trial.expect(TRY(trial.lab().send(trial.lab().get_measurements(kAllMeasurements, true, *slot))),
                        invalid(), "SPDM-MEA-129");
}

Judgement reserved_slot_bits(Trial& trial) {
    TRY(negotiate_with_chain(trial));
    Bytes request = TRY(trial.lab().encode(trial.lab().get_measurements(kAllMeasurements, true)));
    request[36] = 0xf0;
    return trial.expect_signature(TRY(trial.lab().send(request)), "SPDM-MEA-030");
}

Judgement signed_form(Trial& trial) {
    for (const auto& [slot, digest] : trial.claims().digests) {
        if (slot > 0 && !trial.at_least(v1_1)) break;
        TRY(negotiate_with_chain(trial, slot));
        GetMeasurements message = trial.lab().get_measurements(kAllMeasurements, true, slot);
        Exchange exchange = TRY(trial.lab().send(message));
        TRY(trial.expect_signature(exchange, "SPDM-MEA-021"));
        Answer answer = TRY(read(exchange));
        if (trial.at_least(v1_1)) {
            TRY(trial.expect_that((answer.message.param2 & 0x0f) == slot, "SPDM-MEA-031",
                                  fmt::format("SlotID {}", slot),
                                  fmt::format("{}", answer.message.param2 & 0x0f), "Param2"));
        }
        TRY(trial.expect_that((answer.message.param2 >> 4 & 3) != 3 || !trial.at_least(v1_2), "SPDM-MEA-032",
                              "ContentChanged 00b to 10b", "11b", "Param2"));
        TRY(trial.expect_that(
            answer.message.requester_context == message.requester_context || !trial.at_least(v1_3),
            "SPDM-MEA-035", "the request's RequesterContext", to_hex(answer.message.requester_context),
            "RequesterContext"));
        bool opaque = answer.message.opaque_data.empty() || !trial.at_least(v1_2) ||
                      trial.lab().seen().parameters().opaque_format != 0;
        TRY(trial.expect_that(opaque, "SPDM-MEA-036", "no opaque data without a format",
                              to_hex(answer.message.opaque_data), "OpaqueData"));
    }
    return {};
}

// Unsigned exchanges are covered by the next signature; the one after it starts anew.
Judgement accumulates(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(negotiate_with_chain(trial));
    for (uint8_t operation : {kMeasurementCount, trial.claims().measurements.front(), kAllMeasurements}) {
        TRY(trial.expect_answer(TRY(lab.send(lab.get_measurements(operation, false))), "SPDM-MEA-021"));
    }
    TRY(trial.expect_signature(TRY(lab.send(lab.get_measurements(kAllMeasurements, true))), "SPDM-MEA-021"));
    return trial.expect_signature(
        TRY(lab.send(lab.get_measurements(trial.claims().measurements.front(), true))), "SPDM-MEA-026");
}

Judgement another_request_resets(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(negotiate_with_chain(trial));
    TRY(trial.expect_answer(TRY(lab.send(lab.get_measurements(kMeasurementCount, false))), "SPDM-MEA-023"));
    TRY(trial.expect_answer(TRY(lab.send(wire::GetDigests{})), "SPDM-MEA-023"));
    return trial.expect_signature(TRY(lab.send(lab.get_measurements(kAllMeasurements, true))),
                                  "SPDM-MEA-023");
}

Judgement error_resets(Trial& trial) {
    lab::Lab& lab = trial.lab();
    TRY(negotiate_with_chain(trial));
    TRY(trial.expect_answer(TRY(lab.send(lab.get_measurements(kMeasurementCount, false))), "SPDM-MEA-024"));
    TRY(trial.expect(TRY(lab.send(lab.get_measurements(trial.claims().absent_index(), false))), invalid(),
                     "SPDM-MEA-008"));
    return trial.expect_signature(TRY(lab.send(lab.get_measurements(kAllMeasurements, true))),
                                  "SPDM-MEA-024");
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
    // A signature can be judged with the signer's certificate only.
    auto add_signed = [&](Case one) { cases.push_back(needs(cap::meas_sig | cap::cert, std::move(one))); };
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
    add_signed(since(v1_1, negative("mea/bad-slot", "A SlotIDParam of 8 to 14 is InvalidRequest",
                                    {"SPDM-MEA-029"}, bad_slots)));
    add_signed(since(v1_1, negative("mea/empty-slot", "A slot without a certificate is InvalidRequest",
                                    {"SPDM-MEA-129"}, empty_slot)));
    add_signed(since(v1_1, positive("mea/reserved-slot-bits", "The upper bits of SlotIDParam are ignored",
                                    {"SPDM-MEA-030"}, reserved_slot_bits)));
    add_signed(positive("mea/signed-form", "A signed MEASUREMENTS names the slot and the requester's context",
                        {"SPDM-MEA-021", "SPDM-MEA-022", "SPDM-MEA-031", "SPDM-MEA-032", "SPDM-MEA-035",
                         "SPDM-MEA-036", "SPDM-MEA-038"},
                        signed_form));
    add_signed(positive("mea/accumulates",
                        "A signature covers the unsigned exchanges before it, and each only once",
                        {"SPDM-MEA-021", "SPDM-MEA-026"}, accumulates));
    add_signed(positive("mea/another-request-resets", "Another request restarts what MEASUREMENTS signs",
                        {"SPDM-MEA-023"}, another_request_resets));
    add_signed(negative("mea/error-resets", "An ERROR restarts what MEASUREMENTS signs", {"SPDM-MEA-024"},
                        error_resets));
}

}  // namespace assay::cases
