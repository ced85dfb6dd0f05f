// Rotation of keys while transfers are under way.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

using transfer::CopyCommand;
using transfer::CopyOp;
using transfer::RotationStatus;

constexpr KeyId kId = KeyId::lce00_h2d_user;
const Bytes kText = tenant_data(24);
constexpr transfer::Thresholds kLow{.lower = 20, .upper = 60};  // units of work
constexpr unsigned kTimeout = 5;                                // seconds

PathBlock block(CaseContext& test, unsigned version, uint32_t message) {
    PathBlock sealed = test.script().seal(test.script().key("Lce00_h2d_user", version),
                                          lab::channel_iv(message, 0), {}, kText);
    sealed.version = version;
    return sealed;
}

PathResult<> open(lab::PathChannel& channel, const PathBlock& sealed) {
    Bytes out(sealed.text.size());
    return channel.open({}, sealed, out);
}

CheckResult status_is(CaseContext& test, lab::PathEnd& end, RotationStatus due, std::string_view rule) {
    const RotationStatus status = TRY(test.taken(end.rotation(0), rule, "a rotation's status"));
    return test.that(status == due, rule, std::string(name(due)), std::string(name(status)));
}

Bytes rotation_to(CaseContext& test, uint32_t version) {
    return test.script().work(
        to_methods(CopyCommand{.op = CopyOp::rotate, .channel = 0, .size = 0, .version = version}), 1);
}

