// Initialisation vectors: what they are made of, and that none serves twice.
#include <algorithm>

#include "conformance/cases/transfer/trial.h"

namespace assay::cases::path {

namespace {

constexpr transfer::Iv kMask{0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab};
const Bytes kText = tenant_data(24);

// What the channel seals next is sealed under that IV.
Judgement sealed_under(Trial& trial, lab::PathChannel& channel, KeyId id, const transfer::Iv& iv,
                       std::string_view rule) {
    const PathBlock block = TRY(trial.taken(channel.seal({}, kText), rule, "a message is sealed"));
    const PathBlock due = trial.script().seal(trial.script().key(info(id).label), iv, {}, kText);
    return trial.that(block.text == due.text, rule, "a block under the IV " + to_hex(iv), to_hex(block.text));
}

Judgement of_channel(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-009";
    constexpr uint64_t kFar = 0x0102030405;
    const KeyId id = KeyId::lce02_h2d_user;
    auto [key, first] = TRY(trial.channel(id));
    for (uint32_t message : {1U, 2U, 3U}) {
        TRY(sealed_under(trial, *first, id, lab::channel_iv(message, 0), kRule));
    }
    TRY(trial.needs(first->set_counted(0x01020303) && key->set_next_channel(kFar), "counters that are set"));
    TRY(sealed_under(trial, *first, id, lab::channel_iv(0x01020304, 0), kRule));
    auto far = TRY(trial.taken(key->channel(), kRule, "a further channel"));
    return sealed_under(trial, *far, id, lab::channel_iv(1, kFar), kRule);
}

Judgement of_first(Trial& trial) {
    for (KeyId id : {KeyId::lce00_d2h_user, KeyId::cpu_sec2_data_kernel}) {
        auto [key, channel] = TRY(trial.channel(id));
        TRY(sealed_under(trial, *channel, id, lab::channel_iv(1, 0), "ASSAY-TRF-012"));
    }
    auto [key, channel] = TRY(trial.channel(KeyId::gsp_cpu_dma));
    return sealed_under(trial, *channel, KeyId::gsp_cpu_dma, lab::gsp_iv(1), "ASSAY-TRF-012");
}

Judgement masked(Trial& trial) {
    const KeyId id = KeyId::lce00_h2d_user;
    auto [key, channel] = TRY(trial.channel(id, kMask));
    for (uint32_t message : {1U, 2U}) {
        TRY(sealed_under(trial, *channel, id, lab::channel_iv(message, 0, kMask), "ASSAY-TRF-010"));
    }
    return {};
}

Judgement of_gsp(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-011";
    const KeyId id = KeyId::cpu_gsp_dma;
    auto [key, channel] = TRY(trial.channel(id));
    TRY(sealed_under(trial, *channel, id, lab::gsp_iv(1), kRule));
    TRY(trial.needs(channel->set_counted(0x0102030405060707), "a counter that is set"));
    return sealed_under(trial, *channel, id, lab::gsp_iv(0x0102030405060708), kRule);
}

Judgement exhausted(Trial& trial, KeyId id, uint64_t limit, std::string_view rule) {
    auto [key, channel] = TRY(trial.channel(id));
    auto [other, receiver] = TRY(trial.channel(id));
    TRY(trial.needs(channel->set_counted(limit - 1) && receiver->set_counted(limit),
                    "counters that are set"));
    TRY(trial.taken(channel->seal({}, kText), rule, "the last message is sealed"));
    for (int i = 0; i < 2; ++i) {
        const auto behind = channel->seal({}, kText);
        TRY(trial.refused(behind, {Status::insufficient_resources}, rule, "a message behind the last one"));
        TRY(trial.refused(channel->take_iv(), {Status::insufficient_resources}, rule,
                          "an IV behind the last"));
    }
    Bytes out(kText.size());
    const PathBlock none{.text = kText, .tag = Bytes(16)};
    TRY(trial.refused(receiver->open({}, none, out), {Status::insufficient_resources}, rule,
                      "opening behind the last message"));
    return trial.refused(receiver->skip(), {Status::insufficient_resources}, rule,
                         "passing over what is behind the last message");
}

Judgement exhausted_32(Trial& trial) {
    TRY(exhausted(trial, KeyId::lce00_h2d_user, UINT32_MAX, "ASSAY-TRF-013"));
    // And where the limit is a policy: the path goes on for the others.
    auto path = TRY(Path::open(trial, {.message_limit = 3}));
    for (int i = 0; i < 3; ++i) {
        TRY(trial.taken(path->write(0, kText), "ASSAY-TRF-013", "a transfer within the limit"));
    }
    TRY(trial.refused(path->write(0, kText), {Status::insufficient_resources}, "ASSAY-TRF-013",
                      "a transfer behind the limit"));
    TRY(trial.taken(path->write(0, kText, 1), "ASSAY-TRF-013", "a transfer on another channel"));
    return trial.that(!path->guest().closed(), "ASSAY-TRF-013", "a path that goes on", "a closed one");
}

Judgement exhausted_64(Trial& trial) {
    return exhausted(trial, KeyId::cpu_gsp_dma, UINT64_MAX, "ASSAY-TRF-113");
}

// Equal plaintexts give equal ciphertexts exactly where key and IV are equal.
Judgement never_twice(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-014";
    auto [key, one] = TRY(trial.channel(KeyId::lce00_h2d_user));
    auto two = TRY(trial.taken(key->channel(), kRule, "a second channel"));
    std::vector<Bytes> seen;
    const auto seal = [&](lab::PathChannel& channel) -> Judgement {
        const PathBlock block = TRY(trial.taken(channel.seal({}, kText), kRule, "a message is sealed"));
        TRY(trial.that(std::ranges::find(seen, block.text) == seen.end(), kRule, "another IV", "one again"));
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
        const size_t iv = TRY(trial.taken(one->take_iv(), kRule, "an IV is taken"));
        if (round % 2 == 0) {
            const PathBlock block = TRY(trial.taken(one->seal_with(iv, {}, kText), kRule, "it is used"));
            TRY(trial.that(std::ranges::find(seen, block.text) == seen.end(), kRule, "another IV",
                           "one again"));
            seen.push_back(block.text);
        }
        if (round == 1) TRY(trial.taken(one->rotate_iv(), kRule, "new IVs"));
        if (round == 2) TRY(trial.taken(key->rotate(), kRule, "a new key"));
        if (round == 3) TRY(trial.taken(two->rotate_iv(), kRule, "new IVs"));
    }
    return {};
}

Judgement channel_exhausted(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-015";
    auto [key, channel] = TRY(trial.channel(KeyId::lce00_h2d_user));
    TRY(trial.needs(key->set_next_channel(UINT64_MAX), "a counter that is set"));
    TRY(trial.refused(key->channel(), {Status::insufficient_resources}, kRule, "a channel behind the last"));
    return trial.refused(channel->rotate_iv(), {Status::insufficient_resources}, kRule,
                         "a new channel counter behind the last");
}

Judgement two_channels(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-016";
    const KeyId id = KeyId::lce00_h2d_user;
    auto [key, first] = TRY(trial.channel(id));
    auto second = TRY(trial.taken(key->channel(), kRule, "a second channel"));
    TRY(sealed_under(trial, *second, id, lab::channel_iv(1, 1), kRule));
    TRY(sealed_under(trial, *first, id, lab::channel_iv(1, 0), kRule));
    TRY(trial.taken(first->rotate_iv(), kRule, "new IVs"));
    return sealed_under(trial, *first, id, lab::channel_iv(1, 2), kRule);
}

Judgement explicit_once(Trial& trial) {
    constexpr std::string_view kRule = "ASSAY-TRF-017";
    const KeyId id = KeyId::lce00_h2d_user;
    auto [key, channel] = TRY(trial.channel(id));
    const size_t iv = TRY(trial.taken(channel->take_iv(), kRule, "an IV is taken"));
    TRY(sealed_under(trial, *channel, id, lab::channel_iv(2, 0), kRule));
    const PathBlock block = TRY(trial.taken(channel->seal_with(iv, {}, kText), kRule, "it is used"));
    const PathBlock due =
        trial.script().seal(trial.script().key("Lce00_h2d_user"), lab::channel_iv(1, 0), {}, kText);
    TRY(trial.that(block.text == due.text, kRule, "a block under the IV that was taken", to_hex(block.text)));
    return trial.refused(channel->seal_with(iv, {}, kText), {Status::invalid_argument}, kRule,
                         "an explicit IV is used again");
}

}  // namespace

void add_ivs(PathCases& cases) {
    cases.insert(
        cases.end(),
        {{"iv/channel", "The IV of a channel is its two counters", {"ASSAY-TRF-009"}, of_channel},
         {"iv/first", "The first message has counter 1", {"ASSAY-TRF-012"}, of_first},
         {"iv/mask", "The mask covers the whole IV", {"ASSAY-TRF-010"}, masked},
         {"iv/gsp", "The IV under a key of GSP is a counter of 64 bits", {"ASSAY-TRF-011"}, of_gsp},
         {"iv/exhausted", "Behind its last message a channel seals nothing", {"ASSAY-TRF-013"}, exhausted_32},
         {"iv/exhausted-64", "A counter of 64 bits does not wrap", {"ASSAY-TRF-113"}, exhausted_64},
         {"iv/never-twice", "No IV serves twice under a key", {"ASSAY-TRF-014"}, never_twice},
         {"iv/channel-exhausted",
          "The last channel counter is not passed",
          {"ASSAY-TRF-015"},
          channel_exhausted},
         {"iv/two-channels", "Channels under one key have different IVs", {"ASSAY-TRF-016"}, two_channels},
         {"iv/explicit-once", "An explicit IV is used once", {"ASSAY-TRF-017"}, explicit_once}});
}

}  // namespace assay::cases::path
