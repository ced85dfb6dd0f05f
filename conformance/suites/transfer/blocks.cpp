// A receiver opens blocks that an honest sender sealed, and refuses all others.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

constexpr KeyId kId = KeyId::lce00_h2d_user;
const Bytes kText = tenant_data(24);
const Bytes kAad = {1, 2, 3, 4, 5};

PathBlock block(CaseContext& test, uint32_t message, uint64_t channel = 0, ByteView aad = {},
                std::string_view label = "Lce00_h2d_user") {
    return test.script().seal(test.script().key(label), lab::channel_iv(message, channel), aad, kText);
}

// It opens, to what was sealed.
CheckResult opens(CaseContext& test, lab::PathChannel& channel, const PathBlock& sealed,
                  std::string_view rule, ByteView aad = {}) {
    Bytes out(sealed.text.size());
    TRY(test.taken(channel.open(aad, sealed, out), rule, "the block that is due is opened"));
    return test.that(out == kText, rule, to_hex(kText), to_hex(out));
}

CheckResult stays_shut(CaseContext& test, lab::PathChannel& channel, const PathBlock& sealed,
                       std::string_view rule, const std::string& what, ByteView aad = {}) {
    Bytes out(sealed.text.size());
    return test.refused(channel.open(aad, sealed, out), {Status::invalid_data}, rule, what);
}

