// Initialisation vectors: how they are made, and that none is used twice.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

constexpr transfer::Iv kMask{0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab};
const Bytes kText = tenant_data(24);

// What the channel seals next is sealed under that IV.
CheckResult sealed_under(CaseContext& test, lab::PathChannel& channel, KeyId id, const transfer::Iv& iv,
                         std::string_view rule) {
    const PathBlock block = TRY(test.taken(channel.seal({}, kText), rule, "a message is sealed"));
    const PathBlock due = test.script().seal(test.script().key(info(id).label), iv, {}, kText);
    return test.that(block.text == due.text, rule, "a block under the IV " + to_hex(iv), to_hex(block.text));
}

CheckResult exhausted(CaseContext& test, KeyId id, uint64_t limit, std::string_view rule) {
    auto [key, channel] = TRY(test.channel(id));
    auto [other, receiver] = TRY(test.channel(id));
    TRY(test.needs(channel->set_counted(limit - 1) && receiver->set_counted(limit), "counters that are set"));
    TRY(test.taken(channel->seal({}, kText), rule, "the last message is sealed"));
    for (int i = 0; i < 2; ++i) {
        const auto behind = channel->seal({}, kText);
        TRY(test.refused(behind, {Status::insufficient_resources}, rule, "a message behind the last one"));
        TRY(test.refused(channel->take_iv(), {Status::insufficient_resources}, rule,
                         "an IV behind the last"));
    }
    Bytes out(kText.size());
    const PathBlock none{.text = kText, .tag = Bytes(16)};
    TRY(test.refused(receiver->open({}, none, out), {Status::insufficient_resources}, rule,
                     "opening behind the last message"));
    return test.refused(receiver->skip(), {Status::insufficient_resources}, rule,
                        "passing over what is behind the last message");
}

