// GET_MEASUREMENTS.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "conformance/suites/responder/measurement_answer.h"
#include "stack/spdm/algorithms.h"
#include "stack/wire/annotate.h"
#include "stack/wire/header.h"

namespace assay::cases {

namespace {

using Answer = MeasurementAnswer;

using wire::kAllMeasurements;
using wire::kMeasurementCount;
using wire::MeasurementBlock;

Result<Answer> ask(CaseContext& test, uint8_t operation, uint8_t attributes = 0) {
    return read_measurements(
        TRY(test.lab().send(test.lab().get_measurements(operation, false, 0, attributes))));
}

// What a block must be, wherever it comes from.
CheckResult sound_block(CaseContext& test, const MeasurementBlock& block) {
    const spdm::Parameters& p = test.lab().seen().parameters();
    TRY(test.expect_that(block.index != 0 && block.index != 0xff, "SPDM-MEA-015", "an index of 1 to 0xFE",
                         fmt::format("{}", block.index), "MeasurementRecord"));
    TRY(test.expect_that(block.measurement_specification == p.measurement_specification, "SPDM-MEA-012",
                         "the negotiated specification", fmt::format("{}", block.measurement_specification),
                         "MeasurementRecord"));
    bool raw = (block.value_type & wire::value_type::raw_bit_stream) != 0;
    uint8_t type = block.value_type & 0x7f;
    if (auto hash = spdm::measurement_hash_algo(p.measurement_hash); hash && !raw) {
        TRY(test.expect_that(block.value.size() == crypto::digest_size(*hash), "SPDM-MEA-014",
                             fmt::format("a digest of {} bytes", crypto::digest_size(*hash)),
                             fmt::format("{}", block.value.size()), "MeasurementRecord"));
    }
    if (type == wire::value_type::device_mode && test.at_least(v1_2)) {
        TRY(test.expect_that(raw && block.value.size() == 16 && block.index == wire::kDeviceModeIndex,
                             "SPDM-MEA-016", "a device mode of 16 raw bytes at index 0xFE",
                             fmt::format("{} bytes at {}", block.value.size(), block.index),
                             "MeasurementRecord"));
    }
    if (type == wire::value_type::security_version && test.at_least(v1_2)) {
        TRY(test.expect_that(raw && block.value.size() == 8, "SPDM-MEA-017",
                             "a security version of 8 raw bytes", fmt::format("{}", block.value.size()),
                             "MeasurementRecord"));
    }
    return {};
}

// The last value type that a version defines.
uint8_t last_value_type(const CaseContext& test) {
    if (test.at_least(v1_3)) return wire::value_type::structured_manifest;
    return test.at_least(v1_2) ? wire::value_type::security_version : wire::value_type::measurement_manifest;
}

const Case kCases[] = {
    // Requests of another version's size.
    {
        .id = "mea/wrong-size",
        .title = "A request of another version's size is InvalidRequest",
        .requirements = {"SPDM-MEA-001"},
        .needs = cap::meas,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            bool any = false;
            for (bool sign : {false, true}) {
                if (sign && !test.claims().has(cap::meas_sig)) continue;
                TRY(negotiate(test));
                Bytes whole = TRY(test.lab().encode(test.lab().get_measurements(kAllMeasurements, sign)));
                for (size_t size : {4U, 11U, 12U, 35U, 36U, 37U, 44U}) {
                    if (test.lab().arriving(size) >= whole.size()) continue;
                    any = true;
                    TRY(negotiate(test));
                    TRY(test.expect(TRY(test.lab().send(ByteView(whole).first(size))), invalid(),
                                    "SPDM-MEA-001"));
                }
            }
            if (!any)
                return CaseContext::not_applicable(
                    "an unsigned request is no longer than a header at this version");
            return {};
        },
    },
    {
        .id = "mea/no-signature",
        .title = "A signature without MEAS_CAP 10b is InvalidRequest",
        .requirements = {"SPDM-MEA-002"},
        .needs = cap::meas,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            if (test.claims().parameters.meas_cap() == cap::meas_sig) {
                return CaseContext::not_applicable("the device claims signed measurements");
            }
            TRY(negotiate(test));
            return test.expect(TRY(test.lab().send(test.lab().get_measurements(kAllMeasurements, true))),
                               refused(ErrorCode::invalid_request, {ErrorCode::unsupported_request}),
                               "SPDM-MEA-002");
        },
    },
    {
        .id = "mea/no-specification",
        .title = "Without a negotiated specification the request is unexpected",
        .requirements = {"SPDM-MEA-004"},
        .needs = cap::meas,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            lab::Offer offer;
            offer.measurement_specification = 0;
            TRY(test.lab().negotiated(test.version(), offer));
            return test.expect(TRY(test.lab().send(test.lab().get_measurements(kAllMeasurements, false))),
                               refused(ErrorCode::unexpected_request,
                                       {ErrorCode::invalid_request, ErrorCode::unsupported_request}),
                               "SPDM-MEA-004");
        },
    },
    {
        .id = "mea/count",
        .title = "Operation 0 gives the number of indices and no blocks",
        .requirements = {"SPDM-MEA-005", "SPDM-MEA-006", "SPDM-MEA-010"},
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Answer answer = TRY(ask(test, kMeasurementCount));
            TRY(test.expect_that(answer.blocks.empty() && answer.message.number_of_blocks == 0,
                                 "SPDM-MEA-005", "no blocks",
                                 fmt::format("{}", answer.message.number_of_blocks), "NumberOfBlocks"));
            uint8_t total = answer.message.total_indices;
            TRY(test.expect_that(total != 0 && total != 0xff, "SPDM-MEA-006", "1 to 254 indices",
                                 fmt::format("{}", total), "TotalIndices"));
            return test.expect_that(
                total == test.claims().measurements.size(), "SPDM-MEA-010",
                fmt::format("the {} blocks of operation 0xFF", test.claims().measurements.size()),
                fmt::format("{}", total), "TotalIndices");
        },
    },
    {
        .id = "mea/all",
        .title = "Operation 0xFF gives all blocks, well-formed and in order",
        .requirements = {"SPDM-MEA-009", "SPDM-MEA-011", "SPDM-MEA-012", "SPDM-MEA-013", "SPDM-MEA-014",
                         "SPDM-MEA-015", "SPDM-MEA-016", "SPDM-MEA-017", "SPDM-MEA-007"},
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Exchange exchange = TRY(test.lab().send(test.lab().get_measurements(kAllMeasurements, false)));
            TRY(test.expect_answer(exchange, "SPDM-MEA-009"));
            const Result<Answer> read = read_measurements(exchange);
            TRY(test.expect_that(read.has_value(), "SPDM-MEA-013", "blocks whose sizes agree",
                                 read ? "" : read.error().text(), "MeasurementRecord"));
            const Answer& all = *read;
            TRY(test.expect_that(all.blocks.size() == all.message.number_of_blocks, "SPDM-MEA-011",
                                 "as many blocks as NumberOfBlocks", fmt::format("{}", all.blocks.size()),
                                 "NumberOfBlocks"));
            std::set<uint8_t> seen;
            for (const MeasurementBlock& block : all.blocks) {
                TRY(test.expect_that(seen.insert(block.index).second, "SPDM-MEA-007", "one block an index",
                                     fmt::format("index {} twice", block.index), "MeasurementRecord"));
                TRY(sound_block(test, block));
            }
            return test.expect_that(std::ranges::is_sorted(all.blocks, {}, &MeasurementBlock::index),
                                    "SPDM-MEA-009", "indices that increase", "another order",
                                    "MeasurementRecord");
        },
    },
    {
        .id = "mea/one-by-one",
        .title = "Each index gives its one block",
        .requirements = {"SPDM-MEA-007", "SPDM-MEA-107"},
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Answer all = TRY(ask(test, kAllMeasurements));
            for (const MeasurementBlock& expected : all.blocks) {
                Answer one = TRY(ask(test, expected.index));
                TRY(test.expect_that(one.blocks.size() == 1 && one.blocks[0].index == expected.index,
                                     "SPDM-MEA-007", fmt::format("one block with index {}", expected.index),
                                     fmt::format("{} blocks", one.blocks.size()), "MeasurementRecord"));
                bool same = one.blocks[0].value == expected.value;
                if (!same) {  // unless what is measured just changed
                    Answer again = TRY(ask(test, kAllMeasurements));
                    same = std::ranges::any_of(again.blocks, [&](const MeasurementBlock& block) {
                        return block.index == expected.index && block.value == one.blocks[0].value;
                    });
                }
                TRY(test.expect_that(same, "SPDM-MEA-107", "the value of operation 0xFF",
                                     fmt::format("another at index {}", expected.index),
                                     "MeasurementRecord"));
            }
            return {};
        },
    },
    {
        .id = "mea/absent-index",
        .title = "An index that is not there is InvalidRequest",
        .requirements = {"SPDM-MEA-008"},
        .needs = cap::meas,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            uint8_t index = test.claims().absent_index();
            return test.expect(TRY(test.lab().send(test.lab().get_measurements(index, false))), invalid(),
                               "SPDM-MEA-008");
        },
    },
    // Raw where the device has it raw, and a digest where it has only that; the same measurements either way.
    {
        .id = "mea/raw",
        .title = "RawBitStreamRequested gives the same measurements, raw where the device has them so",
        .requirements = {"SPDM-MEA-019", "SPDM-MEA-012", "SPDM-MEA-015", "SPDM-MEA-016", "SPDM-MEA-017"},
        .since = v1_2,
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Answer plain = TRY(ask(test, kAllMeasurements));
            Answer raw = TRY(ask(test, kAllMeasurements, wire::kRawBitStreamRequested));
            TRY(test.expect_that(
                raw.blocks.size() == plain.blocks.size(), "SPDM-MEA-019",
                fmt::format("the {} measurements of an unattributed request", plain.blocks.size()),
                fmt::format("{}", raw.blocks.size()), "MeasurementRecord"));
            for (size_t i = 0; i < raw.blocks.size(); ++i) {
                TRY(sound_block(test, raw.blocks[i]));
                bool was_raw = (plain.blocks[i].value_type & wire::value_type::raw_bit_stream) != 0;
                bool is_raw = (raw.blocks[i].value_type & wire::value_type::raw_bit_stream) != 0;
                TRY(test.expect_that(is_raw || !was_raw, "SPDM-MEA-019",
                                     "a raw bit stream as without the request", "a digest",
                                     "MeasurementRecord"));
            }
            return {};
        },
    },
    // Attributes of later versions change nothing.
    {
        .id = "mea/later-attributes",
        .title = "Attributes of later versions are ignored",
        .requirements = {"SPDM-MEA-018", "SPDM-MEA-020"},
        .until = v1_2,
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Answer plain = TRY(ask(test, kAllMeasurements));
            std::vector<uint8_t> attributes;
            if (!test.at_least(v1_2)) attributes.push_back(wire::kRawBitStreamRequested);
            if (!test.at_least(v1_3)) attributes.push_back(wire::kNewMeasurementRequested);
            for (uint8_t attribute : attributes) {
                Bytes request = TRY(test.lab().encode(test.lab().get_measurements(kAllMeasurements, false)));
                request[wire::kParam1At] = attribute;
                Answer answer = TRY(read_measurements(TRY(test.lab().send(request))));
                const char* rule =
                    attribute == wire::kRawBitStreamRequested ? "SPDM-MEA-018" : "SPDM-MEA-020";
                TRY(test.expect_that(answer.message.measurement_record == plain.message.measurement_record,
                                     rule, "the same blocks as without", "others", "MeasurementRecord"));
            }
            return {};
        },
    },
    {
        .id = "mea/fresh-nonce",
        .title = "Each response has a nonce of its own",
        .requirements = {"SPDM-MEA-034"},
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            wire::Nonce first = TRY(ask(test, kAllMeasurements)).message.nonce;
            wire::Nonce second = TRY(ask(test, kAllMeasurements)).message.nonce;
            return test.expect_that(first != second, "SPDM-MEA-034", "another nonce in each response",
                                    "the same twice", "Nonce");
        },
    },
    {
        .id = "mea/too-early",
        .title = "GET_MEASUREMENTS is unexpected before algorithms are negotiated",
        .requirements = {"SPDM-MEA-039"},
        .needs = cap::meas,
        .negative = true,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(test.lab().after_capabilities(test.version()));
            Bytes request = TRY(test.lab().encode(test.lab().get_measurements(kMeasurementCount, false)));
            return test.expect(TRY(test.lab().send(request)),
                               refused(ErrorCode::unexpected_request, {ErrorCode::unsupported_request}),
                               "SPDM-MEA-039");
        },
    },
    {
        .id = "mea/value-types",
        .title = "Every value type is one of this version",
        .requirements = {"SPDM-MEA-046"},
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            const Answer all = TRY(ask(test, kAllMeasurements));
            for (const MeasurementBlock& block : all.blocks) {
                uint8_t type = block.value_type & 0x7f;
                TRY(test.expect_that(type <= last_value_type(test), "SPDM-MEA-046",
                                     fmt::format("a value type up to {}", last_value_type(test)),
                                     fmt::format("{} at index {}", type, block.index), "MeasurementRecord"));
            }
            return {};
        },
    },
    {
        .id = "mea/raw-only",
        .title = "Without a measurement hash every measurement is raw",
        .requirements = {"SPDM-MEA-040"},
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            if (test.lab().seen().parameters().measurement_hash != wire::kMeasurementHashRaw) {
                return CaseContext::not_applicable("the device selects a measurement hash");
            }
            const Answer all = TRY(ask(test, kAllMeasurements));
            for (const MeasurementBlock& block : all.blocks) {
                TRY(test.expect_that((block.value_type & wire::value_type::raw_bit_stream) != 0,
                                     "SPDM-MEA-040", "a raw bit stream",
                                     fmt::format("a digest at index {}", block.index), "MeasurementRecord"));
            }
            return {};
        },
    },
    // 0xFD is the manifest's index; 0xF0 to 0xFC are reserved.
    {
        .id = "mea/reserved-indices",
        .title = "Index 0xFD is the manifest, 0xF0 to 0xFC are not used",
        .requirements = {"SPDM-MEA-041", "SPDM-MEA-042"},
        .since = v1_2,
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            Answer all = TRY(ask(test, kAllMeasurements));
            for (const MeasurementBlock& block : all.blocks) {
                uint8_t type = block.value_type & 0x7f;
                bool manifest = type == wire::value_type::measurement_manifest ||
                                type == wire::value_type::structured_manifest;
                TRY(test.expect_that(block.index != wire::kManifestIndex || manifest, "SPDM-MEA-041",
                                     "a manifest at index 0xFD", fmt::format("value type {}", type),
                                     "MeasurementRecord"));
            }
            for (const MeasurementBlock& block : all.blocks) {
                TRY(test.expect_that(block.index < 0xf0 || block.index >= wire::kManifestIndex,
                                     "SPDM-MEA-042", "no index from 0xF0 to 0xFC",
                                     fmt::format("0x{:02x}", block.index), "MeasurementRecord"));
            }
            return {};
        },
    },
    // What an answer without a signature has: a nonce and opaque data, and nothing behind them.
    {
        .id = "mea/unsigned-form",
        .title = "Unsigned MEASUREMENTS has a nonce, and nothing behind its opaque data",
        .requirements = {"SPDM-MEA-033", "SPDM-MEA-043", "SPDM-MEA-044", "SPDM-MEA-036", "SPDM-MEA-032"},
        .needs = cap::meas,
        .run = [](CaseContext& test) -> CheckResult {
            TRY(negotiate(test));
            std::vector<uint8_t> operations = {kMeasurementCount, kAllMeasurements};
            if (!test.claims().measurements.empty()) operations.push_back(test.claims().measurements.front());
            for (uint8_t operation : operations) {
                Exchange exchange = TRY(test.lab().send(test.lab().get_measurements(operation, false)));
                TRY(test.expect_answer(exchange, "SPDM-MEA-033"));
                size_t used = wire::annotate(*exchange.response, exchange.response_context).used;
                TRY(test.expect_that(exchange.response->size() == test.lab().arriving(used), "SPDM-MEA-043",
                                     fmt::format("{} bytes", used),
                                     fmt::format("{}", exchange.response->size()), "Signature"));
                Answer answer = TRY(read_measurements(exchange));
                TRY(test.expect_that(operation == kMeasurementCount || answer.message.total_indices == 0,
                                     "SPDM-MEA-044", "Param1 0",
                                     fmt::format("{}", answer.message.total_indices), "Param1"));
                TRY(sound_opaque(test, answer.message.opaque_data, "SPDM-MEA-036", "SPDM-MEA-036"));
                TRY(test.expect_that((answer.message.param2 & 0x30) == 0 || !test.at_least(v1_2),
                                     "SPDM-MEA-032", "ContentChanged 00b without a signature",
                                     fmt::format("0x{:02x}", answer.message.param2), "Param2"));
            }
            return {};
        },
    },
};

}  // namespace

void add_measurements(CaseList& cases) { add(cases, kCases); }

}  // namespace assay::cases