const PathCase kCases[] = {
    {
        .id = "blk/tag",
        .title = "All 16 bytes of a tag are verified",
        .requirements = {"ASSAY-TRF-018"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-018";
            auto [key, channel] = TRY(test.channel(kId));
            for (size_t i = 0; i < 16; ++i) {
                PathBlock changed = block(test, 1);
                changed.tag[i] ^= 1;
                TRY(stays_shut(test, *channel, changed, kRule,
                               "byte " + std::to_string(i) + " of the tag is another"));
            }
            PathBlock zero = block(test, 1);
            std::ranges::fill(zero.tag, uint8_t{0});
            TRY(stays_shut(test, *channel, zero, kRule, "the tag is zero"));
            return opens(test, *channel, block(test, 1), kRule);
        },
    },
    {
        .id = "blk/aad",
        .title = "Associated data is authenticated",
        .requirements = {"ASSAY-TRF-019"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-019";
            auto [key, channel] = TRY(test.channel(kId));
            const PathBlock sealed = block(test, 1, 0, kAad);
            for (size_t bit = 0; bit < 8 * kAad.size(); ++bit) {
                Bytes changed = kAad;
                changed[bit / 8] = static_cast<uint8_t>(changed[bit / 8] ^ 1U << bit % 8);
                TRY(stays_shut(test, *channel, sealed, kRule, "bit " + std::to_string(bit) + " is another",
                               changed));
            }
            TRY(stays_shut(test, *channel, sealed, kRule, "the associated data is missing"));
            TRY(stays_shut(test, *channel, sealed, kRule, "it is longer", concat({kAad, Bytes(1)})));
            TRY(opens(test, *channel, sealed, kRule, kAad));
            const PathBlock bare = block(test, 2);
            TRY(stays_shut(test, *channel, bare, kRule, "there was none", kAad));
            return opens(test, *channel, bare, kRule);
        },
    },
    {
        .id = "blk/replay",
        .title = "A block that was opened does not come again",
        .requirements = {"ASSAY-TRF-020"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-020";
            auto [key, channel] = TRY(test.channel(kId));
            for (uint32_t message = 1; message <= 12; ++message) {
                TRY(opens(test, *channel, block(test, message), kRule));
                for (uint32_t back = 0; back < message; ++back) {
                    TRY(stays_shut(test, *channel, block(test, message - back), kRule,
                                   "a block " + std::to_string(back) + " before the last comes again"));
                }
            }
            return {};
        },
    },
    {
        .id = "blk/reorder",
        .title = "A block before its turn waits for it",
        .requirements = {"ASSAY-TRF-021"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-021";
            auto [key, channel] = TRY(test.channel(kId));
            for (uint32_t ahead : {3U, 2U, 9U}) {
                TRY(stays_shut(test, *channel, block(test, ahead), kRule,
                               "block " + std::to_string(ahead) + " comes first"));
            }
            for (uint32_t message = 1; message <= 3; ++message) {
                TRY(opens(test, *channel, block(test, message), kRule));
            }
            return {};
        },
    },
    {
        .id = "blk/drop",
        .title = "Behind a missing block nothing opens",
        .requirements = {"ASSAY-TRF-022"},
        .run = [](CaseContext& test) -> CheckResult {
            auto [key, channel] = TRY(test.channel(kId));
            TRY(opens(test, *channel, block(test, 1), "ASSAY-TRF-022"));
            for (uint32_t message = 3; message < 20; ++message) {
                TRY(stays_shut(test, *channel, block(test, message), "ASSAY-TRF-022",
                               "one before it is missing"));
            }
            return {};
        },
    },
    {
        .id = "blk/other-channel",
        .title = "A block belongs to its channel",
        .requirements = {"ASSAY-TRF-023"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-023";
            auto [key, first] = TRY(test.channel(kId));
            auto second = TRY(test.taken(key->channel(), kRule, "a second channel"));
            TRY(stays_shut(test, *first, block(test, 1, 1), kRule,
                           "the second channel's block on the first"));
            TRY(stays_shut(test, *second, block(test, 1, 0), kRule,
                           "the first channel's block on the second"));
            TRY(opens(test, *second, block(test, 1, 1), kRule));
            TRY(opens(test, *first, block(test, 1, 0), kRule));
            auto path = TRY(Path::open(test));
            TRY(test.refused(path->guest().begin_write(7, Traffic::data, 0, kText),
                             {Status::invalid_argument}, kRule, "a transfer on a channel that there is not"));
            return test.refused(path->guest().begin_rotation(2), {Status::invalid_argument}, kRule,
                                "a rotation of a channel that there is not");
        },
    },
    {
        .id = "blk/other-direction",
        .title = "A block belongs to its direction",
        .requirements = {"ASSAY-TRF-024"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-024";
            auto [key, down] = TRY(test.channel(KeyId::lce00_d2h_user));
            auto [other, up] = TRY(test.channel(kId));
            const PathBlock own = TRY(test.taken(up->seal({}, kText), kRule, "a message is sealed"));
            TRY(stays_shut(test, *down, own, kRule, "a block is sent back to who sealed it"));
            TRY(stays_shut(test, *down, block(test, 1), kRule, "a block of the other direction"));
            return opens(test, *down, block(test, 1, 0, {}, "Lce00_d2h_user"), kRule);
        },
    },
    {
        .id = "blk/other-key",
        .title = "A block belongs to its key",
        .requirements = {"ASSAY-TRF-025"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-025";
            auto [key, channel] = TRY(test.channel(kId));
            for (std::string_view label :
                 {"Lce01_h2d_user", "Lce00_h2d_kernel", "Lce00_h2d_p2p", "cpu_sec2_data_user"}) {
                TRY(stays_shut(test, *channel, block(test, 1, 0, {}, label), kRule,
                               "a block under the key " + std::string(label)));
            }
            const Bytes secret(48, 9);
            const lab::PathScript session(secret);
            TRY(stays_shut(test, *channel,
                           session.seal(session.key("Lce00_h2d_user"), lab::channel_iv(1, 0), {}, kText),
                           kRule, "another session's block"));
            return opens(test, *channel, block(test, 1), kRule);
        },
    },
    {
        .id = "blk/size",
        .title = "A block is whole",
        .requirements = {"ASSAY-TRF-026"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-026";
            auto [key, channel] = TRY(test.channel(kId));
            const PathBlock good = block(test, 1);
            for (size_t size : {size_t{0}, good.text.size() - 1, good.text.size() + 1}) {
                PathBlock changed = good;
                changed.text.resize(size);
                TRY(stays_shut(test, *channel, changed, kRule,
                               "the text has " + std::to_string(size) + " bytes"));
            }
            for (size_t size : {size_t{0}, size_t{4}, size_t{15}, size_t{17}}) {
                PathBlock changed = good;
                changed.tag.resize(size);
                Bytes out(changed.text.size());
                TRY(test.refused(channel->open({}, changed, out),
                                 {Status::invalid_argument, Status::invalid_data}, kRule,
                                 "the tag has " + std::to_string(size) + " bytes"));
            }
            Bytes small(good.text.size() - 1);
            TRY(test.refused(channel->open({}, good, small), {Status::invalid_argument}, kRule,
                             "the destination is smaller"));
            return opens(test, *channel, good, kRule);
        },
    },
    {
        .id = "blk/bits",
        .title = "Every bit of a block counts",
        .requirements = {"ASSAY-TRF-027"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-027";
            auto [key, channel] = TRY(test.channel(kId));
            const PathBlock good = block(test, 1);
            for (size_t bit = 0; bit < 8 * (good.text.size() + good.tag.size()); ++bit) {
                PathBlock changed = good;
                const size_t at = bit / 8;
                uint8_t& byte = at < good.text.size() ? changed.text[at] : changed.tag[at - good.text.size()];
                byte = static_cast<uint8_t>(byte ^ 1U << bit % 8);
                TRY(stays_shut(test, *channel, changed, kRule, "bit " + std::to_string(bit) + " is another"));
            }
            return opens(test, *channel, good, kRule);
        },
    },
    {
        .id = "blk/refusal",
        .title = "A refusal uses nothing up",
        .requirements = {"ASSAY-TRF-028"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-028";
            auto [key, channel] = TRY(test.channel(kId));
            for (uint32_t message = 1; message <= 4; ++message) {
                PathBlock changed = block(test, message);
                changed.text[3] ^= 0x10;
                for (uint32_t i = 0; i < message; ++i) {
                    TRY(stays_shut(test, *channel, changed, kRule, "a changed block"));
                }
                TRY(opens(test, *channel, block(test, message), kRule));
            }
            return {};
        },
    },
    {
        .id = "blk/nothing-out",
        .title = "What does not verify is not handed out",
        .requirements = {"ASSAY-TRF-029"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-029";
            auto [key, channel] = TRY(test.channel(kId));
            PathBlock changed = block(test, 1);
            changed.tag[15] ^= 0x80;
            Bytes out(changed.text.size(), 0x5a);
            TRY(test.refused(channel->open({}, changed, out), {Status::invalid_data}, kRule,
                             "a changed tag"));
            return test.that(!holds_part(out, kText), kRule, "nothing of the plaintext", to_hex(out));
        },
    },
};

}  // namespace

void add_blocks(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
