// How keys are derived from the session, and how they are rotated.
#include <algorithm>

#include "conformance/suites/transfer/case_context.h"

namespace assay::cases::path {

namespace {

using transfer::keys;

const Bytes kText = tenant_data(40);

// Those that encrypt.
std::vector<KeyId> ciphers() {
    std::vector<KeyId> ids;
    for (size_t i = 0; i < keys().size(); ++i) {
        if (!keys()[i].is_hmac()) ids.push_back(static_cast<KeyId>(i));
    }
    return ids;
}

transfer::Iv first_iv(KeyId id) {
    return info(id).engine == transfer::Engine::gsp ? lab::gsp_iv(1) : lab::channel_iv(1, 0);
}

const PathCase kCases[] = {
    // What the target seals first under a key is what the script seals.
    {
        .id = "key/derivation",
        .title = "Each key is HKDF-Expand of the secret's first 32 bytes with its label",
        .requirements = {"ASSAY-TRF-001", "ASSAY-TRF-002"},
        .run = [](CaseContext& test) -> CheckResult {
            for (KeyId id : ciphers()) {
                auto [key, channel] = TRY(test.channel(id));
                const PathBlock block =
                    TRY(test.taken(channel->seal({}, kText), "ASSAY-TRF-002", "the first message is sealed"));
                const PathBlock due =
                    test.script().seal(test.script().key(info(id).label), first_iv(id), {}, kText);
                TRY(test.same(concat({block.text, block.tag}), concat({due.text, due.tag}),
                              {"ASSAY-TRF-002", "ASSAY-TRF-001"},
                              "a block and its tag under HKDF-Expand of " + std::string(info(id).label)));
            }
            return {};
        },
    },
    {
        .id = "key/short-secret",
        .title = "A secret that is too short gives no key",
        .requirements = {"ASSAY-TRF-001"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-001";
            const ByteView part = test.secret().first(31);
            TRY(test.refused(test.target().key(part, KeyId::lce00_h2d_user), {Status::invalid_argument},
                             kRule, "a key of 31 bytes of secret"));
            // Of a longer one the first 32 bytes count.
            auto key = TRY(test.taken(test.target().key(test.secret().first(32), KeyId::lce00_h2d_user),
                                      kRule, "a key of 32 bytes of secret"));
            auto channel = TRY(test.taken(key->channel(), kRule, "a channel under it"));
            const PathBlock block = TRY(test.taken(channel->seal({}, kText), kRule, "a message is sealed"));
            const PathBlock due =
                test.script().seal(test.script().key("Lce00_h2d_user"), lab::channel_iv(1, 0), {}, kText);
            return test.that(block.text == due.text, kRule, to_hex(due.text), to_hex(block.text));
        },
    },
    {
        .id = "key/distinct",
        .title = "No two keys are equal",
        .requirements = {"ASSAY-TRF-003"},
        .run = [](CaseContext& test) -> CheckResult {
            std::vector<std::pair<Bytes, std::string_view>> seen;
            for (KeyId id : ciphers()) {
                auto [key, channel] = TRY(test.channel(id));
                const PathBlock block =
                    TRY(test.taken(channel->seal({}, kText), "ASSAY-TRF-003", "the first message is sealed"));
                auto same = std::ranges::find(seen, block.text, &std::pair<Bytes, std::string_view>::first);
                TRY(test.that(same == seen.end(), "ASSAY-TRF-003",
                              std::string(info(id).label) + " has a key of its own",
                              "the key of " + std::string(same == seen.end() ? "" : same->second)));
                seen.emplace_back(block.text, info(id).label);
            }
            return {};
        },
    },
    {
        .id = "key/directions",
        .title = "Both directions have keys of their own",
        .requirements = {"ASSAY-TRF-004"},
        .run = [](CaseContext& test) -> CheckResult {
            for (size_t engine : {0U, 7U, 15U}) {
                auto up =
                    TRY(test.channel(copy_engine_key(engine, transfer::Flow::to_gpu, transfer::Role::user)));
                auto down =
                    TRY(test.channel(copy_engine_key(engine, transfer::Flow::to_cpu, transfer::Role::user)));
                const PathBlock block =
                    TRY(test.taken(up.channel->seal({}, kText), "ASSAY-TRF-004", "a message is sealed"));
                Bytes out(kText.size());
                TRY(test.refused(down.channel->open({}, block, out), {Status::invalid_data}, "ASSAY-TRF-004",
                                 "a block for the GPU is opened as one from it"));
            }
            return {};
        },
    },
    {
        .id = "key/rotated",
        .title = "A new key follows from the digest of the old one",
        .requirements = {"ASSAY-TRF-007"},
        .run = [](CaseContext& test) -> CheckResult {
            for (KeyId id : {KeyId::lce00_h2d_user, KeyId::lce03_d2h_user, KeyId::gsp_cpu_replayable_fault}) {
                auto [key, channel] = TRY(test.channel(id));
                for (unsigned version = 1; version <= 3; ++version) {
                    TRY(test.taken(key->rotate(), "ASSAY-TRF-007", "a key is rotated"));
                    const PathBlock block =
                        TRY(test.taken(channel->seal({}, kText), "ASSAY-TRF-007", "a message is sealed"));
                    const PathBlock due = test.script().seal(test.script().key(info(id).label, version),
                                                             first_iv(id), {}, kText);
                    TRY(test.that(block.version == version, "ASSAY-TRF-007",
                                  "key version " + std::to_string(version), std::to_string(block.version)));
                    TRY(test.same(block.text, due.text, "ASSAY-TRF-007",
                                  "a block under the key that follows"));
                }
            }
            return {};
        },
    },
    {
        .id = "key/closed",
        .title = "Without keys nothing is done",
        .requirements = {"ASSAY-TRF-008"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-008";
            auto [key, channel] = TRY(test.channel(KeyId::lce00_h2d_user));
            const PathBlock block = TRY(test.taken(channel->seal({}, kText), kRule, "a message is sealed"));
            auto [other, receiver] = TRY(test.channel(KeyId::lce00_h2d_user));
            key->close();
            other->close();
            Bytes out(kText.size());
            TRY(test.refused(channel->seal({}, kText), {Status::invalid_state}, kRule,
                             "sealing without a key"));
            TRY(test.refused(channel->take_iv(), {Status::invalid_state}, kRule,
                             "taking an IV without a key"));
            TRY(test.refused(channel->rotate_iv(), {Status::invalid_state}, kRule, "new IVs without a key"));
            TRY(test.refused(receiver->open({}, block, out), {Status::invalid_state}, kRule,
                             "opening without a key"));
            TRY(test.refused(receiver->skip(), {Status::invalid_state}, kRule, "skipping without a key"));
            TRY(test.refused(key->channel(), {Status::invalid_state}, kRule, "a channel without a key"));
            return test.refused(key->rotate(), {Status::invalid_state}, kRule, "rotation without a key");
        },
    },
    // Rotation of a data channel leaves the key that signs work alone.
    {
        .id = "key/signing-stays",
        .title = "Keys of SEC2 are not rotated",
        .requirements = {"ASSAY-TRF-087"},
        .run = [](CaseContext& test) -> CheckResult {
            constexpr std::string_view kRule = "ASSAY-TRF-087";
            auto path = TRY(Path::open(test));
            const transfer::Method methods[] = {{0x100, 7}};
            for (uint64_t round = 0; round < 3; ++round) {
                // The rotation itself is the submission before.
                TRY(test.taken(path->rotate(), kRule, "a data channel rotates"));
                const Bytes work = TRY(test.taken(path->guest().submit(methods), kRule, "work is signed"));
                TRY(test.that(work == test.script().work(methods, 2 * round + 2), kRule,
                              "work signed with the first key of SEC2", to_hex(work)));
                TRY(test.taken(path->gpu().execute(work), kRule, "and taken"));
            }
            return {};
        },
    },
};

}  // namespace

void add_keys(PathCases& cases) { add(cases, kCases); }

}  // namespace assay::cases::path
