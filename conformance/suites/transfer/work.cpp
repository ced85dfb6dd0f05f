// Signed work submissions.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

using transfer::Method;

constexpr size_t kMac = 32;
const std::vector<Method> kMethods = {{0x100, 1}, {0x104, 0xdeadbeef}};

std::vector<Method> methods(size_t count) { return std::vector<Method>(count, Method{0x200, 5}); }

const PathCase kCases[] = {
    {
        .id = "work/signature",
        .title = "Work is signed over methods and a nonce that counts",
        .requirements = {"ASSAY-TRF-035", "ASSAY-TRF-036", "ASSAY-TRF-037"},
        .run = [](CaseContext& test) -> CheckResult {
            auto path = TRY(Path::open(test));
            for (uint64_t number = 1; number <= 3; ++number) {
                const Bytes work =
                    TRY(test.taken(path->guest().submit(kMethods), "ASSAY-TRF-035", "work is signed"));
                const Bytes due = test.script().work(kMethods, number);
                TRY(test.that(work == due, {number == 1 ? "ASSAY-TRF-035" : "ASSAY-TRF-036", "ASSAY-TRF-037"},
                              to_hex(due), to_hex(work)));
                auto got =
                    TRY(test.taken(path->gpu().execute(due), "ASSAY-TRF-035", "what is signed is taken"));
                TRY(test.that(got == kMethods, "ASSAY-TRF-035", "the methods that were signed"));
            }
            return {};
        },
    },
    {
        .id = "work/nonce-limit",
        .title = "The nonce carries and does not wrap",
        .requirements = {"ASSAY-TRF-036"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-036";
            constexpr std::array<uint64_t, 3> kCarries = {UINT64_MAX, 0, 0},
                                              kLast = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
            auto path = TRY(Path::open(test));
            TRY(test.needs(path->guest().set_work_counted(kCarries) && path->gpu().set_work_counted(kCarries),
                           "a counter that is set"));
            const Bytes work = TRY(test.taken(path->guest().submit(kMethods), kRule, "a counter carries"));
            TRY(test.taken(path->gpu().execute(work), kRule, "at both ends"));
            path->guest().set_work_counted(kLast);
            path->gpu().set_work_counted(kLast);
            TRY(test.refused(path->guest().submit(kMethods), {Status::insufficient_resources}, kRule,
                             "work behind the last nonce"));
            return test.refused(path->gpu().execute(test.script().work(kMethods, 0)),
                                {Status::insufficient_resources}, kRule, "work behind the last nonce");
        },
    },
    {
        .id = "work/channel",
        .title = "The nonce names its channel",
        .requirements = {"ASSAY-TRF-037"},
        .run = [](CaseContext& test) -> CheckResult {
            auto path = TRY(Path::open(test));
            return test.refused(path->gpu().execute(test.script().work(kMethods, 1, 5)),
                                {Status::invalid_data}, "ASSAY-TRF-037",
                                "work that another channel's nonce signs");
        },
    },
    {
        .id = "work/replay",
        .title = "Signed work is done once",
        .requirements = {"ASSAY-TRF-038", "ASSAY-TRF-040"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-038";
            auto path = TRY(Path::open(test));
            const Bytes work = TRY(test.taken(path->guest().submit(kMethods), kRule, "work is signed"));
            TRY(test.taken(path->gpu().execute(work), kRule, "and done"));
            TRY(test.refused(path->gpu().execute(work), {Status::invalid_data}, kRule, "the same again"));
            return test.that(path->gpu().closed(), "ASSAY-TRF-040", "a path that is closed",
                             "one that goes on");
        },
    },
    {
        .id = "work/order",
        .title = "Signed work is done in its order",
        .requirements = {"ASSAY-TRF-138"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-138";
            for (uint64_t number : {2U, 3U, 0U}) {
                auto path = TRY(Path::open(test));
                TRY(test.refused(path->gpu().execute(test.script().work(kMethods, number)),
                                 {Status::invalid_data}, kRule,
                                 "submission " + std::to_string(number) + " comes first"));
            }
            // One that never comes.
            auto path = TRY(Path::open(test));
            TRY(test.taken(path->guest().submit(kMethods), kRule, "work is signed"));
            const Bytes second = TRY(test.taken(path->guest().submit(kMethods), kRule, "work is signed"));
            return test.refused(path->gpu().execute(second), {Status::invalid_data}, kRule,
                                "work behind what was dropped");
        },
    },
    {
        .id = "work/limits",
        .title = "Signed work is limited",
        .requirements = {"ASSAY-TRF-039"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-039";
            auto path = TRY(Path::open(test));
            TRY(test.refused(path->guest().submit(methods(11)), {Status::invalid_argument}, kRule,
                             "88 bytes are signed"));
            TRY(test.refused(path->guest().submit({}), {Status::invalid_argument}, kRule,
                             "nothing is signed"));
            const Bytes ten =
                TRY(test.taken(path->guest().submit(methods(10)), kRule, "80 bytes are signed"));
            TRY(test.taken(path->gpu().execute(ten), kRule, "and taken"));
            TRY(test.taken(path->gpu().execute(test.script().work(methods(64), 2)), kRule,
                           "512 bytes are taken"));
            return test.refused(path->gpu().execute(test.script().work(methods(65), 3)),
                                {Status::invalid_argument, Status::invalid_data}, kRule,
                                "520 bytes are taken");
        },
    },
    // A bit of each byte of methods and MAC.
    {
        .id = "work/bits",
        .title = "Changed work is refused and fatal",
        .requirements = {"ASSAY-TRF-040", "ASSAY-TRF-080"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-040";
            const Bytes good = test.script().work(kMethods, 1);
            for (size_t at = 4; at < good.size(); ++at) {
                auto path = TRY(Path::open(test));
                Bytes changed = good;
                changed[at] ^= static_cast<uint8_t>(1U << at % 8);
                TRY(test.refused(path->gpu().execute(changed), {Status::invalid_data}, kRule,
                                 "byte " + std::to_string(at) + " is another"));
                TRY(test.that(path->gpu().closed(), {kRule, "ASSAY-TRF-080"}, "a path that is closed",
                              "one that goes on"));
                TRY(test.refused(path->gpu().execute(good), {Status::invalid_state}, kRule,
                                 "work on a closed path"));
            }
            return {};
        },
    },
    {
        .id = "work/form",
        .title = "Work is well-formed",
        .requirements = {"ASSAY-TRF-140"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-140";
            auto path = TRY(Path::open(test));
            const Bytes good = test.script().work(kMethods, 1);
            for (size_t size : {size_t{0}, size_t{3}, size_t{4}, good.size() - kMac, good.size() - 1}) {
                TRY(test.refused(path->gpu().execute(ByteView(good).first(size)),
                                 {Status::invalid_data, Status::invalid_argument}, kRule,
                                 std::to_string(size) + " bytes of a submission"));
            }
            TRY(test.refused(path->gpu().execute(concat({good, Bytes(1)})), {Status::invalid_data}, kRule,
                             "a byte behind a submission"));
            for (uint8_t count : Bytes{0, 1, 3, 64}) {
                Bytes changed = good;
                changed[0] = count;
                TRY(test.refused(path->gpu().execute(changed),
                                 {Status::invalid_data, Status::invalid_argument}, kRule,
                                 "a count of " + std::to_string(count)));
            }
            TRY(test.that(!path->gpu().closed(), kRule, "a path that goes on", "a closed one"));
            TRY(test.taken(path->gpu().execute(good), kRule, "what is well-formed"));
            return {};
        },
    },
};

}  // namespace

void add_work(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
