#include "conformance/cli/connect_session.h"

#include <fmt/format.h>

#include <algorithm>

#include "conformance/cli/files.h"
#include "conformance/cli/reference_options.h"
#include "stack/spdm/algorithms.h"

namespace assay::cli {

namespace {

namespace cap = wire::cap;

// The bits of the algorithms that have these names; all that are built without any.
template <class Algo>
uint16_t bits(const std::vector<std::string>& names, uint16_t all, std::optional<Algo> (*algo_of)(uint32_t)) {
    if (names.empty()) return all;
    uint16_t chosen = 0;
    for (uint32_t bit = 1; bit <= all; bit <<= 1) {
        auto algo = algo_of(bit);
        if (algo && std::ranges::find(names, crypto::name(*algo)) != names.end())
            chosen = static_cast<uint16_t>(chosen | bit);
    }
    return chosen;
}

// A session as it was when it was last seen alive.
struct Seen {
    uint32_t id = 0;
    uint16_t secured_version = 0;
    uint8_t heartbeat_period = 0;
    uint8_t mut_auth_requested = 0;
    std::optional<uint8_t> slot;
    bool mutual = false;
    bool established = false;
    uint32_t updates[2] = {};
};

void look(const spdm::Requester& requester, std::optional<Seen>& seen) {
    auto id = requester.last_session();
    auto found = id ? requester.sessions().find(*id) : requester.sessions().end();
    if (found == requester.sessions().end()) return;
    const spdm::RequesterSession& session = found->second;
    seen = Seen{.id = *id,
                .secured_version = session.secured_version,
                .heartbeat_period = session.heartbeat_period,
                .mut_auth_requested = session.mut_auth_requested,
                .slot = session.slot,
                .mutual = session.mutual,
                .established = session.channel.phase() == spdm::Phase::application,
                .updates = {session.channel.generation(spdm::Direction::request),
                            session.channel.generation(spdm::Direction::response)}};
}

std::string_view form(uint8_t mut_auth_requested) {
    switch (mut_auth_requested) {
        case wire::mut_auth::plain: return "without encapsulation";
        case wire::mut_auth::encapsulated: return "encapsulated";
        case wire::mut_auth::implicit_get_digests: return "encapsulated, with an implicit GET_DIGESTS";
        default: return "in a form that is not known";
    }
}

std::string mutual_text(const Seen& seen) {
    if (seen.mut_auth_requested == 0) return "not asked for";
    if (!seen.mutual) return fmt::format("asked for {}, not done", form(seen.mut_auth_requested));
    return fmt::format("{}, slot {}", form(seen.mut_auth_requested), seen.slot.value_or(0));
}

void print(std::ostream& out, const spdm::Parameters& p, const Seen& seen, bool psk) {
    std::string group = "a pre-shared key";
    if (auto algo = spdm::dhe_group(p.dhe); algo && !psk) group = crypto::name(*algo);
    auto aead = spdm::aead_algo(p.aead);
    bool encrypts = p.both(cap::encrypt);
    out << fmt::format("session:       {:08x}, {}\n", seen.id,
                       seen.established ? "established" : "not established");
    out << fmt::format("protection:    secured messages {}.{}, {}, {}, {}\n", seen.secured_version >> 12,
                       seen.secured_version >> 8 & 0xf, group, aead ? crypto::name(*aead) : "no AEAD",
                       encrypts ? "encrypted" : "authenticated only");
    out << fmt::format("handshake:     {}\n",
                       !psk && p.clear_handshake() ? "in the clear" : "inside the session");
    out << "heartbeat:     "
        << (seen.heartbeat_period == 0 ? "none" : fmt::format("every {} s", seen.heartbeat_period)) << '\n';
    out << fmt::format("key updates:   {} of the requester's key, {} of the responder's\n", seen.updates[0],
                       seen.updates[1]);
    out << fmt::format("mutual:        {}\n", mutual_text(seen));
}

}  // namespace

Result<> prepare_session(const ConnectCommand& command, const lab::Dut& dut, spdm::RequesterConfig& config) {
    auto identities = TRY(read_identity(command.identity.chain, command.identity.key));
    auto psk = TRY(pre_shared_key(command.psk));
    if (command.session.empty()) return {};
    if (!dut.carries_secured())
        return fail(Errc::bad_text, "--session", Error::npos, "the binding none carries no secured messages");
    config.flags = cap::key_ex | cap::psk_requester | cap::mac | cap::hbeat | cap::key_upd | cap::encap;
    if (!command.mac_only) config.flags |= cap::encrypt;
    if (command.clear_handshake) config.flags |= cap::handshake_in_the_clear;
    if (!identities.empty()) config.flags |= cap::mut_auth | cap::cert | cap::chal;
    for (const auto& [algo, slots] : identities)
        config.req_base_asym = static_cast<uint16_t>(config.req_base_asym | spdm::bit(algo));
    config.identities = std::move(identities);
    config.dhe = bits(command.dhe, spdm::kAllDhe, spdm::dhe_group);
    config.aead = bits(command.aead, spdm::kAllAead, spdm::aead_algo);
    config.key_schedule = wire::kKeyScheduleSpdm;
    config.transport = &dut.transport();
    config.pre_shared_key = psk.value_or(lab::reference_requester().psk);
    if (!command.keylog.empty()) config.keylog = TRY(open_keylog(command.keylog));
    return {};
}

Result<std::optional<spdm::Refusal>> have_session(const ConnectCommand& command, lab::Dut& dut,
                                                  spdm::Requester& requester, std::ostream& out) {
    spdm::SessionOptions options;
    options.psk = command.session == "psk";
    options.slot = command.slot;
    options.poll = false;
    const spdm::Parameters& p = requester.parameters();
    bool possible = options.psk ? p.psk() : p.both(cap::key_ex);
    if (!possible) {
        return fail(Errc::state, "session", Error::npos,
                    fmt::format("the device does not claim {}", options.psk ? "PSK_CAP" : "KEY_EX_CAP"));
    }
    std::optional<Seen> seen;
    spdm::SessionWalk walk(requester, options);
    TRY(drive(dut, walk, [&] { look(requester, seen); }));
    if (seen) print(out, p, *seen, options.psk);
    bool ended = seen && requester.sessions().empty();
    out << fmt::format("ended:         {}\n", ended && walk.complete() ? "by END_SESSION" : "no");
    return walk.refusal();
}

}  // namespace assay::cli
