// Signed work submissions.
#include <algorithm>

#include "conformance/cases/transfer/trial.h"

namespace assay::cases::path {

namespace {

using transfer::Method;

constexpr size_t kMac = 32;
const std::vector<Method> kMethods = {{0x100, 1}, {0x104, 0xdeadbeef}};

std::vector<Method> methods(size_t count) { return std::vector<Method>(count, Method{0x200, 5}); }

Judgement signature(Trial& trial) {
    auto path = TRY(Path::open(trial));
    for (uint64_t number = 1; number <= 3; ++number) {
        const Bytes work =
            TRY(trial.taken(path->guest().submit(kMethods), "ASSAY-TRF-035", "work is signed"));
        const Bytes due = trial.script().work(kMethods, number);
        TRY(trial.that(work == due, number == 1 ? "ASSAY-TRF-035" : "ASSAY-TRF-036", to_hex(due),
                       to_hex(work)));
        auto got = TRY(trial.taken(path->gpu().execute(due), "ASSAY-TRF-035", "what is signed is taken"));
        TRY(trial.that(got == kMethods, "ASSAY-TRF-035", "the methods that were signed"));
    }
    return {};
}

Judgement nonce_limit(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-036";
    constexpr std::array<uint64_t, 3> kCarries = {UINT64_MAX, 0, 0},
                                      kLast = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
    auto path = TRY(Path::open(trial));
    TRY(trial.needs(path->guest().set_work_counted(kCarries) && path->gpu().set_work_counted(kCarries),
                    "a counter that is set"));
    const Bytes work = TRY(trial.taken(path->guest().submit(kMethods), kRule, "a counter carries"));
    TRY(trial.taken(path->gpu().execute(work), kRule, "at both ends"));
    path->guest().set_work_counted(kLast);
    path->gpu().set_work_counted(kLast);
    TRY(trial.refused(path->guest().submit(kMethods), {Status::insufficient_resources}, kRule,
                      "work behind the last nonce"));
    return trial.refused(path->gpu().execute(trial.script().work(kMethods, 0)),
                         {Status::insufficient_resources}, kRule, "work behind the last nonce");
}

Judgement names_channel(Trial& trial) {
    auto path = TRY(Path::open(trial));
    return trial.refused(path->gpu().execute(trial.script().work(kMethods, 1, 5)), {Status::invalid_data},
                         "ASSAY-TRF-037", "work that another channel's nonce signs");
}

Judgement replayed(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-038";
    auto path = TRY(Path::open(trial));
    const Bytes work = TRY(trial.taken(path->guest().submit(kMethods), kRule, "work is signed"));
    TRY(trial.taken(path->gpu().execute(work), kRule, "and done"));
    TRY(trial.refused(path->gpu().execute(work), {Status::invalid_data}, kRule, "the same again"));
    return trial.that(path->gpu().closed(), "ASSAY-TRF-040", "a path that is closed", "one that goes on");
}

Judgement ordered(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-138";
    for (uint64_t number : {2U, 3U, 0U}) {
        auto path = TRY(Path::open(trial));
        TRY(trial.refused(path->gpu().execute(trial.script().work(kMethods, number)), {Status::invalid_data},
                          kRule, "submission " + std::to_string(number) + " comes first"));
    }
    // One that never comes.
    auto path = TRY(Path::open(trial));
    TRY(trial.taken(path->guest().submit(kMethods), kRule, "work is signed"));
    const Bytes second = TRY(trial.taken(path->guest().submit(kMethods), kRule, "work is signed"));
    return trial.refused(path->gpu().execute(second), {Status::invalid_data}, kRule,
                         "work behind what was dropped");
}

Judgement limited(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-039";
    auto path = TRY(Path::open(trial));
    TRY(trial.refused(path->guest().submit(methods(11)), {Status::invalid_argument}, kRule,
                      "88 bytes are signed"));
    TRY(trial.refused(path->guest().submit({}), {Status::invalid_argument}, kRule, "nothing is signed"));
    const Bytes ten = TRY(trial.taken(path->guest().submit(methods(10)), kRule, "80 bytes are signed"));
    TRY(trial.taken(path->gpu().execute(ten), kRule, "and taken"));
    TRY(trial.taken(path->gpu().execute(trial.script().work(methods(64), 2)), kRule, "512 bytes are taken"));
    return trial.refused(path->gpu().execute(trial.script().work(methods(65), 3)),
                         {Status::invalid_argument, Status::invalid_data}, kRule, "520 bytes are taken");
}

// A bit of each byte of methods and MAC.
Judgement bits(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-040";
    const Bytes good = trial.script().work(kMethods, 1);
    for (size_t at = 4; at < good.size(); ++at) {
        auto path = TRY(Path::open(trial));
        Bytes changed = good;
        changed[at] ^= static_cast<uint8_t>(1U << at % 8);
        TRY(trial.refused(path->gpu().execute(changed), {Status::invalid_data}, kRule,
                          "byte " + std::to_string(at) + " is another"));
        TRY(trial.that(path->gpu().closed(), kRule, "a path that is closed", "one that goes on"));
        TRY(trial.refused(path->gpu().execute(good), {Status::invalid_state}, kRule,
                          "work on a closed path"));
    }
    return {};
}

Judgement well_formed(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-140";
    auto path = TRY(Path::open(trial));
    const Bytes good = trial.script().work(kMethods, 1);
    for (size_t size : {size_t{0}, size_t{3}, size_t{4}, good.size() - kMac, good.size() - 1}) {
        TRY(trial.refused(path->gpu().execute(ByteView(good).first(size)),
                          {Status::invalid_data, Status::invalid_argument}, kRule,
                          std::to_string(size) + " bytes of a submission"));
    }
    TRY(trial.refused(path->gpu().execute(concat({good, Bytes(1)})), {Status::invalid_data}, kRule,
                      "a byte behind a submission"));
    for (uint8_t count : Bytes{0, 1, 3, 64}) {
        Bytes changed = good;
        changed[0] = count;
        TRY(trial.refused(path->gpu().execute(changed), {Status::invalid_data, Status::invalid_argument},
                          kRule, "a count of " + std::to_string(count)));
    }
    TRY(trial.that(!path->gpu().closed(), kRule, "a path that goes on", "a closed one"));
    TRY(trial.taken(path->gpu().execute(good), kRule, "what is well-formed"));
    return {};
}

}  // namespace

void add_work(PathCases& cases) {
    cases.insert(
        cases.end(),
        {{"work/signature",
          "Work is signed over methods and a nonce that counts",
          {"ASSAY-TRF-035", "ASSAY-TRF-036", "ASSAY-TRF-037"},
          signature},
         {"work/nonce-limit", "The nonce carries and does not wrap", {"ASSAY-TRF-036"}, nonce_limit},
         {"work/channel", "The nonce names its channel", {"ASSAY-TRF-037"}, names_channel},
         {"work/replay", "Signed work is done once", {"ASSAY-TRF-038"}, replayed},
         {"work/order", "Signed work is done in its order", {"ASSAY-TRF-138"}, ordered},
         {"work/limits", "Signed work is limited", {"ASSAY-TRF-039"}, limited},
         {"work/bits", "Changed work is refused and fatal", {"ASSAY-TRF-040", "ASSAY-TRF-080"}, bits},
         {"work/form", "Work is well-formed", {"ASSAY-TRF-140"}, well_formed}});
}

}  // namespace assay::cases::path
