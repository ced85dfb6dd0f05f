// Staging buffers: what others see of a copy, and how many copies there are at once.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

const Bytes kText = tenant_data(256);

CheckResult nothing_readable(CaseContext& test, Traffic traffic, std::string_view rule) {
    auto path = TRY(Path::open(test));
    const auto clean = [&] { return test.that(!path->shared_holds(kText), rule, "ciphertext", "plaintext"); };
    auto write = TRY(test.taken(path->guest().begin_write(0, traffic, 0, kText), rule, "a write"));
    TRY(clean());
    TRY(test.that(!holds_part(write.submission, kText), rule, "no plaintext in a command"));
    TRY(test.taken(path->gpu().execute(write.submission), rule, "is executed"));
    TRY(clean());
    TRY(test.taken(path->guest().finish(write.id), rule, "and ends"));
    TRY(clean());
    auto read = TRY(test.taken(path->guest().begin_read(0, 0, kText.size()), rule, "a read"));
    TRY(test.taken(path->gpu().execute(read.submission), rule, "is executed"));
    TRY(clean());
    Bytes out(kText.size());
    TRY(test.taken(path->guest().finish(read.id, out), rule, "and ends"));
    TRY(test.that(out == kText, rule, "what was written", to_hex(out)));
    TRY(clean());
    // A copy that is refused leaves nothing either.
    auto limited = TRY(Path::open(test, {.message_limit = 1}));
    TRY(test.refused(limited->write(0, kText), {Status::insufficient_resources}, rule, "too many messages"));
    return test.that(!limited->shared_holds(kText), rule, "nothing of what was refused", "plaintext");
}

