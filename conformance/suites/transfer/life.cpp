// Before the path is ready, and after it failed.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

const Bytes kText = tenant_data(64);
const std::vector<transfer::Method> kMethods = {{0x100, 1}};

// Everything is refused at a closed end.
CheckResult nothing_goes(CaseContext& test, Path& path, std::string_view rule) {
    const auto over = {Status::invalid_state};
    lab::PathGuest& guest = path.guest();
    Bytes entry(64, 1);
    TRY(test.refused(guest.set_ready(), over, rule, "ready again"));
    TRY(test.refused(guest.begin_write(0, Traffic::data, 0, kText), over, rule, "a write"));
    TRY(test.refused(guest.begin_read(0, 0, 8), over, rule, "a read"));
    TRY(test.refused(guest.finish(1), over, rule, "the end of a transfer"));
    TRY(test.refused(guest.begin_rotation(0), over, rule, "a rotation"));
    TRY(test.refused(guest.submit(kMethods), over, rule, "work"));
    TRY(test.refused(guest.send_rpc(kText), over, rule, "an RPC"));
    TRY(test.refused(guest.receive_rpc(test.script().rpc("gsp_cpu_locked_rpc", kText, 0, 1)), over, rule,
                     "an RPC from the GPU"));
    TRY(test.refused(guest.read_fault(transfer::FaultKind::replayable, entry), over, rule, "a fault"));
    return test.that(guest.closed() && !guest.ready(), rule, "an end that stays closed", "one that is back");
}

const PathCase kCases[] = {
    {
        .id = "life/before-ready",
        .title = "Nothing is done before ready",
        .requirements = {"ASSAY-TRF-084"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-084";
            auto path = TRY(Path::make(test));
            const auto early = {Status::not_ready};
            TRY(test.refused(path->guest().begin_write(0, Traffic::data, 0, kText), early, kRule, "a write"));
            TRY(test.refused(path->guest().begin_read(0, 0, 8), early, kRule, "a read"));
            TRY(test.refused(path->guest().begin_rotation(0), early, kRule, "a rotation"));
            TRY(test.refused(path->guest().begin_iv_rotation(0), early, kRule, "new IVs"));
            TRY(test.refused(path->guest().submit(kMethods), early, kRule, "work"));
            TRY(test.refused(path->gpu().execute(test.script().work(kMethods, 1)), early, kRule,
                             "work at the GPU"));
            TRY(test.that(!path->shared_holds(kText), kRule, "nothing in shared memory"));
            TRY(test.taken(path->guest().set_ready(), kRule, "the guest's end is ready"));
            TRY(test.refused(path->write(0, kText), early, kRule, "a write to a GPU that is not ready"));
            auto later = TRY(Path::open(test));
            return test.taken(later->write(0, kText), kRule, "a write when both are ready");
        },
    },
    {
        .id = "life/after-fatal",
        .title = "A path that failed does not come back",
        .requirements = {"ASSAY-TRF-080", "ASSAY-TRF-081"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-081";
            auto path = TRY(Path::open(test));
            TRY(test.taken(path->write(0, kText), kRule, "a write"));
            auto read = TRY(test.taken(path->guest().begin_read(0, 0, 64), kRule, "a read"));
            TRY(test.taken(path->gpu().execute(read.submission), kRule, "is executed"));
            path->page(0, 0)[1] ^= 1;
            Bytes out(64);
            TRY(test.refused(path->guest().finish(read.id, out), {Status::invalid_data}, "ASSAY-TRF-080",
                             "a page that was changed"));
            TRY(test.that(path->guest().closed(), "ASSAY-TRF-080", "a path that is closed",
                          "one that goes on"));
            TRY(nothing_goes(test, *path, kRule));
            // And the GPU's end, after work that was changed.
            Bytes work = test.script().work(kMethods, 3);
            work.back() ^= 1;
            TRY(test.refused(path->gpu().execute(work), {Status::invalid_data}, "ASSAY-TRF-080",
                             "changed work"));
            TRY(test.refused(path->gpu().set_ready(), {Status::invalid_state}, kRule,
                             "the GPU is ready again"));
            return test.refused(path->gpu().execute(test.script().work(kMethods, 3)), {Status::invalid_state},
                                kRule, "work at a GPU that is closed");
        },
    },
    {
        .id = "life/dropped",
        .title = "Ready is given up once",
        .requirements = {"ASSAY-TRF-082"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-082";
            auto path = TRY(Path::make(test));
            path->guest().drop_ready();
            TRY(test.that(!path->guest().closed(), kRule, "what was not ready cannot be dropped",
                          "a closed path"));
            TRY(test.taken(path->guest().set_ready(), kRule, "it is made ready"));
            path->guest().drop_ready();
            TRY(test.that(path->guest().closed(), kRule, "a path that is closed", "one that goes on"));
            return nothing_goes(test, *path, kRule);
        },
    },
    {
        .id = "life/wiped",
        .title = "Closing wipes the keys",
        .requirements = {"ASSAY-TRF-083"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-083";
            auto path = TRY(Path::open(test));
            TRY(test.needs(path->guest().keys_are_gone().has_value(), "a look at its keys"));
            for (lab::PathEnd* end :
                 {static_cast<lab::PathEnd*>(&path->guest()), static_cast<lab::PathEnd*>(&path->gpu())}) {
                TRY(test.that(!end->keys_are_gone().value_or(false), kRule, "an open path that has keys"));
                end->drop_ready();
                TRY(test.that(end->keys_are_gone().value_or(true), kRule, "a closed path that has none",
                              "it has"));
            }
            return {};
        },
    },
};

}  // namespace

void add_life(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