const PathCase kCases[] = {
    {
        .id = "rot/sixteen",
        .title = "The last 16 versions of a key open",
        .requirements = {"ASSAY-TRF-030"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-030";
            auto [key, channel] = TRY(test.channel(kId));
            for (int i = 0; i < 15; ++i) TRY(test.taken(key->rotate(), kRule, "the key is rotated"));
            for (unsigned version : {0U, 7U, 15U, 1U}) {
                TRY(test.taken(open(*channel, block(test, version, 1)), kRule,
                               "a block under version " + std::to_string(version) + " of 15"));
            }
            return {};
        },
    },
    {
        .id = "rot/older-gone",
        .title = "Other versions of a key do not",
        .requirements = {"ASSAY-TRF-031"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-031";
            auto [key, channel] = TRY(test.channel(kId));
            TRY(test.refused(open(*channel, block(test, 1, 1)), {Status::invalid_argument}, kRule,
                             "a block under a key that is not there yet"));
            for (int i = 0; i < 16; ++i) TRY(test.taken(key->rotate(), kRule, "the key is rotated"));
            TRY(test.refused(open(*channel, block(test, 0, 1)), {Status::invalid_argument}, kRule,
                             "a block under the version 16 before"));
            return test.taken(open(*channel, block(test, 1, 1)), kRule,
                              "a block under the version 15 before");
        },
    },
    {
        .id = "rot/in-flight",
        .title = "What is in flight survives a rotation",
        .requirements = {"ASSAY-TRF-032"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-032";
            auto path = TRY(Path::open(test));
            TRY(test.taken(path->write(512, kText), kRule, "a transfer"));
            auto write =
                TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, kText), kRule, "a write"));
            auto read = TRY(test.taken(path->guest().begin_read(0, 512, kText.size()), kRule, "a read"));
            auto rotation = TRY(test.taken(path->guest().begin_rotation(0), kRule, "a rotation"));
            auto late =
                TRY(test.taken(path->guest().begin_write(0, Traffic::data, 64, kText), kRule, "a write"));
            for (const transfer::Transfer* one : {&write, &read, &rotation, &late}) {
                TRY(test.taken(path->gpu().execute(one->submission), kRule, "what is in flight is executed"));
            }
            Bytes out(kText.size());
            TRY(test.taken(path->guest().finish(late.id), kRule, "the write under the new key ends"));
            TRY(test.taken(path->guest().finish(rotation.id), kRule, "the rotation ends"));
            TRY(test.taken(path->guest().finish(read.id, out), kRule, "the read under the old key ends"));
            TRY(test.taken(path->guest().finish(write.id), kRule, "the write under the old key ends"));
            return test.that(out == kText && equal(path->device(0, kText.size()), kText) &&
                                 equal(path->device(64, kText.size()), kText),
                             kRule, "all bytes where they belong");
        },
    },
    {
        .id = "rot/not-dropped",
        .title = "A key with transfers in flight is not dropped",
        .requirements = {"ASSAY-TRF-032"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-032";
            auto path = TRY(Path::open(test));
            TRY(test.taken(path->write(0, kText), kRule, "a transfer"));
            auto read = TRY(test.taken(path->guest().begin_read(0, 0, kText.size()), kRule, "a read"));
            TRY(test.taken(path->gpu().execute(read.submission), kRule, "is executed"));
            for (int i = 0; i < 15; ++i) TRY(test.taken(path->rotate(), kRule, "the key is rotated"));
            TRY(test.refused(path->rotate(), {Status::busy}, kRule, "a rotation that drops the read's key"));
            Bytes out(kText.size());
            TRY(test.taken(path->guest().finish(read.id, out), kRule, "the read ends"));
            TRY(test.that(out == kText, kRule, to_hex(kText), to_hex(out)));
            TRY(test.taken(path->rotate(), kRule, "then the key is rotated"));
            // A receiver knows only from the rotation command how many messages are outstanding.
            auto [key, channel] = TRY(test.channel(kId));
            TRY(test.taken(open(*channel, block(test, 0, 1)), kRule, "a block"));
            TRY(test.taken(key->rotate(), kRule, "the key is rotated"));
            channel->ended(2);
            for (int i = 0; i < 14; ++i) TRY(test.taken(key->rotate(), kRule, "the key is rotated"));
            TRY(test.refused(channel->may_rotate(), {Status::busy}, kRule,
                             "a rotation before the last block came"));
            TRY(test.taken(open(*channel, block(test, 0, 2)), kRule, "the last block"));
            return test.taken(channel->may_rotate(), kRule, "a rotation behind it");
        },
    },
    {
        .id = "rot/ended",
        .title = "An old key ends where its sender ended",
        .requirements = {"ASSAY-TRF-033"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-033";
            auto [key, channel] = TRY(test.channel(kId));
            TRY(test.taken(open(*channel, block(test, 0, 1)), kRule, "a block"));
            TRY(test.taken(key->rotate(), kRule, "the key is rotated"));
            channel->ended(2);
            TRY(test.taken(open(*channel, block(test, 1, 1)), kRule, "a block under the new key"));
            TRY(test.taken(open(*channel, block(test, 0, 2)), kRule, "the last block under the old key"));
            return test.refused(open(*channel, block(test, 0, 3)), {Status::invalid_data}, kRule,
                                "a block behind the last one");
        },
    },
    {
        .id = "rot/work",
        .title = "Work is bytes by 16 and operations",
        .requirements = {"ASSAY-TRF-071", "ASSAY-TRF-077"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-071";
            // 64 bytes are four units, and an operation is one.
            for (auto [size, limit] : {std::pair<size_t, uint64_t>{64, 10}, {1, 2}, {48, 8}}) {
                auto [key, channel] = TRY(test.channel(kId));
                TRY(test.needs(key->set_work_limit(limit), "a limit that is set"));
                for (int i = 0; i < 2; ++i) {
                    TRY(test.taken(channel->seal({}, tenant_data(size)), kRule, "work below the limit"));
                }
                TRY(test.refused(channel->seal({}, tenant_data(size)), {Status::insufficient_resources},
                                 {kRule, "ASSAY-TRF-077"},
                                 "two messages of " + std::to_string(size) +
                                     " bytes are all that a limit of " + std::to_string(limit) + " has"));
                TRY(test.taken(key->rotate(), kRule, "the key is rotated"));
                TRY(test.taken(channel->seal({}, tenant_data(size)), kRule,
                               "the new key has done nothing yet"));
            }
            return {};
        },
    },
    {
        .id = "rot/limits",
        .title = "Limits follow from the attacker's advantage",
        .requirements = {"ASSAY-TRF-072", "ASSAY-TRF-073"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-072";
            constexpr uint64_t kUpper[] = {777472127993, 549755813887, 388736063996, 274877906943,
                                           194368031997, 137438953471, 97184015998,  68719476735,
                                           48592007999,  34359738367,  24296003999,  17179869183,
                                           12148001999,  8589934591,   6074000999,   4294967295};
            for (unsigned n = 0; n < std::size(kUpper); ++n) {
                auto path = TRY(Path::make(test));
                const auto set = TRY(test.taken(path->guest().set_policy(50 + n), kRule, "a policy is set"));
                TRY(test.that(set.upper == kUpper[n], kRule, std::to_string(kUpper[n]),
                              std::to_string(set.upper)));
                TRY(test.that(set.lower == kUpper[n] - 1'000'000'000, "ASSAY-TRF-073",
                              "10^9 units before " + std::to_string(kUpper[n]), std::to_string(set.lower)));
            }
            auto path = TRY(Path::make(test));
            for (unsigned n : {0U, 49U, 66U, 300U}) {
                TRY(test.refused(path->guest().set_policy(n), {Status::invalid_argument}, kRule,
                                 "an advantage of 2^-" + std::to_string(n)));
            }
            return {};
        },
    },
    {
        .id = "rot/policy-late",
        .title = "The policy is set before ready",
        .requirements = {"ASSAY-TRF-074"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-074";
            auto path = TRY(Path::open(test));
            TRY(test.refused(path->guest().set_policy(60), {Status::invalid_state}, kRule,
                             "a policy when ready"));
            return test.refused(path->gpu().set_policy(60), {Status::invalid_state}, kRule,
                                "a policy when ready");
        },
    },
    // Both ends count, and both know when it is over.
    {
        .id = "rot/pending",
        .title = "A rotation is pending from the lower threshold, and over with the new key",
        .requirements = {"ASSAY-TRF-075"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-075";
            auto path = TRY(Path::open(test, {.thresholds = {.lower = 20, .upper = 4000}}));
            for (int round = 0; round < 2; ++round) {
                for (lab::PathEnd* end :
                     {static_cast<lab::PathEnd*>(&path->guest()), static_cast<lab::PathEnd*>(&path->gpu())}) {
                    end->tick();
                    TRY(status_is(test, *end, RotationStatus::idle, kRule));
                }
                TRY(test.taken(path->write(0, tenant_data(256)), kRule, "work up to the lower threshold"));
                for (lab::PathEnd* end :
                     {static_cast<lab::PathEnd*>(&path->guest()), static_cast<lab::PathEnd*>(&path->gpu())}) {
                    end->tick();
                    TRY(status_is(test, *end, RotationStatus::pending, kRule));
                }
                TRY(test.taken(path->rotate(), kRule, "the rotation"));
                for (unsigned i = 0; i < 2 * kTimeout; ++i) {
                    path->guest().tick();
                    path->gpu().tick();
                }
                TRY(status_is(test, path->guest(), RotationStatus::idle, kRule));
                TRY(status_is(test, path->gpu(), RotationStatus::idle, kRule));
            }
            return {};
        },
    },
    {
        .id = "rot/timeout",
        .title = "A rotation that takes too long has failed",
        .requirements = {"ASSAY-TRF-076"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-076";
            auto waiting = TRY(Path::open(test, {.thresholds = {.lower = 20, .upper = 4000}}));
            TRY(test.taken(waiting->write(0, tenant_data(256)), kRule, "work up to the lower threshold"));
            for (unsigned i = 0; i <= kTimeout + 1; ++i) waiting->guest().tick();
            TRY(status_is(test, waiting->guest(), RotationStatus::failed_timeout, kRule));
            auto begun = TRY(Path::open(test));
            auto rotation = TRY(test.taken(begun->guest().begin_rotation(0), kRule, "a rotation begins"));
            for (unsigned i = 0; i < kTimeout; ++i) begun->guest().tick();
            TRY(status_is(test, begun->guest(), RotationStatus::in_progress, kRule));
            begun->guest().tick();
            return status_is(test, begun->guest(), RotationStatus::failed_timeout, kRule);
        },
    },
    {
        .id = "rot/stops",
        .title = "A key stops at its limit",
        .requirements = {"ASSAY-TRF-077"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-077";
            auto path = TRY(Path::open(test, {.thresholds = kLow}));
            for (int i = 0; i < 3; ++i)
                TRY(test.taken(path->write(0, tenant_data(256)), kRule, "work below the limit"));
            TRY(test.refused(path->write(0, kText), {Status::insufficient_resources}, kRule,
                             "work behind the limit"));
            TRY(test.that(!path->shared_holds(kText), kRule, "nothing of it in shared memory"));
            path->guest().tick();
            return status_is(test, path->guest(), RotationStatus::failed_threshold, kRule);
        },
    },
    {
        .id = "rot/next-only",
        .title = "Versions follow each other",
        .requirements = {"ASSAY-TRF-078"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-078";
            for (uint32_t version : {0U, 2U, 17U, UINT32_MAX}) {
                auto path = TRY(Path::open(test));
                TRY(test.refused(path->gpu().execute(rotation_to(test, version)), {Status::invalid_data},
                                 kRule, "a rotation from version 0 to " + std::to_string(version)));
            }
            auto path = TRY(Path::open(test));
            TRY(test.taken(path->gpu().execute(rotation_to(test, 1)), kRule,
                           "a rotation to the next version"));
            auto other = TRY(Path::open(test));
            TRY(test.taken(other->guest().begin_rotation(0), kRule, "a rotation begins"));
            return test.refused(other->guest().begin_rotation(0), {Status::invalid_data}, kRule,
                                "another one before it is over");
        },
    },
    {
        .id = "rot/failed-stays",
        .title = "A failed rotation stays failed",
        .requirements = {"ASSAY-TRF-079"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-079";
            auto path = TRY(Path::open(test, {.thresholds = {.lower = 20, .upper = 4000}}));
            TRY(test.taken(path->write(0, tenant_data(256)), kRule, "work up to the lower threshold"));
            for (unsigned i = 0; i < 2 * kTimeout; ++i) path->guest().tick();
            TRY(test.refused(path->write(0, kText), {Status::invalid_state}, kRule,
                             "work after a failed rotation"));
            TRY(test.refused(path->guest().begin_rotation(0), {Status::invalid_state}, kRule,
                             "another rotation"));
            TRY(test.taken(path->write(0, kText, 1), kRule, "work on another channel"));
            auto gpu = TRY(Path::open(test, {.thresholds = {.lower = 10, .upper = 4000}}));
            TRY(test.taken(gpu->write(0, tenant_data(256)), kRule, "work up to the lower threshold"));
            for (unsigned i = 0; i < 2 * kTimeout; ++i) gpu->gpu().tick();
            return test.refused(gpu->rotate(), {Status::invalid_state}, kRule,
                                "a rotation that failed at the GPU");
        },
    },
    // Many transfers, several in flight, with a rotation every few of them.
    {
        .id = "rot/under-load",
        .title = "Rotation under load loses nothing",
        .requirements = {"ASSAY-TRF-032", "ASSAY-TRF-066"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-066";
            auto path = TRY(Path::open(test));
            for (size_t round = 0; round < 30; ++round) {
                const auto channel = static_cast<uint32_t>(round % 2);
                const Bytes one = tenant_data(100 + round), two = tenant_data(200 - round);
                auto first = TRY(
                    test.taken(path->guest().begin_write(channel, Traffic::data, 0, one), kRule, "a write"));
                auto rotation = TRY(test.taken(path->guest().begin_rotation(channel), kRule, "a rotation"));
                auto second = TRY(test.taken(path->guest().begin_write(channel, Traffic::data, 512, two),
                                             kRule, "a write"));
                auto read =
                    TRY(test.taken(path->guest().begin_read(channel, 0, one.size()), kRule, "a read"));
                for (const transfer::Transfer* sent : {&first, &rotation, &second, &read}) {
                    TRY(test.taken(path->gpu().execute(sent->submission), kRule, "is executed"));
                }
                Bytes out(one.size());
                TRY(test.taken(path->guest().finish(read.id, out), kRule, "the read ends"));
                for (const transfer::Transfer* sent : {&rotation, &second, &first}) {
                    TRY(test.taken(path->guest().finish(sent->id), kRule, "the others end"));
                }
                TRY(test.that(out == one && equal(path->device(512, two.size()), two),
                              {kRule, "ASSAY-TRF-032"},
                              "in round " + std::to_string(round) + " what was sent"));
            }
            return {};
        },
    },
};

}  // namespace

void add_rotation(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