const PathCase kCases[] = {
    {
        .id = "stg/data-hidden",
        .title = "No tenant data is readable in shared memory",
        .requirements = {"ASSAY-TRF-060"},
        .run = [](CaseContext& test) -> CheckResult {
            return nothing_readable(test, Traffic::data, "ASSAY-TRF-060");
        },
    },
    {
        .id = "stg/code-hidden",
        .title = "No tenant code is either",
        .requirements = {"ASSAY-TRF-160"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-160";
            auto path = TRY(Path::open(test));
            auto write = TRY(
                test.taken(path->guest().begin_write(0, Traffic::code, 0, kText), kRule, "code is copied"));
            TRY(test.that(!path->shared_holds(kText), kRule, "ciphertext", "plaintext"));
            TRY(test.taken(path->gpu().execute(write.submission), kRule, "is executed"));
            TRY(test.taken(path->guest().finish(write.id), kRule, "and ends"));
            TRY(test.that(equal(path->device(0, kText.size()), kText), kRule, "the code on the device"));
            return test.that(!path->shared_holds(kText), kRule, "ciphertext", "plaintext");
        },
    },
    {
        .id = "stg/back-pressure",
        .title = "When every buffer is in use a transfer waits",
        .requirements = {"ASSAY-TRF-061"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-061";
            // The memory has room for more buffers than the pool may have.
            auto path = TRY(Path::open(test));
            constexpr uint8_t kRoom = 4;
            std::vector<transfer::Transfer> begun;
            begun.reserve(kRoom);
            for (uint8_t i = 0; i < kRoom; ++i) {
                begun.push_back(
                    TRY(test.taken(path->guest().begin_write(0, Traffic::data, size_t{i} * 8, Bytes(8, i)),
                                   kRule, "a write")));
            }
            for (int i = 0; i < 2; ++i) {
                TRY(test.refused(path->guest().begin_write(1, Traffic::data, 0, Bytes(8)), {Status::busy},
                                 kRule, "a write when every buffer is in use"));
                TRY(test.refused(path->guest().begin_read(0, 0, 8), {Status::busy}, kRule,
                                 "a read when every buffer is in use"));
            }
            for (const transfer::Transfer& one : begun) {
                TRY(test.taken(path->gpu().execute(one.submission), kRule, "is executed"));
            }
            for (const transfer::Transfer& one : begun) {
                TRY(test.taken(path->guest().finish(one.id), kRule, "and ends"));
            }
            for (uint8_t i = 0; i < 4; ++i) {
                TRY(test.that(equal(path->device(size_t{i} * 8, 8), Bytes(8, i)), kRule,
                              "what was sent, each of them"));
            }
            return test.taken(path->write(0, kText), kRule, "a write when the buffers are free again");
        },
    },
    {
        .id = "stg/aligned",
        .title = "Staging is aligned",
        .requirements = {"ASSAY-TRF-063"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-063";
            for (transfer::StagingLayout bad :
                 {transfer::StagingLayout{.buffer_size = 256, .page_size = 48, .initial = 1, .most = 2},
                  {.buffer_size = 250, .page_size = 64, .initial = 1, .most = 2},
                  {.buffer_size = 0, .page_size = 64, .initial = 1, .most = 2},
                  {.buffer_size = 256, .page_size = 0, .initial = 1, .most = 2},
                  {.buffer_size = 256, .page_size = 64, .initial = 3, .most = 2},
                  {.buffer_size = 1 << 20, .page_size = 64, .initial = 1, .most = 2}}) {
                Bytes shared(lab::kPathSharedSize);
                const std::string what = "pages of " + std::to_string(bad.page_size) +
                                         " bytes in buffers of " + std::to_string(bad.buffer_size);
                TRY(test.refused(test.target().guest(test.secret(), shared, {.staging = bad}),
                                 {Status::invalid_argument}, kRule, what));
                TRY(test.refused(test.target().gpu(test.secret(), shared, {.staging = bad}),
                                 {Status::invalid_argument}, kRule, what));
            }
            auto path = TRY(Path::open(test));
            TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, kText), kRule, "a write"));
            for (size_t i = 0; i < 4; ++i) {
                const auto page = static_cast<size_t>(path->page(0, i).data() - path->shared().data());
                const auto tag = static_cast<size_t>(path->tag(0, i).data() - path->shared().data());
                TRY(test.that(page % 32 == 0 && tag % 16 == 0, kRule, "pages at 32 bytes, tags at 16"));
            }
            return {};
        },
    },
    // Each page opens by itself, in place, under its own IV and with its own tag.
    {
        .id = "stg/pages",
        .title = "Each page has its own tag, IV and key version",
        .requirements = {"ASSAY-TRF-064"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-064";
            const PathConfig config;
            auto path = TRY(Path::open(test));
            for (unsigned version : {0U, 1U}) {
                TRY(test.taken(path->guest().begin_write(0, Traffic::data, 0, ByteView(kText).first(250)),
                               kRule, "a write"));
                for (size_t i = 0; i < 4; ++i) {
                    const size_t size = i == 3 ? 58 : 64;
                    const PathBlock page{.text = to_bytes(path->page(version, i).first(size)),
                                         .tag = to_bytes(path->tag(version, i))};
                    const auto text = test.script().open(
                        test.script().key("Lce00_h2d_user", version),
                        lab::channel_iv(static_cast<uint32_t>(i + 1), 0, config.mask), {}, page);
                    TRY(test.that(text && equal(*text, ByteView(kText).subspan(64 * i, size)), kRule,
                                  "page " + std::to_string(i) + " under version " + std::to_string(version)));
                }
                if (version == 0) TRY(test.taken(path->guest().begin_rotation(0), kRule, "a rotation"));
            }
            return {};
        },
    },
    {
        .id = "mode/apm",
        .title = "APM encrypts data and nothing else, without integrity",
        .requirements = {"ASSAY-TRF-068", "ASSAY-TRF-069"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kData = "ASSAY-TRF-068", kRest = "ASSAY-TRF-069";
            auto path = TRY(Path::open(test, {.mode = transfer::Mode::apm}));
            auto data = TRY(
                test.taken(path->guest().begin_write(0, Traffic::data, 0, kText), kData, "data is copied"));
            TRY(test.that(!path->shared_holds(kText), kData, "ciphertext", "plaintext"));
            TRY(test.that(data.submission.size() % 8 == 4, kRest, "a command without a MAC"));
            // What is changed arrives changed.
            path->page(0, 0)[3] ^= 0x40;
            TRY(test.taken(path->gpu().execute(data.submission), kRest,
                           "is executed, whatever happened to it"));
            TRY(test.taken(path->guest().finish(data.id), kRest, "and ends"));
            Bytes changed = kText;
            changed[3] ^= 0x40;
            TRY(test.that(equal(path->device(0, 256), changed), kRest, "the change on the device"));
            auto code = TRY(
                test.taken(path->guest().begin_write(0, Traffic::code, 512, kText), kRest, "code is copied"));
            TRY(test.that(path->shared_holds(kText), kRest, "code in the clear", "ciphertext"));
            TRY(test.taken(path->gpu().execute(code.submission), kRest, "is executed"));
            TRY(test.taken(path->guest().finish(code.id), kRest, "and ends"));
            const Bytes back = TRY(test.taken(path->read(0, 256), kData, "a read"));
            return test.that(back == changed && !path->shared_holds(changed), kData,
                             "data that comes back encrypted");
        },
    },
    {
        .id = "mode/off",
        .title = "Without protection all is in the clear",
        .requirements = {"ASSAY-TRF-070"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-070";
            auto path = TRY(Path::open(test, {.mode = transfer::Mode::off}));
            TRY(test.taken(path->write(0, kText), kRule, "a write"));
            TRY(test.that(path->shared_holds(kText), kRule, "plaintext", "ciphertext"));
            const Bytes back = TRY(test.taken(path->read(0, 256), kRule, "a read"));
            return test.that(back == kText, kRule, "what was written");
        },
    },
};

}  // namespace

void add_staging(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