const PathCase kCases[] = {
    {
        .id = "iv/channel",
        .title = "The IV of a channel is its two counters",
        .requirements = {"ASSAY-TRF-009"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-009";
            constexpr uint64_t kFar = 0x0102030405;
            const KeyId id = KeyId::lce02_h2d_user;
            auto [key, first] = TRY(test.channel(id));
            for (uint32_t message : {1U, 2U, 3U}) {
                TRY(sealed_under(test, *first, id, lab::channel_iv(message, 0), kRule));
            }
            TRY(test.needs(first->set_counted(0x01020303) && key->set_next_channel(kFar),
                           "counters that are set"));
            TRY(sealed_under(test, *first, id, lab::channel_iv(0x01020304, 0), kRule));
            auto far = TRY(test.taken(key->channel(), kRule, "a further channel"));
            return sealed_under(test, *far, id, lab::channel_iv(1, kFar), kRule);
        },
    },
    {
        .id = "iv/first",
        .title = "The first message has counter 1",
        .requirements = {"ASSAY-TRF-012"},
        .run = [](CaseContext& test) -> CheckResult {
            for (KeyId id : {KeyId::lce00_d2h_user, KeyId::cpu_sec2_data_kernel}) {
                auto [key, channel] = TRY(test.channel(id));
                TRY(sealed_under(test, *channel, id, lab::channel_iv(1, 0), "ASSAY-TRF-012"));
            }
            auto [key, channel] = TRY(test.channel(KeyId::gsp_cpu_dma));
            return sealed_under(test, *channel, KeyId::gsp_cpu_dma, lab::gsp_iv(1), "ASSAY-TRF-012");
        },
    },
    {
        .id = "iv/mask",
        .title = "The mask covers the whole IV",
        .requirements = {"ASSAY-TRF-010"},
        .run = [](CaseContext& test) -> CheckResult {
            const KeyId id = KeyId::lce00_h2d_user;
            auto [key, channel] = TRY(test.channel(id, kMask));
            for (uint32_t message : {1U, 2U}) {
                TRY(sealed_under(test, *channel, id, lab::channel_iv(message, 0, kMask), "ASSAY-TRF-010"));
            }
            return {};
        },
    },
    {
        .id = "iv/gsp",
        .title = "The IV under a key of GSP is a counter of 64 bits",
        .requirements = {"ASSAY-TRF-011"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-011";
            const KeyId id = KeyId::cpu_gsp_dma;
            auto [key, channel] = TRY(test.channel(id));
            TRY(sealed_under(test, *channel, id, lab::gsp_iv(1), kRule));
            TRY(test.needs(channel->set_counted(0x0102030405060707), "a counter that is set"));
            return sealed_under(test, *channel, id, lab::gsp_iv(0x0102030405060708), kRule);
        },
    },
    {
        .id = "iv/exhausted",
        .title = "Behind its last message a channel seals nothing",
        .requirements = {"ASSAY-TRF-013"},
        .run = [](CaseContext& test) -> CheckResult {
            TRY(exhausted(test, KeyId::lce00_h2d_user, UINT32_MAX, "ASSAY-TRF-013"));
            // And where the limit is a policy: the path goes on for the others.
            auto path = TRY(Path::open(test, {.message_limit = 3}));
            for (int i = 0; i < 3; ++i) {
                TRY(test.taken(path->write(0, kText), "ASSAY-TRF-013", "a transfer within the limit"));
            }
            TRY(test.refused(path->write(0, kText), {Status::insufficient_resources}, "ASSAY-TRF-013",
                             "a transfer behind the limit"));
            TRY(test.taken(path->write(0, kText, 1), "ASSAY-TRF-013", "a transfer on another channel"));
            return test.that(!path->guest().closed(), "ASSAY-TRF-013", "a path that goes on", "a closed one");
        },
    },
    {
        .id = "iv/exhausted-64",
        .title = "A counter of 64 bits does not wrap",
        .requirements = {"ASSAY-TRF-113"},
        .run = [](CaseContext& test) -> CheckResult {
            return exhausted(test, KeyId::cpu_gsp_dma, UINT64_MAX, "ASSAY-TRF-113");
        },
    },
    // Equal plaintexts give equal ciphertexts exactly where key and IV are equal.
    {
        .id = "iv/never-twice",
        .title = "No IV serves twice under a key",
        .requirements = {"ASSAY-TRF-014"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-014";
            auto [key, one] = TRY(test.channel(KeyId::lce00_h2d_user));
            auto two = TRY(test.taken(key->channel(), kRule, "a second channel"));
            std::vector<Bytes> seen;
            const auto seal = [&](lab::PathChannel& channel) -> CheckResult {
                const PathBlock block =
                    TRY(test.taken(channel.seal({}, kText), kRule, "a message is sealed"));
                TRY(test.that(std::ranges::find(seen, block.text) == seen.end(), kRule, "another IV",
                              "one again"));
                seen.push_back(block.text);
                return {};
            };
            for (int round = 0; round < 5; ++round) {
                for (int i = 0; i < 3; ++i) {
                    TRY(seal(*one));
                    TRY(seal(*two));
                }
                // What is refused, taken in advance and never used, or rotated.
                Bytes out(kText.size());
                std::ignore = one->open({}, {.text = kText, .tag = Bytes(16)}, out);
                const size_t iv = TRY(test.taken(one->take_iv(), kRule, "an IV is taken"));
                if (round % 2 == 0) {
                    const PathBlock block =
                        TRY(test.taken(one->seal_with(iv, {}, kText), kRule, "it is used"));
                    TRY(test.that(std::ranges::find(seen, block.text) == seen.end(), kRule, "another IV",
                                  "one again"));
                    seen.push_back(block.text);
                }
                if (round == 1) TRY(test.taken(one->rotate_iv(), kRule, "new IVs"));
                if (round == 2) TRY(test.taken(key->rotate(), kRule, "a new key"));
                if (round == 3) TRY(test.taken(two->rotate_iv(), kRule, "new IVs"));
            }
            return {};
        },
    },
    {
        .id = "iv/channel-exhausted",
        .title = "The last channel counter is not passed",
        .requirements = {"ASSAY-TRF-015"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-015";
            auto [key, channel] = TRY(test.channel(KeyId::lce00_h2d_user));
            TRY(test.needs(key->set_next_channel(UINT64_MAX), "a counter that is set"));
            TRY(test.refused(key->channel(), {Status::insufficient_resources}, kRule,
                             "a channel behind the last"));
            return test.refused(channel->rotate_iv(), {Status::insufficient_resources}, kRule,
                                "a new channel counter behind the last");
        },
    },
    {
        .id = "iv/two-channels",
        .title = "Channels under one key have different IVs",
        .requirements = {"ASSAY-TRF-016"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-016";
            const KeyId id = KeyId::lce00_h2d_user;
            auto [key, first] = TRY(test.channel(id));
            auto second = TRY(test.taken(key->channel(), kRule, "a second channel"));
            TRY(sealed_under(test, *second, id, lab::channel_iv(1, 1), kRule));
            TRY(sealed_under(test, *first, id, lab::channel_iv(1, 0), kRule));
            TRY(test.taken(first->rotate_iv(), kRule, "new IVs"));
            return sealed_under(test, *first, id, lab::channel_iv(1, 2), kRule);
        },
    },
    {
        .id = "iv/explicit-once",
        .title = "An explicit IV is used once",
        .requirements = {"ASSAY-TRF-017"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-017";
            const KeyId id = KeyId::lce00_h2d_user;
            auto [key, channel] = TRY(test.channel(id));
            const size_t iv = TRY(test.taken(channel->take_iv(), kRule, "an IV is taken"));
            TRY(sealed_under(test, *channel, id, lab::channel_iv(2, 0), kRule));
            const PathBlock block = TRY(test.taken(channel->seal_with(iv, {}, kText), kRule, "it is used"));
            const PathBlock due =
                test.script().seal(test.script().key("Lce00_h2d_user"), lab::channel_iv(1, 0), {}, kText);
            TRY(test.that(block.text == due.text, kRule, "a block under the IV that was taken",
                          to_hex(block.text)));
            return test.refused(channel->seal_with(iv, {}, kText), {Status::invalid_argument}, kRule,
                                "an explicit IV is used again");
        },
    },
};

}  // namespace

void add_ivs(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
