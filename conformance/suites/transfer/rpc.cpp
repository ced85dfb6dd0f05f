// Elements of the RPC queues.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

constexpr size_t kAadAt = 16, kSequenceAt = 36, kCountAt = 40, kTextAt = 44, kPage = 4096;
constexpr std::string_view kUp = "cpu_gsp_locked_rpc", kDown = "gsp_cpu_locked_rpc";
const Bytes kMessage = tenant_data(60);

// Elements for the guest, counted from 0.
Bytes element(CaseContext& test, uint32_t number) {
    return test.script().rpc(kDown, kMessage, number, number + uint64_t{1});
}

CheckResult arrives(CaseContext& test, Path& path, ByteView element, std::string_view rule) {
    auto message = TRY(test.taken(path.guest().receive_rpc(element), rule, "an element is taken"));
    return test.that(message && *message == kMessage, rule, "the message that was sent");
}

CheckResult refused_and_open(CaseContext& test, Path& path, ByteView element, std::string_view rule,
                             std::string what) {
    TRY(test.refused(path.guest().receive_rpc(element), {Status::invalid_data}, rule, std::move(what)));
    return test.that(!path.guest().closed(), rule, "a path that goes on", "a closed one");
}

const PathCase kCases[] = {
    {
        .id = "rpc/layout",
        .title = "An element is what the driver's is",
        .requirements = {"ASSAY-TRF-046", "ASSAY-TRF-050"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-046";
            auto path = TRY(Path::open(test));
            for (uint32_t number = 0; number < 3; ++number) {
                const Bytes sent =
                    TRY(test.taken(path->guest().send_rpc(kMessage), kRule, "a message is sent"));
                const Bytes due = test.script().rpc(kUp, kMessage, number, number + uint64_t{1});
                TRY(test.same(sent, due, {kRule, "ASSAY-TRF-050"}, "an element"));
                TRY(arrives(test, *path, element(test, number), kRule));
            }
            return {};
        },
    },
    {
        .id = "rpc/checksum",
        .title = "The checksum comes first and is not fatal",
        .requirements = {"ASSAY-TRF-047"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-047";
            auto path = TRY(Path::open(test));
            for (size_t at : {size_t{0}, kAadAt, size_t{32}, kSequenceAt, kTextAt, kPage - 1}) {
                Bytes changed = element(test, 0);
                changed[at] ^= 0x20;
                TRY(refused_and_open(test, *path, changed, kRule,
                                     "byte " + std::to_string(at) + " is another"));
            }
            return arrives(test, *path, element(test, 0), kRule);
        },
    },
    {
        .id = "rpc/sequence",
        .title = "The sequence number comes before decryption",
        .requirements = {"ASSAY-TRF-048"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-048";
            auto path = TRY(Path::open(test));
            for (uint32_t ahead : {1U, 5U, 0x80000000U}) {
                // Under the expected IV, so that only the sequence number is wrong.
                TRY(refused_and_open(test, *path, test.script().rpc(kDown, kMessage, ahead, 1), kRule,
                                     "seqNum " + std::to_string(ahead) + " comes first"));
            }
            return arrives(test, *path, element(test, 0), kRule);
        },
    },
    {
        .id = "rpc/old",
        .title = "Old elements are passed over",
        .requirements = {"ASSAY-TRF-049"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-049";
            auto path = TRY(Path::open(test));
            for (uint32_t number = 0; number < 4; ++number) {
                TRY(arrives(test, *path, element(test, number), kRule));
                for (uint32_t back = 0; back <= number; ++back) {
                    const auto again = TRY(test.taken(path->guest().receive_rpc(element(test, number - back)),
                                                      kRule, "an element that came before is passed over"));
                    TRY(test.that(!again.has_value(), kRule, "no message", "one that was delivered before"));
                }
            }
            return {};
        },
    },
    {
        .id = "rpc/aad",
        .title = "The associated data is authenticated",
        .requirements = {"ASSAY-TRF-050"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-050";
            for (size_t at = kAadAt; at < kAadAt + 16; ++at) {
                auto path = TRY(Path::open(test));
                Bytes changed = element(test, 0);
                changed[at] ^= 1;
                lab::fix_checksum(changed);
                TRY(test.refused(
                    path->guest().receive_rpc(changed), {Status::invalid_data}, kRule,
                    "byte " + std::to_string(at - kAadAt) + " of the associated data is another"));
            }
            return {};
        },
    },
    {
        .id = "rpc/undecryptable",
        .title = "What does not decrypt is fatal",
        .requirements = {"ASSAY-TRF-051", "ASSAY-TRF-080"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-051";
            Bytes text = element(test, 0), tag = text;
            text[kTextAt + 9] ^= 1;
            tag[15] ^= 1;
            lab::fix_checksum(text);
            lab::fix_checksum(tag);
            const Bytes late = test.script().rpc(kDown, kMessage, 0, 2);
            const Bytes reflected = test.script().rpc(kUp, kMessage, 0, 1);
            for (const Bytes& bad : {text, tag, late, reflected}) {
                auto path = TRY(Path::open(test));
                TRY(test.refused(path->guest().receive_rpc(bad), {Status::invalid_data}, kRule,
                                 "an element that does not decrypt"));
                TRY(test.that(path->guest().closed(), {kRule, "ASSAY-TRF-080"}, "a path that is closed",
                              "one that goes on"));
            }
            return {};
        },
    },
    {
        .id = "rpc/exhausted",
        .title = "An exhausted counter is fatal",
        .requirements = {"ASSAY-TRF-052"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-052";
            auto path = TRY(Path::open(test));
            TRY(test.needs(path->guest().set_rpcs_sent(UINT64_MAX - 1), "a counter that is set"));
            TRY(test.taken(path->guest().send_rpc(kMessage), kRule, "the last message"));
            TRY(test.refused(path->guest().send_rpc(kMessage), {Status::insufficient_resources}, kRule,
                             "a message behind the last one"));
            return test.that(path->guest().closed(), kRule, "a path that is closed", "one that goes on");
        },
    },
    {
        .id = "rpc/size",
        .title = "Messages fit the queue",
        .requirements = {"ASSAY-TRF-053"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-053";
            constexpr size_t kMost = 16 * kPage - kTextAt - 4;
            auto path = TRY(Path::open(test));
            TRY(test.refused(path->guest().send_rpc(Bytes(kMost + 1)), {Status::invalid_argument}, kRule,
                             "a message of more than 16 elements"));
            const Bytes most = TRY(test.taken(path->guest().send_rpc(Bytes(kMost)), kRule, "one of 16"));
            TRY(test.that(most.size() == 16 * kPage, kRule, "16 elements",
                          std::to_string(most.size()) + " bytes"));
            const auto got = TRY(test.taken(path->gpu().receive_rpc(most), kRule, "which arrives"));
            TRY(test.that(got == Bytes(kMost), kRule, "the message that was sent"));
            for (size_t size : {size_t{0}, size_t{43}, kPage - 1, kPage + 1}) {
                Bytes cut = element(test, 0);
                cut.resize(size);
                TRY(test.refused(path->guest().receive_rpc(cut),
                                 {Status::invalid_argument, Status::invalid_data}, kRule,
                                 "an element of " + std::to_string(size) + " bytes"));
            }
            return arrives(test, *path, element(test, 0), kRule);
        },
    },
    {
        .id = "rpc/count",
        .title = "elemCount is what there is",
        .requirements = {"ASSAY-TRF-153"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-153";
            auto path = TRY(Path::open(test));
            for (uint8_t wrong : Bytes{0, 2, 16}) {
                Bytes changed = element(test, 0);
                changed[kCountAt] = wrong;
                lab::fix_checksum(changed);
                TRY(refused_and_open(test, *path, changed, kRule, "elemCount " + std::to_string(wrong)));
            }
            return arrives(test, *path, element(test, 0), kRule);
        },
    },
    // A sender whose header does not match what it sealed.
    {
        .id = "rpc/length",
        .title = "A message lies inside its elements",
        .requirements = {"ASSAY-TRF-054"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-054";
            for (uint32_t length : {uint32_t{kPage}, UINT32_MAX}) {
                auto path = TRY(Path::open(test));
                const Bytes good = element(test, 0);
                Bytes text = *test.script().open(test.script().key(kDown), lab::gsp_iv(1),
                                                 ByteView(good).subspan(kAadAt, 16),
                                                 {.text = to_bytes(ByteView(good).subspan(kTextAt)),
                                                  .tag = to_bytes(ByteView(good).first(16))});
                for (size_t i = 0; i < 4; ++i) text[i] = static_cast<uint8_t>(length >> 8 * i);
                const PathBlock sealed = test.script().seal(test.script().key(kDown), lab::gsp_iv(1),
                                                            ByteView(good).subspan(kAadAt, 16), text);
                Bytes forged =
                    concat({sealed.tag, ByteView(good).subspan(kAadAt, kTextAt - kAadAt), sealed.text});
                lab::fix_checksum(forged);
                TRY(test.refused(path->guest().receive_rpc(forged), {Status::invalid_data}, kRule,
                                 "a length of " + std::to_string(length)));
            }
            return {};
        },
    },
};

}  // namespace

void add_rpc(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
