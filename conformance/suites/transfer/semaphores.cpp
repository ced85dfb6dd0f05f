// The semaphore of completions, which everybody can write and only the device can seal.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

constexpr size_t kNotifierAt = 4, kTagAt = 16;
constexpr int kTries = 1000;  // more than any bound that makes sense
const Bytes kText = tenant_data(48);

void put(Path& path, ByteView image) { std::ranges::copy(image, path.semaphore().begin()); }
Bytes image(Path& path) { return to_bytes(path.semaphore()); }

// Two writes in flight, both executed; the semaphore after each.
struct Flight {
    std::unique_ptr<Path> path;
    uint32_t first = 0, second = 0;
    Bytes after_first, after_second;
};

Taken<Flight> fly(CaseContext& test, std::string_view rule) {
    Flight flight;
    flight.path = TRY(Path::open(test));
    Path& path = *flight.path;
    auto one = TRY(test.taken(path.guest().begin_write(0, Traffic::data, 0, kText), rule, "a write"));
    auto two = TRY(test.taken(path.guest().begin_write(0, Traffic::data, 64, kText), rule, "a write"));
    TRY(test.taken(path.gpu().execute(one.submission), rule, "is executed"));
    flight.after_first = image(path);
    TRY(test.taken(path.gpu().execute(two.submission), rule, "is executed"));
    flight.after_second = image(path);
    flight.first = one.id;
    flight.second = two.id;
    return flight;
}

const PathCase kCases[] = {
    {
        .id = "sem/layout",
        .title = "A semaphore is what the driver's is",
        .requirements = {"ASSAY-TRF-055"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-055";
            const Flight flight = TRY(fly(test, kRule));
            const PathConfig config;
            for (uint32_t number : {1U, 2U}) {
                const Bytes due = test.script().semaphore(number, 2 * number, number, config.mask);
                const Bytes& got = number == 1 ? flight.after_first : flight.after_second;
                TRY(test.that(got == due, kRule, to_hex(due), to_hex(got)));
            }
            // What the script seals is accepted.
            auto path = TRY(Path::open(test));
            auto write =
                TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, kText), kRule, "a write"));
            put(*path, test.script().semaphore(1, 2, 1, config.mask));
            return test.taken(path->guest().finish(write.id), kRule,
                              "a completion that was sealed as it should be");
        },
    },
    {
        .id = "sem/odd",
        .title = "An odd notifier means writing",
        .requirements = {"ASSAY-TRF-056"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-056";
            Flight flight = TRY(fly(test, kRule));
            Bytes writing = flight.after_second;
            writing[kNotifierAt] |= 1;
            put(*flight.path, writing);
            for (int i = 0; i < 3; ++i) {
                TRY(test.refused(flight.path->guest().finish(flight.first), {Status::busy}, kRule,
                                 "a semaphore with an odd notifier is read"));
            }
            put(*flight.path, flight.after_second);
            return test.taken(flight.path->guest().finish(flight.first), kRule, "and then an even one");
        },
    },
    {
        .id = "sem/entry",
        .title = "The notifier selects the IV",
        .requirements = {"ASSAY-TRF-057"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-057";
            const PathConfig config;
            Flight flight = TRY(fly(test, kRule));
            // The second value under the first entry's IV, and the other way round.
            for (auto [notifier, message] : {std::pair<uint32_t, uint32_t>{4, 1}, {2, 2}, {6, 2}, {4, 3}}) {
                put(*flight.path, test.script().semaphore(2, notifier, message, config.mask));
                TRY(test.refused(
                    flight.path->guest().finish(flight.first), {Status::busy}, kRule,
                    "notifier " + std::to_string(notifier) + " under IV " + std::to_string(message)));
            }
            // One that was passed over is not missed.
            put(*flight.path, test.script().semaphore(2, 4, 2, config.mask));
            TRY(test.taken(flight.path->guest().finish(flight.second), kRule, "the second entry"));
            return test.taken(flight.path->guest().finish(flight.first), kRule,
                              "which says that the first is done");
        },
    },
    {
        .id = "sem/bounded",
        .title = "Tries are bounded",
        .requirements = {"ASSAY-TRF-058"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-058";
            Flight flight = TRY(fly(test, kRule));
            Bytes bad = flight.after_second;
            bad[kTagAt] ^= 1;
            put(*flight.path, bad);
            for (int i = 0; i < kTries && !flight.path->guest().closed(); ++i) {
                TRY(test.refused(flight.path->guest().finish(flight.first), {Status::busy, Status::timeout},
                                 kRule, "a semaphore that cannot be read"));
            }
            return test.that(flight.path->guest().closed(), kRule, "a path that is closed",
                             "one that tries for ever");
        },
    },
    {
        .id = "sem/backwards",
        .title = "A semaphore does not go back",
        .requirements = {"ASSAY-TRF-059"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-059";
            Flight flight = TRY(fly(test, kRule));
            TRY(test.taken(flight.path->guest().finish(flight.second), kRule, "the later transfer ends"));
            put(*flight.path, flight.after_first);
            TRY(test.refused(flight.path->guest().finish(flight.first), {Status::busy}, kRule,
                             "a value that was authentic once is believed"));
            put(*flight.path, flight.after_second);
            return test.taken(flight.path->guest().finish(flight.first), kRule, "the last value is believed");
        },
    },
    {
        .id = "sem/forged",
        .title = "Completion is authenticated",
        .requirements = {"ASSAY-TRF-186"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-186";
            auto path = TRY(Path::open(test));
            auto write =
                TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, kText), kRule, "a write"));
            TRY(test.refused(path->guest().finish(write.id), {Status::busy}, kRule,
                             "it ends before it was executed"));
            // What the host can write: values in the clear, and a completion of another session.
            Bytes clear(32);
            clear[0] = 1;
            for (uint8_t notifier : Bytes{0, 2, 4}) {
                clear[kNotifierAt] = notifier;
                put(*path, clear);
                TRY(test.refused(path->guest().finish(write.id), {Status::busy}, kRule,
                                 "the host says that it is done"));
            }
            const Bytes secret(48, 3);
            put(*path, lab::PathScript(secret).semaphore(1, 2, 1, PathConfig{}.mask));
            TRY(test.refused(path->guest().finish(write.id), {Status::busy}, kRule,
                             "another session's completion"));
            put(*path, Bytes(32));
            TRY(test.taken(path->gpu().execute(write.submission), kRule, "the device executes it"));
            return test.taken(path->guest().finish(write.id), kRule, "the device says that it is done");
        },
    },
};

}  // namespace

void add_semaphores(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
