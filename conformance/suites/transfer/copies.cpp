// Copies between two ends, and an attacker who controls the shared memory and the submissions between them.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

using transfer::CopyCommand;
using transfer::CopyOp;

const Bytes kText = tenant_data(256);

// Hands submissions to the GPU at once.
class Bell final : public transfer::Doorbell {
   public:
    explicit Bell(lab::PathGpu& gpu) : gpu_(gpu) {}
    void ring(ByteView submission) override { std::ignore = gpu_.execute(submission); }
    bool wait() override { return false; }

   private:
    lab::PathGpu& gpu_;
};

CheckResult closed(CaseContext& test, const lab::PathEnd& end, std::string_view rule) {
    return test.that(end.closed() && !end.ready(), rule, "a path that is closed", "one that goes on");
}

const PathCase kCases[] = {
    {
        .id = "copy/any-size",
        .title = "A copy may be larger than the pool, and not empty",
        .requirements = {"ASSAY-TRF-065"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-065";
            auto path = TRY(Path::open(test));
            Bell bell(path->gpu());
            for (size_t size : {size_t{1}, size_t{256}, size_t{257}, size_t{1500}, lab::kPathMemorySize}) {
                const Bytes data = tenant_data(size);
                TRY(test.taken(path->guest().copy_to_gpu(bell, 0, 0, data), kRule,
                               "a copy of " + std::to_string(size) + " bytes through 1024"));
                TRY(test.that(equal(path->device(0, size), data), kRule, "what was sent"));
                Bytes back(size);
                TRY(test.taken(path->guest().copy_to_cpu(bell, 1, 0, back), kRule, "and back"));
                TRY(test.that(back == data, kRule, "what was there"));
            }
            TRY(test.refused(path->guest().begin_write(0, Traffic::data, 0, {}), {Status::invalid_argument},
                             kRule, "an empty copy"));
            TRY(test.refused(path->guest().begin_write(0, Traffic::data, 0, Bytes(257)),
                             {Status::invalid_argument}, kRule, "more than a buffer at once"));
            return test.refused(path->guest().begin_read(0, 0, 0), {Status::invalid_argument}, kRule,
                                "an empty copy");
        },
    },
    // One page of four is changed, in each direction.
    {
        .id = "copy/all-or-nothing",
        .title = "What arrives is what was sent, or nothing",
        .requirements = {"ASSAY-TRF-066", "ASSAY-TRF-080"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-066";
            for (size_t page = 0; page < 4; ++page) {
                auto path = TRY(Path::open(test));
                auto write =
                    TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, kText), kRule, "a write"));
                path->page(0, page)[17] ^= 1;
                TRY(test.refused(path->gpu().execute(write.submission), {Status::invalid_data}, kRule,
                                 "page " + std::to_string(page) + " is changed"));
                TRY(test.that(!holds_part(path->device(0, 256), kText), kRule, "none of it on the device"));
                TRY(closed(test, path->gpu(), "ASSAY-TRF-080"));

                auto back = TRY(Path::open(test));
                TRY(test.taken(back->write(0, kText), kRule, "a write"));
                auto read = TRY(test.taken(back->guest().begin_read(0, 0, 256), kRule, "a read"));
                TRY(test.taken(back->gpu().execute(read.submission), kRule, "is executed"));
                for (size_t buffer = 0; buffer < 2; ++buffer) back->tag(buffer, page)[5] ^= 1;
                Bytes out(256);
                TRY(test.refused(back->guest().finish(read.id, out), {Status::invalid_data}, kRule,
                                 "the tag of page " + std::to_string(page) + " is changed"));
                TRY(test.that(!holds_part(out, kText), kRule, "none of it at the guest"));
                TRY(closed(test, back->guest(), "ASSAY-TRF-080"));
            }
            return {};
        },
    },
    // Pages that were authentic once, or elsewhere.
    {
        .id = "copy/splice",
        .title = "Pages from before and from elsewhere are refused",
        .requirements = {"ASSAY-TRF-020", "ASSAY-TRF-021", "ASSAY-TRF-023", "ASSAY-TRF-024", "ASSAY-TRF-080"},
        .run = [](CaseContext& test) -> CheckResult {
            const auto refused = [&](Path& path, const transfer::Transfer& transfer, std::string_view rule,
                                     std::string what) -> CheckResult {
                TRY(test.refused(path.gpu().execute(transfer.submission), {Status::invalid_data}, rule,
                                 std::move(what)));
                return closed(test, path.gpu(), "ASSAY-TRF-080");
            };
            const auto begin = [&](Path& path, uint32_t channel, ByteView data) {
                return test.taken(path.guest().begin_write(channel, Traffic::data, 0, data), "ASSAY-TRF-020",
                                  "a write");
            };
            const Bytes one = tenant_data(64), two = tenant_data(60);
            {
                auto path = TRY(Path::open(test));
                auto first = TRY(begin(*path, 0, one));
                const Bytes page = to_bytes(path->page(0, 0)), tag = to_bytes(path->tag(0, 0));
                TRY(test.taken(path->run(first), "ASSAY-TRF-020", "a transfer"));
                auto second = TRY(begin(*path, 0, tenant_data(64)));
                std::ranges::copy(page, path->page(0, 0).begin());
                std::ranges::copy(tag, path->tag(0, 0).begin());
                TRY(refused(*path, second, "ASSAY-TRF-020", "a page that came before"));
            }
            {
                auto path = TRY(Path::open(test));
                auto first = TRY(begin(*path, 0, one));
                TRY(begin(*path, 1, one));
                std::ranges::copy(path->page(1, 0), path->page(0, 0).begin());
                std::ranges::copy(path->tag(1, 0), path->tag(0, 0).begin());
                TRY(refused(*path, first, "ASSAY-TRF-023", "another channel's page"));
            }
            {
                auto path = TRY(Path::open(test));
                TRY(test.taken(path->write(0, one), "ASSAY-TRF-024", "a write"));
                auto read = TRY(test.taken(path->guest().begin_read(0, 0, 64), "ASSAY-TRF-024", "a read"));
                TRY(test.taken(path->gpu().execute(read.submission), "ASSAY-TRF-024", "is executed"));
                const Bytes page = to_bytes(path->page(0, 0)), tag = to_bytes(path->tag(0, 0));
                Bytes out(64);
                TRY(test.taken(path->guest().finish(read.id, out), "ASSAY-TRF-024", "and ends"));
                auto write = TRY(begin(*path, 0, one));
                std::ranges::copy(page, path->page(0, 0).begin());
                std::ranges::copy(tag, path->tag(0, 0).begin());
                TRY(refused(*path, write, "ASSAY-TRF-024", "a page of the other direction"));
            }
            auto path = TRY(Path::open(test));
            auto large = TRY(begin(*path, 0, kText));
            const Bytes page = to_bytes(path->page(0, 0)), tag = to_bytes(path->tag(0, 0));
            std::ranges::copy(path->page(0, 1), path->page(0, 0).begin());
            std::ranges::copy(path->tag(0, 1), path->tag(0, 0).begin());
            std::ranges::copy(page, path->page(0, 1).begin());
            std::ranges::copy(tag, path->tag(0, 1).begin());
            return refused(*path, large, "ASSAY-TRF-021", "two pages that changed places");
        },
    },
    {
        .id = "copy/drop",
        .title = "A transfer that was dropped is missed",
        .requirements = {"ASSAY-TRF-022"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-022";
            auto path = TRY(Path::open(test));
            auto first =
                TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, kText), kRule, "a write"));
            auto second =
                TRY(test.taken(path->guest().begin_write(0, Traffic::data, 512, kText), kRule, "a write"));
            TRY(test.refused(path->gpu().execute(second.submission), {Status::invalid_data}, kRule,
                             "the transfer behind one that was dropped"));
            TRY(test.refused(path->gpu().execute(first.submission), {Status::invalid_state}, kRule,
                             "the one that was dropped, late"));
            return test.that(!holds_part(path->gpu().memory(), kText), kRule, "nothing on the device");
        },
    },
    // Commands that a driver would not sign.
    {
        .id = "copy/commands",
        .title = "Commands are complete and known",
        .requirements = {"ASSAY-TRF-067", "ASSAY-TRF-023"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-067";
            const std::vector<transfer::Method> good = to_methods(CopyCommand{.size = 64});
            std::vector<std::vector<transfer::Method>> bad(5, good);
            bad[0].pop_back();
            bad[1].push_back(good.back());
            bad[2][0].data = 9;               // an operation that there is not
            bad[3][1].data = 2;               // neither data nor code
            std::swap(bad[4][2], bad[4][3]);  // another order
            for (size_t i = 0; i < bad.size(); ++i) {
                auto path = TRY(Path::open(test));
                TRY(test.refused(path->gpu().execute(test.script().work(bad[i], 1)), {Status::invalid_data},
                                 kRule, "malformed command " + std::to_string(i)));
                TRY(closed(test, path->gpu(), kRule));
            }
            auto path = TRY(Path::open(test));
            return test.refused(
                path->gpu().execute(test.script().work(to_methods(CopyCommand{.channel = 2, .size = 64}), 1)),
                {Status::invalid_argument, Status::invalid_data}, "ASSAY-TRF-023",
                "a channel that there is not");
        },
    },
    {
        .id = "copy/bounds",
        .title = "Copies stay in the buffers and in the device's memory",
        .requirements = {"ASSAY-TRF-163", "ASSAY-TRF-167"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kBuffers = "ASSAY-TRF-163", kDevice = "ASSAY-TRF-167";
            const auto refused = [&](const CopyCommand& command, std::string_view rule) -> CheckResult {
                auto path = TRY(Path::open(test));
                TRY(test.refused(path->gpu().execute(test.script().work(to_methods(command), 1)),
                                 {Status::invalid_data}, rule, "a command beyond"));
                return closed(test, path->gpu(), rule);
            };
            for (CopyOp op : {CopyOp::write, CopyOp::read}) {
                for (uint32_t buffer : {6U, 4000U, UINT32_MAX}) {
                    TRY(refused({.op = op, .buffer = buffer, .size = 64, .message = 1}, kBuffers));
                }
                for (uint32_t size : {0U, 257U, UINT32_MAX})
                    TRY(refused({.op = op, .size = size, .message = 1}, kBuffers));
                for (uint64_t address : {uint64_t{lab::kPathMemorySize - 63}, uint64_t{lab::kPathMemorySize},
                                         UINT64_MAX - 31, uint64_t{1} << 32}) {
                    TRY(refused({.op = op, .size = 64, .address = address, .message = 1}, kDevice));
                }
            }
            return {};
        },
    },
    {
        .id = "copy/once",
        .title = "A transfer ends once",
        .requirements = {"ASSAY-TRF-086"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-086";
            auto path = TRY(Path::open(test));
            auto write =
                TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, kText), kRule, "a write"));
            TRY(test.taken(path->run(write), kRule, "is executed and ends"));
            TRY(test.refused(path->guest().finish(write.id), {Status::invalid_argument}, kRule,
                             "it ends again"));
            TRY(test.refused(path->guest().finish(write.id + 1), {Status::invalid_argument}, kRule,
                             "one ends that never began"));
            return test.taken(path->write(0, kText), kRule, "the next one");
        },
    },
    {
        .id = "iv/when-idle",
        .title = "New IVs are for a channel that is idle",
        .requirements = {"ASSAY-TRF-034"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-034";
            auto path = TRY(Path::open(test, {.message_limit = 2}));
            for (int round = 0; round < 3; ++round) {
                auto write = TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, Bytes(8, 1)),
                                            kRule, "a write"));
                TRY(test.refused(path->guest().begin_iv_rotation(0), {Status::busy}, kRule,
                                 "new IVs while a transfer is in flight"));
                TRY(test.taken(path->run(write), kRule, "the transfer ends"));
                TRY(test.taken(path->write(0, Bytes(8, 2)), kRule, "the last transfer of the counter"));
                TRY(test.taken(path->run(path->guest().begin_iv_rotation(0)), kRule, "new IVs when idle"));
            }
            return test.taken(path->write(0, Bytes(8, 3)), kRule, "a transfer under the new counter");
        },
    },
};

}  // namespace

void add_copies(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
