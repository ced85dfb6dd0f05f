// Fault packets in memory that others see.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

using transfer::FaultKind;

constexpr size_t kPacket = 32, kEntry = 64, kTagAt = 32, kValidAt = 48;
constexpr FaultKind kKinds[] = {FaultKind::replayable, FaultKind::non_replayable};

std::string_view label(FaultKind kind) {
    return kind == FaultKind::replayable ? "gsp_cpu_replayable_fault" : "gsp_cpu_non_replayable_fault";
}

Bytes packet(uint8_t number) {
    Bytes bytes = tenant_data(kPacket);
    bytes[0] = number;
    return bytes;
}

// Entry `number`, counted from 1, as GSP leaves it.
Bytes entry(CaseContext& test, FaultKind kind, uint8_t number) {
    const uint8_t valid = 1;
    const PathBlock block =
        test.script().seal(test.script().key(label(kind)), lab::gsp_iv(number), {&valid, 1}, packet(number));
    Bytes bytes = concat({block.text, block.tag, Bytes{valid}});
    bytes.resize(kEntry);
    return bytes;
}

const PathCase kCases[] = {
    {
        .id = "fault/sealed",
        .title = "Fault packets are sealed in their order",
        .requirements = {"ASSAY-TRF-041"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-041";
            auto path = TRY(Path::open(test));
            for (FaultKind kind : kKinds) {
                for (uint8_t number = 1; number <= 3; ++number) {
                    Bytes written(kEntry), due = entry(test, kind, number);
                    TRY(test.taken(path->gpu().write_fault(kind, packet(number), written), kRule,
                                   "a fault is written"));
                    TRY(test.that(written == due, kRule, to_hex(due), to_hex(written)));
                    const Bytes read =
                        TRY(test.taken(path->guest().read_fault(kind, due), kRule, "and read"));
                    TRY(test.that(read == packet(number), kRule, to_hex(packet(number)), to_hex(read)));
                }
            }
            Bytes large(kEntry + 1), small(kEntry - 1);
            for (Bytes* other : {&large, &small}) {
                TRY(test.refused(path->guest().read_fault(FaultKind::replayable, *other),
                                 {Status::invalid_data}, kRule, "an entry of another size"));
                TRY(test.refused(path->gpu().write_fault(FaultKind::replayable, packet(1), *other),
                                 {Status::invalid_data}, kRule, "an entry of another size"));
            }
            return {};
        },
    },
    {
        .id = "fault/valid",
        .title = "The valid byte is authenticated",
        .requirements = {"ASSAY-TRF-042"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-042";
            for (uint8_t valid : Bytes{2, 3, 0x81, 0xff}) {
                auto path = TRY(Path::open(test));
                Bytes changed = entry(test, FaultKind::replayable, 1);
                changed[kValidAt] = valid;
                TRY(test.refused(path->guest().read_fault(FaultKind::replayable, changed),
                                 {Status::invalid_data}, kRule, "a valid byte of " + std::to_string(valid)));
            }
            return {};
        },
    },
    {
        .id = "fault/skip",
        .title = "A fault that is passed over uses its IV up",
        .requirements = {"ASSAY-TRF-043"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-043";
            auto path = TRY(Path::open(test));
            for (FaultKind kind : kKinds) {
                for (uint8_t number = 1; number <= 4; ++number) {
                    Bytes bytes = entry(test, kind, number);
                    if (number % 2 == 1) {
                        TRY(test.taken(path->guest().skip_fault(kind, bytes), kRule,
                                       "an entry is passed over"));
                        TRY(test.that(bytes[kValidAt] == 0, kRule, "an entry that is not valid any more"));
                    } else {
                        TRY(test.taken(path->guest().read_fault(kind, bytes), kRule,
                                       "the entry behind it is read"));
                    }
                }
            }
            return {};
        },
    },
    {
        .id = "fault/absent",
        .title = "An entry that is not valid is not there yet",
        .requirements = {"ASSAY-TRF-044"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-044";
            auto path = TRY(Path::open(test));
            Bytes bytes = entry(test, FaultKind::replayable, 1);
            bytes[kValidAt] = 0;
            for (int i = 0; i < 3; ++i) {
                TRY(test.refused(path->guest().read_fault(FaultKind::replayable, bytes), {Status::busy},
                                 kRule, "an entry that is not valid is read"));
                TRY(test.refused(path->guest().skip_fault(FaultKind::replayable, bytes), {Status::busy},
                                 kRule, "an entry that is not valid is passed over"));
            }
            bytes[kValidAt] = 1;
            TRY(test.taken(path->guest().read_fault(FaultKind::replayable, bytes), kRule,
                           "once it is valid it is read"));
            TRY(test.that(bytes[kValidAt] == 0, kRule, "an entry that is not valid any more"));
            return test.that(!path->guest().closed(), kRule, "a path that goes on", "a closed one");
        },
    },
    {
        .id = "fault/tampered",
        .title = "A fault that does not verify is fatal",
        .requirements = {"ASSAY-TRF-045", "ASSAY-TRF-080"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-045";
            for (size_t at : {size_t{0}, kPacket - 1, kTagAt, kTagAt + 15}) {
                auto path = TRY(Path::open(test));
                Bytes changed = entry(test, FaultKind::non_replayable, 1);
                changed[at] ^= 4;
                TRY(test.refused(path->guest().read_fault(FaultKind::non_replayable, changed),
                                 {Status::invalid_data}, kRule,
                                 "byte " + std::to_string(at) + " is another"));
                TRY(test.that(path->guest().closed(), {kRule, "ASSAY-TRF-080"}, "a path that is closed",
                              "one that goes on"));
            }
            // An entry that came before, and one of the other buffer.
            auto path = TRY(Path::open(test));
            Bytes first = entry(test, FaultKind::replayable, 1);
            const Bytes again = first;
            TRY(test.taken(path->guest().read_fault(FaultKind::replayable, first), kRule, "a fault is read"));
            first = again;
            TRY(test.refused(path->guest().read_fault(FaultKind::replayable, first), {Status::invalid_data},
                             kRule, "the entry comes again"));
            auto other = TRY(Path::open(test));
            first = again;
            return test.refused(other->guest().read_fault(FaultKind::non_replayable, first),
                                {Status::invalid_data}, kRule, "an entry of the other buffer");
        },
    },
};

}  // namespace

void add_faults(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
